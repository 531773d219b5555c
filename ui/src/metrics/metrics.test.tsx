import axe from 'axe-core'
import { afterEach, describe, expect, test } from 'vitest'
import { control, type Mounted, mount, PHONE, press, until, WIDE } from '../app/testing/mount.js'
import { type FakeWire, fakeWire, fetched, metadata, refused } from '../session/testing/fake-wire.js'
import { csvOf } from './ApiTable.js'

let page: Mounted
afterEach(() => page.unmount())

/** Colours that are on their way to another theme are no colours to judge. */
const still = async () => {
  await new Promise(resolve => setTimeout(resolve, 100))
  await until(() => !document.getAnimations().some(one => one.playState === 'running'))
}

const text = (element: Element | null | undefined) => (element instanceof HTMLElement ? element.innerText.replace(/\s+/g, ' ').trim() : '')
const figure = (title: string) => [...page.box.querySelectorAll<HTMLElement>('.fig')].find(one => text(one).startsWith(title))!
const legend = (title: string) => text(figure(title).querySelector('.leg'))
const line = (api: string) => [...page.box.querySelectorAll<HTMLElement>('[data-row]')].find(one => one.dataset.row === api)

async function open(fill: (wire: FakeWire) => void, size = WIDE) {
  const wire = fakeWire({ now: () => NOW })
  fill(wire)
  page = await mount('#/-/metrics', { wire: wire.options }, size)
  await until(() => page.box.querySelector('.figs'))
  return wire
}

/** Half a second into a slice: the ten seconds before it are whole. */
const NOW = Math.floor(Date.now() / 10_000) * 10_000 + 500

/** Ten seconds of traffic that ended a moment ago. */
function busy({ send, recorder }: FakeWire): void {
  const end = NOW - 600
  for (let i = 0; i < 100; i++) send(metadata(i + 1, { startedAtMs: end - i * 90, waitMs: 4, received: 10_000, sent: 100 }))
  for (let i = 0; i < 20; i++) send(fetched(200 + i, { startedAtMs: end - 500 - i * 400, waitMs: 490, broker: 2 }))
  send(refused(300, { startedAtMs: end - 2_000, waitMs: 900, readError: new Error('closed') }))
  const batch = { broker: { nodeId: 1, host: 'b', port: 1 }, topic: 't', partition: 0, compressionType: 'zstd' as const }
  recorder.onFetchBatchRead({ ...batch, numRecords: 388, compressedBytes: 31, uncompressedBytes: 100 })
}

describe('the figures', () => {
  test('have axes and say "no data yet" before anything happened', async () => {
    await open(() => {})
    await until(() => figure('Requests').querySelector('canvas'))
    expect(text(figure('Requests'))).toContain('no data yet')
    expect(text(figure('Latency'))).toContain('no data yet')
    expect(legend('Requests')).toBe('no requests in this range')
    expect(text(figure('Rebalances'))).toContain('does not join them')
  })

  test('carry their current values in the legend, with units', async () => {
    await open(busy)
    await until(() => legend('Requests').includes('MET'))
    expect(legend('Requests')).toMatch(/^MET 10 FET 2 PRD 0\.1$/)
    expect(legend('Latency')).toMatch(/p50 [45](\.\d)? ms p90 [45](\.\d)? ms/)
    expect(legend('Bytes')).toMatch(/received 100 kB\/s/)
    expect(legend('Buffers')).toMatch(/fetch 0 % 11.2 MB of 32 MB produce 0 % 0 of 10,000 records/)
  })

  test('parked time is in no latency', async () => {
    await open(busy)
    await until(() => line('Fetch'))
    const cells = [...line('Fetch')!.querySelectorAll('[role="gridcell"]')].map(text)
    expect(Number(cells[3])).toBeLessThan(10)
    expect(Number(cells[7])).toBeGreaterThan(400)
  })

  test('share a cursor that keys move; Escape lets go', async () => {
    await open(busy)
    await until(() => legend('Requests').includes('MET'))
    const chart = figure('Requests').querySelector<HTMLElement>('.chart')!
    press('Home', chart)
    await until(() => legend('Requests').startsWith('MET 0'))
    expect(legend('Bytes')).toContain('0 B/s')
    expect(chart.ariaValueText).toMatch(/^\d\d:\d\d:\d\d\.\d{3}: MET 0/)
    press('Escape', chart)
    await until(() => legend('Requests').startsWith('MET 10'))
  })

  test('open Wire at a point in time', async () => {
    await open(busy)
    await until(() => legend('Requests').includes('MET'))
    const chart = figure('Requests').querySelector<HTMLElement>('.chart')!
    press('End', chart)
    press('Enter', chart)
    await until(() => /wire\?from=\d+&to=\d+/.test(location.hash))
    await until(() => page.box.querySelectorAll('.wlist [data-id]').length > 5)
  })

  test('are tables, too', async () => {
    await open(busy)
    await until(() => legend('Requests').includes('MET'))
    control(page.box, 'Requests as table')?.click()
    const table = await until(() => figure('Requests').querySelector('table'))
    expect(text(table.querySelector('thead'))).toBe('Time MET FET PRD')
    expect(text(table.querySelector('tbody tr'))).toMatch(/^\d\d:\d\d:\d\d 10 2 0\.1$/)
  })

  test('change their range, one broker at a time if one likes, and pause', async () => {
    const wire = await open(busy)
    await until(() => legend('Requests').includes('MET'))
    control(page.box, '1 h')?.click()
    await until(() => text(page.box.querySelector('.byapi')).includes('1 h · 121 requests · 1 error · not throttled · 0 retries'))
    const select = page.box.querySelector<HTMLSelectElement>('.metrics select')!
    await until(() => [...select.options].map(option => option.value).join() === 'all,1,2')
    select.value = '2'
    select.dispatchEvent(new Event('change', { bubbles: true }))
    await until(() => /^FET 2/.test(legend('Requests')))
    control(page.box, 'Pause')?.click()
    await until(() => control(page.box, 'Go on'))
    wire.send(metadata(900, { broker: 2, startedAtMs: NOW - 5_000 }))
    await new Promise(resolve => setTimeout(resolve, 1_200))
    expect(legend('Requests')).not.toContain('MET')
  })
})

describe('the table by API', () => {
  test('begins with the slowest, and sorts by any column', async () => {
    await open(busy)
    await until(() => line('Metadata'))
    const order = () => [...page.box.querySelectorAll<HTMLElement>('[data-row]')].map(one => one.dataset.row)
    expect(new Set(order())).toEqual(new Set(['Metadata', 'Fetch', 'Produce']))
    page.box.querySelector<HTMLElement>('[data-sort="count"]')?.click()
    await until(() => order()[0] === 'Produce')
    page.box.querySelector<HTMLElement>('[data-sort="count"]')?.click()
    await until(() => order()[0] === 'Metadata')
  })

  test('as CSV: nothing where nothing is known', () => {
    const api = {
      apiKey: 3,
      api: 'Metadata',
      family: 'met' as const,
      count: 2,
      errors: 0,
      p50Ms: 4,
      p90Ms: 5,
      p99Ms: 6,
      maxMs: 7,
      parkedP50Ms: null,
      totalMs: 8,
      bytes: 9,
    }
    expect(csvOf([api]).split('\r\n')[1]).toBe('Metadata,met,2,0,4,5,6,7,,8,9')
  })
})

describe('accessibility', () => {
  test.each([
    ['light', WIDE],
    ['dark', WIDE],
    ['light', PHONE],
  ] as const)('%s at %s', async (theme, size) => {
    await open(busy, size as [number, number])
    page.app.prefs.setState({ theme })
    await until(() => legend('Requests').includes('MET'))
    control(page.box, 'Latency as table')?.click()
    await still()
    const { violations } = await axe.run(page.box.querySelector('.metrics')!, {
      resultTypes: ['violations'],
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    })
    const faults = violations
      .filter(one => one.impact === 'serious' || one.impact === 'critical')
      .flatMap(one => one.nodes.map(node => `${one.id}: ${node.html.slice(0, 160)}`))
    expect(faults).toEqual([])
  })
})
