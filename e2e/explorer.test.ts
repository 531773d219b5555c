import type { Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type CodecName, kcatConsume, kcatHeaders, kcatProduce } from './kafka/kcat.js'
import { useKafka } from './kafka/use.js'
import { Explorer } from './testing/explorer.js'
import { usePage } from './testing/page.js'
import { nodeStart, type Started } from './testing/start.js'

/*
 * The explorer as a person uses it: real Chromium, through the real bridge, on the sandbox and on real Kafka.
 */

const browser = usePage()

/** `npm start` with these arguments, for the tests of a `describe`. */
function useStart(args: () => string[]): () => Started {
  let started: Started | undefined
  beforeAll(async () => {
    started = await nodeStart('--port', '0', ...args())
  })
  afterAll(async () => {
    await started?.stop()
  })
  return () => started!
}

async function open(started: Started, size = { width: 1440, height: 900 }): Promise<Explorer> {
  const page = await browser().open(started.link)
  await page.setViewportSize(size)
  const explorer = new Explorer(page)
  // A narrow screen has no room for the word.
  if (size.width >= 720) await explorer.connected()
  else await page.getByRole('link', { name: 'orders.events' }).waitFor()
  return explorer
}

interface Form {
  key: string
  value: string
  headers?: readonly { name: string; kind: 'string' | 'hex' | 'null'; value?: string }[]
  partition?: string
  compression?: string
}

/** Fills in the produce form and sends; gives where the record went. */
async function produce(page: Page, form: Form): Promise<{ partition: number; offset: bigint }> {
  const panel = page.getByRole('complementary', { name: /^Produce to/ })
  await panel.getByLabel('Type of the key').selectOption('string')
  await panel.getByRole('textbox', { name: 'Key', exact: true }).fill(form.key)
  await panel.getByLabel('Type of the value').selectOption('string')
  await panel.getByRole('textbox', { name: 'Value', exact: true }).fill(form.value)
  if (form.partition) await panel.getByLabel('Partition', { exact: true }).selectOption(form.partition)
  if (form.compression) await panel.getByLabel('Compression').selectOption(form.compression)
  for (const [i, header] of (form.headers ?? []).entries()) {
    await panel.getByRole('button', { name: 'Header', exact: true }).click()
    await panel.getByLabel(`Key of header ${i + 1}`).fill(header.name)
    await panel.getByLabel(`Type of header ${i + 1}`).selectOption(header.kind)
    if (header.value !== undefined) await panel.getByLabel(`Value of header ${i + 1}`).fill(header.value)
  }
  const before = await panel.getByRole('log').getByRole('button', { name: /^Open/ }).count()
  await page.keyboard.press('Control+Enter')
  const result = panel.getByRole('log')
  await expect.poll(() => result.getByRole('button', { name: /^Open/ }).count(), { timeout: 20_000 }).toBe(before + 1)
  const [partition, offset] = await result.locator('.mono').allTextContents()
  return { partition: Number(partition), offset: BigInt(offset.replaceAll(',', '')) }
}

describe('on the sandbox', () => {
  const started = useStart(() => [])

  test('a topic is browsed, a record is sent from the form and seen again, a group is looked into, and Wire shows the requests', async () => {
    const explorer = await open(started())
    const { page } = explorer
    expect(page.url()).not.toContain('#t=')
    await page.getByRole('link', { name: 'orders.events' }).click()
    await page
      .getByText(/showing 100/)
      .first()
      .waitFor()
    await explorer.shot('messages')

    await explorer.openProduce()
    const sent = await produce(page, {
      key: 'order-e2e',
      value: '{"n":9007199254740993}',
      headers: [
        { name: 'trace', kind: 'string', value: 'a' },
        { name: 'trace', kind: 'hex', value: 'ff00' },
        { name: 'gone', kind: 'null' },
      ],
    })
    await explorer.shot('produced')
    await page.getByRole('log').getByRole('button', { name: /^Open/ }).first().click()
    await page.getByRole('row').filter({ hasText: 'order-e2e' }).first().waitFor()
    await page.getByText('9007199254740993').first().waitFor()
    expect(sent.offset).toBeGreaterThan(0n)
    await explorer.shot('opened')

    await explorer.go('groups')
    await page.getByRole('link', { name: 'order-fulfilment' }).click()
    await page.getByRole('grid', { name: /lag/i }).waitFor()
    await explorer.shot('group')

    await explorer.go('wire')
    const requests = page.getByRole('grid').first()
    await requests.getByText('Produce').first().waitFor()
    await explorer.shot('wire')
    expect(browser().problems).toEqual([])
  })

  test('a request is decoded field by field beside its bytes', async () => {
    const explorer = await open(started())
    const { page } = explorer
    // Payloads are kept from the moment that Wire was open.
    await explorer.go('wire')
    await page.getByRole('grid').first().waitFor()
    await explorer.go('topics/orders.events/messages')
    await page
      .getByText(/showing 100/)
      .first()
      .waitFor()
    await explorer.go('wire')
    await page.getByRole('row').filter({ hasText: 'ListOffsets' }).last().click()
    await page.keyboard.press('Enter')
    await page.getByRole('tab', { name: /^Response/ }).click()
    const tree = page.getByRole('tree').first()
    await tree.getByText('throttle', { exact: false }).first().waitFor()
    await page.getByText('0000', { exact: true }).first().waitFor()
    await explorer.shot('inspector')
    expect(browser().problems).toEqual([])
  })

  test('a live tail shows records as they come; paused it holds, and goes on with what came meanwhile', async () => {
    const explorer = await open(started())
    const { page } = explorer
    await explorer.go('topics/orders.events/messages?from=live')
    const rows = page.getByRole('grid', { name: /^Messages of/ }).getByRole('row')
    await expect.poll(() => rows.count(), { timeout: 20_000 }).toBeGreaterThan(3)
    await page.getByRole('button', { name: 'Pause' }).click()
    await page.waitForTimeout(300)
    const held = await rows.count()
    await page.waitForTimeout(1_500)
    expect(await rows.count()).toBe(held)
    await page.getByRole('button', { name: 'Resume' }).click()
    await expect.poll(() => rows.count(), { timeout: 20_000 }).toBeGreaterThan(held)
    expect(browser().problems).toEqual([])
  })

  test.each(['light', 'dark'] as const)('axe finds no serious fault on any page, %s', async colorScheme => {
    const explorer = await open(started())
    const { page } = explorer
    await page.emulateMedia({ colorScheme })
    const places: [string, () => Promise<unknown>][] = [
      ['topics', () => page.getByRole('link', { name: 'orders.events' }).waitFor()],
      [
        'topics/orders.events/messages',
        () =>
          page
            .getByText(/showing 100/)
            .first()
            .waitFor(),
      ],
      ['topics/orders.events/partitions', () => page.getByRole('grid').waitFor()],
      ['topics/orders.events/configs', () => page.getByText('retention.ms').first().waitFor()],
      ['groups', () => page.getByRole('link', { name: 'order-fulfilment' }).waitFor()],
      ['groups/order-fulfilment/lag', () => page.getByRole('grid').waitFor()],
      ['groups/order-fulfilment/members', () => page.getByRole('grid').waitFor()],
      ['wire', () => page.getByRole('grid').waitFor()],
      ['metrics', () => page.getByRole('heading', { name: 'By API' }).waitFor()],
    ]
    for (const [place, ready] of places) {
      await explorer.go(place)
      await ready()
      await explorer.expectAccessible(place)
      await explorer.shot(`${place.replaceAll('/', '-')}-${colorScheme}`)
    }
    expect(browser().problems).toEqual([])
  })

  test('a narrow screen has every page without scrolling sideways', async () => {
    const explorer = await open(started(), { width: 390, height: 844 })
    for (const place of ['topics', 'topics/orders.events/messages', 'groups', 'groups/order-fulfilment/lag', 'wire', 'metrics']) {
      await explorer.go(place)
      await explorer.page.waitForTimeout(400)
      const overflow = await explorer.page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
      expect(overflow, place).toBeLessThanOrEqual(0)
      await explorer.shot(`${place.replaceAll('/', '-')}-390`)
    }
  })

  test('a page without the start token says so, where the person is looking', async () => {
    const page = await browser().open(started().url)
    await page.getByText(/token/i).first().waitFor()
    await new Explorer(page).shot('no-token')
  })
})

describe('on one real broker', () => {
  const kafka = useKafka()
  const started = useStart(() => ['--brokers', kafka().bootstrap[0]])

  test('a record that the form sent is read by kcat, byte for byte, headers in order', async () => {
    await kafka().createTopic('from-page', { partitions: 3 })
    const explorer = await open(started())
    await explorer.go('topics/from-page/messages')
    await explorer.openProduce()
    const value = 'line one\nünïcode 🐘 <b>not markup</b>'
    const sent = await produce(explorer.page, {
      key: 'kéy',
      value,
      compression: 'zstd',
      headers: [
        { name: 'h', kind: 'string', value: 'first' },
        { name: 'h', kind: 'string', value: 'second' },
        { name: 'nothing', kind: 'null' },
      ],
    })
    const [read] = await kcatConsume(kafka().bootstrap, 'from-page', { partition: sent.partition })
    expect(new TextDecoder().decode(read.key!)).toBe('kéy')
    expect(new TextDecoder().decode(read.value!)).toBe(value)
    const headers = kcatHeaders([
      ['h', 'first'],
      ['h', 'second'],
      ['nothing', null],
    ])
    expect(read.headers.toString()).toBe(headers.toString())
    await explorer.page.getByRole('log').getByRole('button', { name: /^Open/ }).first().click()
    await explorer.page.getByText('<b>not markup</b>').first().waitFor()
    expect(browser().problems).toEqual([])
  })

  test.each<CodecName>(['none', 'gzip', 'snappy', 'lz4', 'zstd'])('records that kcat wrote with %s are shown', async codec => {
    const topic = `kcat-${codec}`
    await kafka().createTopic(topic)
    const values = Array.from({ length: 40 }, (_, i) => `${codec} value ${i} ${'and again '.repeat(20)}`)
    await kcatProduce(
      kafka().bootstrap,
      topic,
      values.map((value, i) => ({ key: `k${i}`, value })),
      { codec },
    )
    const explorer = await open(started())
    await explorer.go(`topics/${topic}/messages?from=oldest`)
    await explorer.page
      .getByText(/showing 40/)
      .first()
      .waitFor()
    await explorer.page.getByText(`${codec} value 0 `).first().waitFor()
    expect(browser().problems).toEqual([])
  })
})

describe('on three real brokers', () => {
  const kafka = useKafka({ brokers: 3 })
  const started = useStart(() => ['--brokers', kafka().bootstrap.join()])

  test('a page that tails goes on when the leader is killed, and misses nothing', async () => {
    await kafka().createTopic('tailed', { partitions: 1, replicationFactor: 3, configs: { 'min.insync.replicas': '2' } })
    const explorer = await open(started())
    const { page } = explorer
    await explorer.go('topics/tailed/messages?from=live')
    await page.getByRole('button', { name: 'Pause' }).waitFor()
    const write = (from: number, to: number) =>
      kcatProduce(
        kafka().bootstrap,
        'tailed',
        Array.from({ length: to - from }, (_, i) => ({ key: `n${from + i}`, value: `record ${from + i}.` })),
      )
    await expect
      .poll(
        async () => {
          await write(0, 1)
          return page.getByText('record 0.').count()
        },
        { timeout: 30_000, interval: 500 },
      )
      .toBeGreaterThan(0)
    await write(1, 20)
    await page.getByText('record 19.').first().waitFor()
    await (await kafka().leader('tailed')).kill()
    await write(20, 40)
    await page.getByText('record 39.').first().waitFor({ timeout: 60_000 })
    const shown = ((await page.getByRole('grid', { name: /^Messages of/ }).textContent()) ?? '').match(/record \d+\./g) ?? []
    for (let i = 20; i < 40; i++) expect(shown, `record ${i}`).toContain(`record ${i}.`)
    await explorer.shot('tail-after-kill')
  })
})
