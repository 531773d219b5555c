import { afterEach, describe, expect, test } from 'vitest'
import { control, type Mounted, mount, PHONE, press, row, type, until } from '../app/testing/mount.js'
import { fault } from '../session/testing/fake.js'
import { scanOf } from './scans.js'

let page: Mounted
const start = async (hash: string, options = {}, size?: readonly [number, number]) => {
  page = await mount(hash, options, size)
  await until(() => page.box.querySelector('[data-row]'))
}
afterEach(() => page.unmount())

const rows = () => [...page.box.querySelectorAll<HTMLElement>('[data-row]')]
const ids = () =>
  rows()
    .sort((a, b) => Number(a.ariaRowIndex) - Number(b.ariaRowIndex))
    .map(each => each.dataset.row ?? '')
const value = (id: string) => row(page.box, id)?.querySelectorAll('[role="gridcell"]')[5]
const key = (id: string) => row(page.box, id)?.querySelectorAll('[role="gridcell"]')[4]
const line = () => page.box.querySelector('.prog')?.textContent ?? ''
const opened = () => page.box.querySelector<HTMLElement>('.xrow')

const dlq = '#/-/topics/orders.dlq/messages?from=oldest&p=0'
const at = (offset: number) => `orders.dlq:0:${offset}`

describe('values on a line', () => {
  test('markup is text: nothing of it is built', async () => {
    await start(dlq)
    expect(value(at(0))?.textContent).toContain('<img src=x onerror=')
    expect(value(at(0))?.querySelector('img, b')).toBeNull()
    expect(document.title).not.toBe('pwned')
  })

  test('null, empty and the word null are three things', async () => {
    await start(dlq)
    expect(key(at(3))?.querySelector('.badge')?.textContent).toBe('null')
    expect(value(at(3))?.querySelector('.badge')).toBeNull()
    expect(value(at(3))?.textContent).toBe('"null"')
    expect(value(at(4))?.textContent).toBe('nulltombstone')
    expect(key(at(4))?.textContent).toBe('empty0 bytes')
  })

  test('bytes that are not UTF-8 are marked, and what cannot be seen is', async () => {
    await start(dlq)
    expect([...(value(at(1))?.querySelectorAll('.bad') ?? [])].map(each => each.textContent)).toEqual(['\\xC8', '\\xFF'])
    expect(page.box.textContent).not.toContain('\ufffd')
    expect([...(value(at(2))?.querySelectorAll('.inv') ?? [])].map(each => each.textContent)).toEqual(['RLO', 'PDF', 'ZWSP'])
    expect(value(at(2))?.textContent).toContain('␀')
    expect(value(at(2))?.querySelector('.bidi')).not.toBeNull()
  })

  test('numbers keep their text, keys their order and duplicates', async () => {
    await start(dlq)
    expect(value(at(5))?.textContent).toBe('{"max":9223372036854775807,"price":0.10,"exp":1e400,"1":"first","a":1,"a":2,"neg":-0}')
  })

  test('a large value costs the page two kilobytes of text', async () => {
    await start(dlq)
    expect(value(at(8))?.textContent?.length).toBeLessThan(2_100)
  })
})

describe('an open record', () => {
  test('shows its value by line, its facts, its headers in order with the repeated ones marked', async () => {
    await start('#/-/topics/orders.events/messages')
    const id = ids().find(each => Number(row(page.box, each)?.querySelector('[role="gridcell"]:last-child')?.textContent) === 5)!
    row(page.box, id)?.click()
    const record = await until(opened)
    expect(row(page.box, id)?.querySelector('[data-caret]')?.ariaExpanded).toBe('true')
    expect(record.textContent).toContain('exact: above 2^53, kept as text')
    const headers = [...record.querySelectorAll('.hdrs .pair')].map(each => each.textContent)
    expect(headers[1]).toBe('x-retry1 ')
    expect(headers[2]).toBe('x-retry2 same key ×2')
    expect(headers[4]).toBe('x-parentnull ')
    expect(record.textContent).toMatch(/CreateTime/)
    expect(record.querySelector('.dec')?.textContent).toContain('object, ')
  })

  test('tries every decoder; a press takes one, the URL and the topic keep it', async () => {
    await start(`${dlq}&open=0:9&rt=key`)
    const record = await until(opened)
    control(record, 'int64')?.click()
    await until(() => opened()?.querySelector('.code')?.textContent === '112345')
    expect(location.hash).toContain('kd=int64')
    expect(page.app.prefs.getState().decoders.get('orders.dlq')?.key).toBe('int64')
    expect(key(at(9))?.textContent).toBe('12345')
  })

  test('a decoder that fails falls back to bytes and says so in the row', async () => {
    await start(`${dlq}&vd=json`)
    expect(value(at(6))?.textContent).toContain('JSON failed: ends inside a string, at 42')
    expect(value(at(6))?.textContent).toContain('7b 22')
  })

  test('says of a tombstone that there is nothing to show, and why', async () => {
    await start(`${dlq}&open=0:4`)
    const record = await until(opened)
    expect(record.textContent).toContain('The value is null: a tombstone')
    expect(control(record, /^Bytes/)?.getAttribute('aria-disabled')).toBe('true')
    expect(record.textContent).toContain('empty key')
  })

  test('is in the URL, and Back closes it before it leaves the page', async () => {
    await start('#/-/topics/orders.events/messages')
    const [first] = ids()
    row(page.box, first)?.click()
    await until(opened)
    expect(location.hash).toContain(`open=${first.split(':').slice(1).join(':')}`)
    history.back()
    await until(() => !opened())
    expect(location.hash).toContain('/topics/orders.events/messages')
  })

  test('that the scan did not bring is read on its own', async () => {
    await start('#/-/topics/orders.dlq/messages?from=newest&open=0:5')
    const record = await until(opened)
    expect(page.asked.get('records.read')).toBe(1)
    expect(record.textContent).toContain('9223372036854775807')
  })

  test('bytes are selected by key, and grow with Shift', async () => {
    await start(`${dlq}&open=0:1&rt=bytes`)
    const record = await until(opened)
    const hex = await until(() => record.querySelector<HTMLElement>('.hex'))
    press('ArrowRight', hex)
    press('ArrowRight', await until(() => opened()?.querySelector<HTMLElement>('.hex')))
    await until(() => opened()?.querySelector('.foot')?.textContent?.includes('0x1 to 0x1'))
    press('ArrowRight', opened()!.querySelector<HTMLElement>('.hex')!, { shiftKey: true })
    await until(() => opened()?.querySelector('.foot')?.textContent?.includes('0x1 to 0x2'))
    expect([...opened()!.querySelectorAll('.hex mark')].map(each => each.textContent)).toEqual(['61', '66', 'af'])
  })
})

describe('the scan', () => {
  test('says what was looked at, and stops at the count', async () => {
    await start('#/-/topics/orders.events/messages?stop=50')
    await until(() => line().includes('showing 50'))
    expect(line()).toMatch(/scanned \d+ · matched \d+ · showing 50/)
    expect(scanOf(page.app.session, 'orders.events').store.getState()).toMatchObject({ phase: 'ended', end: 'limit' })
  })

  test('newest are merged by time over all partitions', async () => {
    await start('#/-/topics/orders.events/messages')
    await until(() => line().includes('showing 100'))
    const { rows } = scanOf(page.app.session, 'orders.events').store.getState()
    expect(new Set(rows.map(each => each.partition)).size).toBe(12)
    expect(rows.every((each, index) => index === 0 || each.timestamp <= rows[index - 1].timestamp)).toBe(true)
  })

  test('from an offset in one partition starts there', async () => {
    await start('#/-/topics/orders.dlq/messages?from=offset&at=5&p=1&stop=50')
    expect(ids()[0]).toBe('orders.dlq:1:5')
  })

  test('from a time starts at the first record not before it', async () => {
    const time = Date.UTC(2026, 10, 20, 11)
    await start(`#/-/topics/orders.events/messages?from=time&t=${time}&p=0`)
    const { rows } = scanOf(page.app.session, 'orders.events').store.getState()
    expect(Number(rows[0].timestamp)).toBeGreaterThan(time - 2000)
  })

  test('with a filter shows what matches, and how much was scanned for it', async () => {
    await start('#/-/topics/orders.events/messages?from=oldest&stop=50&f=OrderShipped')
    await until(() => line().includes('showing 50'))
    expect(ids().every(id => value(id)?.textContent?.includes('OrderShipped'))).toBe(true)
    const scanned = Number(/scanned ([\d,]+)/.exec(line())?.[1].replaceAll(',', ''))
    expect(scanned).toBeGreaterThan(50)
  })

  test('a filter is typed as chips, and Backspace takes the last one back', async () => {
    await start(dlq)
    const input = page.box.querySelector<HTMLInputElement>('input[aria-label="Add a filter"]')!
    type(input, 'key:html')
    press('Enter', input)
    await until(() => ids().every(id => key(id)?.textContent === 'html'))
    expect(page.box.querySelector('.bar.chips .chip')?.textContent).toBe('key hashtml')
    press('Backspace', input)
    await until(() => !page.box.querySelector('.bar.chips .chip'))
    expect(input.value).toBe('key:html')
  })

  test('that fails keeps its rows, names the cause, and goes on from there', async () => {
    await start('#/-/topics/orders.dlq/messages?from=oldest&stop=5000', { failAfter: 200 })
    await until(() => page.box.querySelector('.tail')?.textContent?.includes('CONNECTION_CLOSED'))
    const before = scanOf(page.app.session, 'orders.dlq').store.getState().rows.length
    expect(before).toBeGreaterThan(100)
    control(page.box, 'Continue')?.click()
    await until(() => scanOf(page.app.session, 'orders.dlq').store.getState().rows.length > before)
  })

  test('survives leaving the topic', async () => {
    await start('#/-/topics/orders.events/messages')
    await until(() => line().includes('showing 100'))
    const [first] = ids()
    page.app.router.go({ page: 'topics' })
    await until(() => page.box.querySelector('h1')?.textContent === 'Topics')
    page.app.router.go({ page: 'topic', topic: 'orders.events', tab: 'messages' })
    await until(() => ids()[0] === first)
  })

  test('of an empty topic says so, and what to do', async () => {
    page = await mount('#/-/topics/empty.topic/messages?from=oldest')
    await until(() => page.box.textContent?.includes('has no records'))
  })
})

describe('live', () => {
  const live = async () => {
    page = await mount('#/-/topics/orders.events/messages?from=live')
    await until(() => page.box.textContent?.includes('Following'))
  }

  test('shows what is written from now on, newest on top', async () => {
    await live()
    page.append('orders.events', 3, 'k', 'first')
    await until(() => ids().length === 1)
    page.append('orders.events', 4, 'k', 'second')
    await until(() => ids().length === 2)
    expect(value(ids()[0])?.textContent).toBe('second')
    expect(line()).toContain('in 2 · shown 2 · dropped 0')
  })

  test('holds while a record is open, and End shows what waits', async () => {
    await live()
    page.append('orders.events', 3, 'k', 'first')
    await until(() => ids().length === 1)
    row(page.box, ids()[0])?.click()
    await until(opened)
    page.append('orders.events', 4, 'k', 'second')
    await until(() => page.box.textContent?.includes('1 new'))
    expect(ids()).toHaveLength(1)
    press('End', document.body)
    await until(() => ids().length === 2)
  })

  test('pauses without losing anything, and Stop lets it go on from the next offset', async () => {
    await live()
    press(' ', document.body)
    await until(() => control(page.box, /^Resume/))
    page.append('orders.events', 3, 'k', 'while paused')
    await new Promise(resolve => setTimeout(resolve, 40))
    expect(ids()).toHaveLength(0)
    press(' ', document.body)
    await until(() => ids().length === 1)
    press('Escape', document.body)
    await until(() => control(page.box, 'Continue'))
    page.append('orders.events', 3, 'k', 'while stopped')
    control(page.box, 'Continue')?.click()
    await until(() => ids().length === 2)
  })
})

test('on a phone a record takes two lines and loses none of its parts', async () => {
  await start('#/-/topics/orders.events/messages', {}, PHONE)
  const [first] = ids()
  expect(row(page.box, first)?.querySelectorAll('[role="gridcell"]')).toHaveLength(1)
  const text = row(page.box, first)?.textContent ?? ''
  expect(text).toMatch(/\d\d:\d\d:\d\d\.\d\d\dp\d+/)
  row(page.box, first)?.click()
  await until(opened)
  expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(PHONE[0])
})

test('a topic that is not there says so', async () => {
  page = await mount('#/-/topics/nope/partitions')
  const note = await until(() => page.box.querySelector('.note.err'))
  expect(note.textContent).toContain('UNKNOWN_TOPIC_OR_PARTITION (3)')
})

test('a partition without a leader keeps its row, with the reason', async () => {
  page = await mount('#/-/topics/search.index/partitions')
  await until(() => row(page.box, '1')?.textContent?.includes('LEADER_NOT_AVAILABLE (5)'))
  expect(row(page.box, '1')?.querySelector('.badge')?.textContent).toBe('none')
  await until(() => row(page.box, '0')?.textContent?.includes('3,762'))
})

test('configs show what they mean, and where they come from', async () => {
  page = await mount('#/-/topics/orders.events/configs?all=1')
  const retention = await until(() => row(page.box, 'retention.ms'))
  expect(retention.textContent).toContain('6048000007 d')
  page.fail('topics.configs', fault('x'))
  row(page.box, 'cleanup.policy')?.click()
  await until(() => page.box.textContent?.includes('What happens to old segments'))
})
