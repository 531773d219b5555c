import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { control, type Mounted, mount, press, type, until } from '../app/testing/mount.js'
import { scanOf } from '../messages/scans.js'
import type { ProduceParams } from '../session/protocol.js'
import { fault } from '../session/testing/fake.js'

let page: Mounted
beforeEach(async () => {
  page = await mount('#/-/topics/orders.events/messages?side=produce')
  await until(() => field('Key'))
})
afterEach(() => page.unmount())

const side = () => page.box.querySelector<HTMLElement>('.side')!
function field(label: string): HTMLInputElement {
  const found = [...page.box.querySelectorAll<HTMLLabelElement>('.side label')].find(each => each.textContent?.trim() === label)
  return (found ? document.getElementById(found.htmlFor) : page.box.querySelector(`.side [aria-label="${label}"]`)) as HTMLInputElement
}
const results = () => side()?.querySelector('.res')?.textContent ?? ''
const send = () => press('Enter', field('Key'), { ctrlKey: true })
const written = (partition: number) => {
  const { written } = page.cluster.topics.get('orders.events')!.partitions[partition]
  return [...written.values()].at(-1)
}

describe('a record', () => {
  test('goes to the partition that its key gives, as the preview said', async () => {
    type(field('Key'), 'order-7741093')
    await until(() => side().textContent?.includes('murmur2 0x3a842657 → partition 3 of 12'))
    type(field('Value'), 'hello')
    send()
    await until(() => results().includes('Open'))
    expect(new TextDecoder().decode(written(3)?.value ?? new Uint8Array())).toBe('hello')
  })

  test('carries duplicate, null, empty and binary headers in their order', async () => {
    const rows: [string, string, string][] = [
      ['x', 'text', '1'],
      ['x', 'null', ''],
      ['x', 'text', ''],
      ['sig', 'hex', 'ff 00'],
    ]
    for (const [index, [key, kind, text]] of rows.entries()) {
      control(side(), 'Header')?.click()
      await until(() => field(`Key of header ${index + 1}`))
      type(field(`Key of header ${index + 1}`), key)
      type(field(`Type of header ${index + 1}`) as unknown as HTMLSelectElement, kind)
      if (text) type(field(`Value of header ${index + 1}`), text)
    }
    type(field('Partition') as unknown as HTMLSelectElement, '5')
    send()
    await until(() => results().includes('Open'))
    const bytes = (...values: number[]) => Uint8Array.from(values)
    expect(written(5)?.headers).toEqual([
      { key: 'x', value: bytes(0x31) },
      { key: 'x', value: null },
      { key: 'x', value: bytes() },
      { key: 'sig', value: bytes(255, 0) },
    ])
    expect(written(5)?.key).toBeNull()
  })

  test('may be a tombstone', async () => {
    control(side(), 'Tombstone (null)')?.click()
    type(field('Key'), 'order-7741093')
    await until(() => field('Value').readOnly)
    send()
    await until(() => results().includes('Open'))
    expect(written(3)).toMatchObject({ value: null, valueSize: -1 })
  })

  test('is opened from its result, in the messages beside it', async () => {
    type(field('Key'), 'order-7741093')
    type(field('Value'), '{"a":9007199254740993}')
    send()
    await until(() => results().includes('Open'))
    const offset = written(3)?.offset
    control(side(), 'Open')?.click()
    const record = await until(() => page.box.querySelector('.xrow'))
    expect(location.hash).toContain(`open=3:${offset}`)
    expect(record.textContent).toContain('9007199254740993')
    expect(side()).toBeTruthy()
  })
})

describe('the form', () => {
  test('says what is not valid, stays, and sends nothing', async () => {
    type(field('Type of the value') as unknown as HTMLSelectElement, 'json')
    type(field('Value'), '{"a":1,}')
    await until(() => side().textContent?.includes('not JSON: "}" where a key should be, line 1 column 8'))
    expect(field('Value').getAttribute('aria-invalid')).toBe('true')
    const button = control(side(), /^Produce 1 record/)!
    expect(button.getAttribute('aria-disabled')).toBe('true')
    button.click()
    await until(() => page.app.frame.store.getState().assertive.includes('not JSON'))
    expect(page.asked.get('produce')).toBeUndefined()
  })

  test('formats JSON without touching a number', async () => {
    type(field('Type of the value') as unknown as HTMLSelectElement, 'json')
    type(field('Value'), '{"a":9223372036854775807,"b":0.10}')
    await until(() => control(side(), 'Format'))
    control(side(), 'Format')?.click()
    await until(() => field('Value').value === '{\n  "a": 9223372036854775807,\n  "b": 0.10\n}')
  })

  test('tells an empty key from none', async () => {
    expect(side().textContent).toContain('no key: the partitioner spreads such records')
    type(field('Type of the key') as unknown as HTMLSelectElement, 'text')
    await until(() => field('Key').placeholder === 'empty: 0 bytes')
    send()
    await until(() => results().includes('Open'))
  })

  test('keeps a failure with its next step, and the form with it', async () => {
    type(field('Value'), 'x'.repeat(1_100_000))
    send()
    await until(() => results().includes('MESSAGE_TOO_LARGE (10)'))
    expect(results()).toContain('Raise max.message.bytes of the topic')
    expect(field('Value').value.length).toBe(1_100_000)
  })

  test('sends once, however often the key is pressed', async () => {
    let resolve: () => void = () => undefined
    const held = new Promise<void>(done => (resolve = done))
    const { call } = page.app.session
    const sent: ProduceParams[] = []
    page.app.session.call = (async (method, params, options) => {
      if (method === 'produce') {
        sent.push(params as ProduceParams)
        await held
      }
      return call.call(page.app.session, method, params, options)
    }) as typeof call
    type(field('Value'), 'once')
    send()
    await until(() => sent.length === 1)
    send()
    send()
    resolve()
    await until(() => results().includes('Open'))
    expect(sent).toHaveLength(1)
  })

  test('waits in this page when the panel is closed, and Escape gives the focus back', async () => {
    type(field('Value'), 'draft')
    await until(() => field('Value').value === 'draft')
    press('Escape', field('Value'))
    await until(() => !side())
    expect(location.hash).not.toContain('side')
    press('p', document.body)
    await until(() => side() && field('Value')?.value === 'draft')
  })
})

test('a read-only cluster keeps the button, off, with the reason', async () => {
  page.setStatus({ readOnly: 'Started read only' })
  await until(() => control(page.box, /^Produce 1 record/)?.textContent?.includes('Started read only'))
  send()
  expect(page.asked.get('produce')).toBeUndefined()
})

test('a record is made again from one that is read', async () => {
  press('Escape', field('Value'))
  await until(() => !side())
  // The list may still be drawing itself anew: the row that holds the focus is the one that counts.
  const first = await until(() => {
    const row = page.box.querySelector<HTMLElement>('[data-row]')
    row?.focus()
    return row && document.activeElement === row && row.tabIndex === 0 && row
  })
  const record = scanOf(page.app.session, 'orders.events').row(first.dataset.row ?? '')
  press('r')
  await until(() => side() && field('Key')?.value.startsWith('order-'))
  expect(field('Key').value).toBe(new TextDecoder().decode(record?.key ?? new Uint8Array()))
})

test('the fault of a lost broker offers Wire', async () => {
  page.fail('produce', fault('Record not produced', { code: 'CONNECTION_CLOSED', errno: null, from: 'transport', requestId: 7 }))
  send()
  await until(() => results().includes('CONNECTION_CLOSED'))
  control(side(), 'Show in Wire')?.click()
  await until(() => page.app.frame.store.getState().wireTarget?.requestId === 7)
})
