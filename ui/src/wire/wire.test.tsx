/** Wire as a person uses it: the dock, the full view, the inspector, over the session's own handlers and real frames. */
import axe from 'axe-core'
import { afterEach, describe, expect, test } from 'vitest'
import { control, type Mounted, mount, PHONE, press, type, until, WIDE } from '../app/testing/mount.js'
import { type FakeWire, fakeWire, fetched, metadata, refused } from '../session/testing/fake-wire.js'
import { writeOf } from '../session/testing/wire-events.js'

let page: Mounted
let wire: FakeWire
afterEach(() => page.unmount())

/** Colours that are on their way to another theme are no colours to judge. */
const still = async () => {
  await new Promise(resolve => setTimeout(resolve, 100))
  await until(() => !document.getAnimations().some(one => one.playState === 'running'))
}

const mine = 'topics\t1'
const rows = () => [...page.box.querySelectorAll<HTMLElement>('.wlist [data-id]')]
const idsOf = () => rows().map(row => Number(row.dataset.id))
const row = (id: number) => rows().find(one => one.dataset.id === String(id))
const list = () => page.box.querySelector<HTMLElement>('.wlist [role="grid"]')!
const region = () => page.box.querySelector<HTMLElement>('.wlist')!
const insp = () => page.box.querySelector<HTMLElement>('.insp')
const shown = (ids: readonly number[]) => until(() => idsOf().join() === ids.join(), `rows ${ids.join()}`)
const text = (element: Element | null | undefined) => (element instanceof HTMLElement ? element.innerText.replace(/\s+/g, ' ').trim() : '')

async function open(hash: string, fill: (wire: FakeWire) => void, size = WIDE, rowsKept?: number) {
  wire = fakeWire({ rows: rowsKept })
  fill(wire)
  page = await mount(hash, { wire: wire.options }, size)
  if (!hash.includes('/wire')) page.app.prefs.setState({ dockOpen: true })
  await until(() => page.box.querySelector('.wlist [role="grid"]'))
}
const openDock = (fill: (wire: FakeWire) => void, size = WIDE) => open('#/-/topics', fill, size)
const openFull = (fill: (wire: FakeWire) => void, query = '', rowsKept?: number) => open(`#/-/wire${query}`, fill, WIDE, rowsKept)

/** What a page and its client ask for in a moment, one of each kind. */
function busy({ send, recorder }: FakeWire): void {
  const at = Date.now() - 2_000
  send(metadata(1, { initiator: mine, startedAtMs: at }))
  send(refused(2, { initiator: 'orders.events produce\t1', startedAtMs: at + 100 }))
  send(
    refused(3, {
      initiator: 'orders.events produce\t1',
      startedAtMs: at + 118,
      attempt: 2,
      retryOf: 2,
      broker: 3,
      response: new Uint8Array(8),
    }),
  )
  send(fetched(4, { initiator: 'orders.events messages\t1', startedAtMs: at + 120 }))
  send(metadata(5, { initiator: mine, startedAtMs: at + 130, throttleMs: 120, broker: 3 }))
  send({ requestId: 6, apiKey: 12, initiator: 'group', startedAtMs: at + 140 })
  send({ requestId: 7, apiKey: 36, initiator: 'dial', startedAtMs: at + 150, request: new Uint8Array(20), response: new Uint8Array(20) })
  recorder.onBrokerWrite(
    writeOf({ requestId: 8, apiKey: 1, parkMs: 60_000, initiator: 'orders.events messages\t1', startedAtMs: at + 160 }),
  )
}

describe('the dock', () => {
  test('opens on what this page asked for, and shows all on demand', async () => {
    await openDock(busy)
    await shown([1, 5])
    expect(text(control(page.box, /^This page/))).toBe('This page 2')
    control(page.box, /^All/)?.click()
    await shown([1, 2, 3, 4, 5, 7, 8])
    expect(text(page.box.querySelector('.foldline'))).toBe('1 heartbeat folded · show')
    control(page.box.querySelector('.foldline')!, 'show')?.click()
    await shown([1, 2, 3, 4, 5, 6, 7, 8])
  })

  test('another page has other requests', async () => {
    await openDock(busy)
    await shown([1, 5])
    page.app.router.go({ page: 'topic', topic: 'orders.events', tab: 'partitions' })
    await shown([2, 3, 4, 8])
  })

  test('says what happened to each: a word and a mark, never colour alone', async () => {
    await openFull(busy)
    await until(() => text(row(2)).includes('NOT_LEADER_OR_FOLLOWER'))
    expect(text(row(1))).toContain('all topics')
    expect(text(row(2))).toContain('orders.events-7')
    expect(text(row(3))).toMatch(/retry of #2/)
    expect(text(row(4))).toMatch(/ok, parked 39\d/)
    expect(text(row(5))).toContain('throttled 120 ms')
    expect(text(row(8))).toContain('parked')
    expect(row(4)?.querySelector('.wfc')?.textContent).toMatch(/written 0.5 ms, parked 39\d(\.\d)? ms/)
  })

  test('says what a slow page cost', async () => {
    await openDock(({ send }) => {
      const at = Date.now() + 60_000
      for (let id = 1; id <= 40; id++) send(metadata(id, { initiator: 'other\t1', waitMs: 60 }))
      send({ requestId: 50, apiKey: 35, initiator: mine, startedAtMs: at, waitMs: 812, broker: 3, received: 8_802 })
      send(metadata(51, { initiator: mine, startedAtMs: at + 5, waitMs: 30 }))
    })
    await until(() => page.box.querySelector('.cost'))
    expect(text(page.box.querySelector('.cost'))).toMatch(
      /^This page took 813 ms · 2 requests · .* received · 813 ms of it is DescribeLogDirs on broker 3/,
    )
    control(page.box.querySelector('.cost')!, '813 ms')?.click()
    await until(() => text(insp()).includes('#50'))
  })

  test('says when there is nothing, and when a filter hides everything', async () => {
    await openDock(() => {})
    await until(() => text(list()).includes('Nothing sent yet.'))
    wire.send(metadata(1, { initiator: mine }))
    await shown([1])
    type(page.box.querySelector<HTMLInputElement>('.wq input')!, 'api:Nothing')
    await until(() => text(list()).includes('No requests match api:Nothing. 1 are hidden by the filter.'))
    control(list(), 'Clear filter')?.click()
    await shown([1])
  })

  test('pauses, stops recording, and clears', async () => {
    await openDock(({ send }) => send(metadata(1, { initiator: mine })))
    await shown([1])
    control(page.box, 'Pause the list')?.click()
    wire.send(metadata(2, { initiator: mine, startedAtMs: Date.now() + 1_000 }))
    await new Promise(resolve => setTimeout(resolve, 250))
    expect(idsOf()).toEqual([1])
    control(page.box, 'Go on')?.click()
    await shown([1, 2])
    control(page.box, /^Recording/)?.click()
    await until(() => control(page.box, /^Not recording/))
    wire.send(metadata(3, { initiator: mine }))
    control(page.box, 'Clear')?.click()
    await shown([])
    expect(wire.recorder.requests.slot(3)).toBe(-1)
  })

  test('keeps payloads from the moment it is opened', async () => {
    wire = fakeWire()
    wire.recorder.keepFrames = false
    page = await mount('#/-/topics', { wire: wire.options })
    await until(() => page.box.querySelector('[data-row]'))
    expect(wire.recorder.keepFrames).toBe(false)
    page.app.prefs.setState({ dockOpen: true })
    await until(() => wire.recorder.keepFrames)
  })
})

describe('the list', () => {
  test('is moved in by keys; Enter opens the inspector and Escape gives the focus back', async () => {
    await openFull(busy)
    await until(() => row(8))
    list().focus()
    press('Home', list())
    await until(() => row(1)?.ariaSelected === 'true')
    press('ArrowDown', list())
    expect(list().getAttribute('aria-activedescendant')).toBe(row(1)?.id)
    await until(() => row(2)?.ariaSelected === 'true')
    press('Enter', list())
    await until(() => text(insp()).includes('#2'))
    await until(() => location.hash.includes('id=2'))
    press('Escape', insp()!)
    await until(() => !insp())
    expect(document.activeElement).toBe(list())
  })

  test('e goes to the next error, = and - filter by its API, i by who asked', async () => {
    await openFull(busy)
    await until(() => text(row(2)).includes('NOT_LEADER'))
    press('Home', list())
    await until(() => row(1)?.ariaSelected === 'true')
    press('e', list())
    await until(() => row(2)?.ariaSelected === 'true')
    press('=', list())
    await shown([2, 3])
    expect(location.hash).toContain('f=api')
    press('i', list())
    await until(() => page.box.querySelector<HTMLInputElement>('.wq input')?.value === 'init:"orders.events produce"')
    await shown([2, 3])
  })

  test('its / goes to its own filter', async () => {
    await openDock(busy)
    await shown([1, 5])
    list().focus()
    press('/', list())
    expect(document.activeElement).toBe(page.box.querySelector('.dock .wq input'))
  })

  test('filters by text, families and state, all of it in the URL', async () => {
    await openFull(busy, '?fam=met')
    await shown([1, 5])
    control(page.box, /^MET/)?.click()
    control(page.box, /^Errors/)?.click()
    await until(() => location.hash.includes('err=1'))
    await shown([2])
    expect(text(control(page.box, /^Errors/))).toBe('Errors 1')
  })

  test('follows at its end, holds still elsewhere, and says how many came', async () => {
    await openFull(({ send }) => {
      for (let id = 1; id <= 300; id++) send(metadata(id, { startedAtMs: Date.now() - 1_000 + id }))
    })
    await until(() => row(300))
    wire.send(metadata(301))
    await until(() => row(301))
    const box = list()
    box.scrollTop = 2_400
    await until(() => row(101))
    const before = row(101)!.getBoundingClientRect().top
    for (let id = 302; id <= 320; id++) wire.send(metadata(id))
    await until(() => control(region(), /^19 new/))
    expect(row(101)!.getBoundingClientRect().top).toBe(before)
    control(region(), /^19 new/)?.click()
    await until(() => row(320))
  })

  test('rows that fall out of the ring above do not move what is in sight', async () => {
    await openFull(
      ({ send }) => {
        for (let id = 1; id <= 200; id++) send(metadata(id))
      },
      '',
      200,
    )
    await until(() => row(200))
    const box = list()
    box.scrollTop = 2_400
    await until(() => row(105))
    const top = () => row(105)!.getBoundingClientRect().top
    const before = top()
    for (let id = 201; id <= 230; id++) wire.send(metadata(id))
    await until(() => box.scrollTop === 2_400 - 30 * 24)
    expect(Math.abs(top() - before)).toBeLessThanOrEqual(1)
  })

  test('20,000 rows are a few in the page', async () => {
    await openFull(({ send }) => {
      for (let id = 1; id <= 20_000; id++) send({ requestId: id, apiKey: 3, startedAtMs: Date.now() })
    })
    await until(() => row(20_000))
    expect(rows().length).toBeLessThan(80)
    expect(list().ariaRowCount).toBe('20001')
  })
})

describe('the inspector', () => {
  const inspect = async (id: number) => {
    await until(() => row(id))
    row(id)!.click()
    press('Enter', list())
    await until(() => insp()?.querySelector('[role="tab"]') && text(insp()!.querySelector('.ih')).includes(`#${id}`))
  }
  const items = () => [...insp()!.querySelectorAll<HTMLElement>('[role="treeitem"]')]
  const item = (start: string) => until(() => items().find(one => text(one).startsWith(start)), `line ${start}`)

  test('explains the answer field by field and names its error', async () => {
    await openFull(busy)
    await inspect(2)
    expect(text(await item('errorCode: 6'))).toMatch(/^errorCode: 6 NOT_LEADER_OR_FOLLOWER ?int16/)
    expect(text(insp()!.querySelector('.ih'))).toContain('NOT_LEADER_OR_FOLLOWER (6)')
    expect((await item('errorCode: 6')).querySelector('.at')?.textContent).toBe('001d+2')
  })

  test('a field marks its bytes, and a byte its field', async () => {
    await openFull(busy)
    await inspect(2)
    ;(await item('errorCode: 6')).click()
    const marks = () => [...insp()!.querySelectorAll('.hex mark[data-at]')].map(mark => Number((mark as HTMLElement).dataset.at))
    await until(() => marks().join() === '29,30')
    insp()!.querySelector<HTMLElement>('.hex [data-at="14"]')?.click()
    await until(() => items().find(one => one.ariaSelected === 'true' && text(one).startsWith('name: "orders.events"')))
    expect(marks()[0]).toBe(10)
  })

  test('opens records down to keys, values and headers', async () => {
    await openFull(busy)
    await inspect(4)
    const unfold = async (start: string) => {
      const line = await item(start)
      if (line.ariaExpanded === 'false') line.querySelector('button')?.click()
      await until(() => items().find(one => text(one).startsWith(start))?.ariaExpanded === 'true')
    }
    for (const line of ['records', 'batch 0', 'record 0', 'headers']) await unfold(line)
    expect(text(await item('value: "{'))).toContain('9007199254740993')
    expect(text(await item('crc'))).toContain('correct')
  })

  test('says why there are no bytes', async () => {
    await openFull(busy)
    await inspect(7)
    await until(() => text(insp()).includes('hidden: SASL'))
    expect(insp()!.querySelector('.hex')).toBeNull()
    control(insp()!, /^Request/)?.click()
    await until(() => text(insp()!.querySelector('.why')).includes('hidden: SASL'))
    await inspect(8)
    control(insp()!, /^Response/)?.click()
    await until(() => text(insp()).includes('no answer yet'))
  })

  test('links the tries of one request, and tells its phases', async () => {
    await openFull(busy)
    await inspect(3)
    control(insp()!, /^Related/)?.click()
    await until(() => text(insp()).includes('Sent again to broker 3'))
    control(insp()!.querySelector('.tabpanel')!, '#2')?.click()
    await until(() => text(insp()!.querySelector('.ih')).includes('#2'))
    control(insp()!, 'Timing')?.click()
    const cells = await until(() => insp()!.querySelector('.phases'))
    expect(text(cells)).toBe('Phases in ms queued 10.1 in the client write 0.4 to the bridge wait 3.4 broker 2 read 1.0 from the bridge')
  })

  test('its tabs have numbers as keys; what is not there says so', async () => {
    await openFull(busy)
    await inspect(1)
    press('1', list())
    await until(() => text(insp()).includes('Correlation id'))
    expect(control(insp()!, /^Diff/)?.ariaDisabled).toBe('true')
    control(insp()!, /^Diff/)?.click()
    await until(() => page.app.frame.store.getState().assertive.includes('not part of this version'))
  })

  test('copies the frame as hex and JSON', async () => {
    await openFull(busy)
    await inspect(1)
    const copied: string[] = []
    Object.defineProperty(navigator, 'clipboard', {
      configurable: true,
      value: { writeText: async (value: string) => void copied.push(value) },
    })
    for (const form of ['Response as hex', 'Response as JSON']) {
      control(insp()!, 'Copy as')?.click()
      const choice = await until(() => control(page.box, form))
      choice.click()
      await until(() => !page.box.querySelector('.pop'))
    }
    await until(() => copied.length === 2)
    expect(copied[0]).toMatch(/^[0-9a-f]{20}/)
    expect(JSON.parse(copied[1])).toMatchObject({ clusterId: 'q3Zt1mJv', controllerId: 2 })
  })
})

describe('the overview', () => {
  test('chooses a span of time by keys, and lets go with Escape', async () => {
    await openFull(({ send }) => {
      for (let id = 1; id <= 40; id++) send(metadata(id, { startedAtMs: Date.now() - 40_000 + id * 1_000, broker: 1 + (id % 3) }))
    })
    const lanes = await until(() => page.box.querySelector<HTMLElement>('.lanes .lw'))
    await until(() => page.box.querySelectorAll('.lanes .ll > div').length === 3)
    await until(() => row(1) && row(40))
    press('ArrowRight', lanes)
    await until(() => page.box.querySelector('.brush'))
    await until(() => !row(1) && row(40))
    expect(lanes.ariaValueText).toMatch(/ to /)
    press('Escape', lanes)
    await until(() => row(1) && !page.box.querySelector('.brush'))
  })
})

describe('accessibility', () => {
  const faults = async (of: string) => {
    const { violations } = await axe.run(page.box.querySelector(of)!, {
      resultTypes: ['violations'],
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    })
    return violations
      .filter(one => one.impact === 'serious' || one.impact === 'critical')
      .flatMap(one => one.nodes.map(node => `${one.id}: ${node.html.slice(0, 160)} — ${node.any.map(check => check.message).join('; ')}`))
  }
  const looks = [
    ['light', WIDE],
    ['dark', WIDE],
    ['light', PHONE],
  ] as const

  test.each(looks)('the dock, %s at %s', async (theme, size) => {
    await openDock(busy, size as [number, number])
    page.app.prefs.setState({ theme })
    await until(() => rows().length > 0)
    await still()
    expect(await faults('.dock')).toEqual([])
  })

  test.each(looks)('the full view with the inspector, %s at %s', async (theme, size) => {
    await open('#/-/wire?id=2', busy, size as [number, number])
    page.app.prefs.setState({ theme })
    await until(() => insp()?.querySelector('[role="treeitem"]'))
    await still()
    expect(await faults('.wirepage')).toEqual([])
  })
})
