import { afterEach, describe, expect, test } from 'vitest'
import { control, type Mounted, mount, row, until } from '../app/testing/mount.js'
import type { GroupDetail, GroupPartition } from '../session/protocol.js'
import { fault } from '../session/testing/fake.js'
import { caughtUpIn, lagRows } from './lag-rows.js'

let page: Mounted
afterEach(() => page?.unmount())

const ids = () =>
  [...page.box.querySelectorAll<HTMLElement>('[data-row]')]
    .sort((a, b) => Number(a.ariaRowIndex) - Number(b.ariaRowIndex))
    .map(each => each.dataset.row)
const text = (id: string) => row(page.box, id)?.textContent ?? ''

describe('the list', () => {
  test('sorts what needs a look first, then by lag', async () => {
    page = await mount('#/-/groups')
    await until(() => text('order-fulfilment').match(/\d,\d/))
    expect(ids()).toEqual(['connect-s3-sink', 'search-indexer', 'order-fulfilment', 'fraud-detector', 'nightly-report', 'never-committed'])
  })

  test('shows a dash, not zero, where there is no commit', async () => {
    page = await mount('#/-/groups')
    await until(() => text('never-committed').includes('no commit'))
    expect(text('never-committed')).toContain('–')
  })

  test('filters by state, type and words', async () => {
    page = await mount('#/-/groups?f=state:Empty')
    await until(() => ids().length === 2)
    page.app.router.go({ page: 'groups' }, new Map([['type', 'consumer']]))
    await until(() => ids().length === 1)
    expect(ids()).toEqual(['fraud-detector'])
  })

  test('says which brokers did not answer, beside the rows that came', async () => {
    page = await mount('#/-/groups')
    await until(() => page.box.querySelector('[data-row]'))
    page.app.groups.list.store.setState(({ value }) => ({
      value: value && { ...value, partial: { asked: 3, answered: 2, faults: [fault('Groups not read')] } },
    }))
    await until(() => page.box.querySelector('.note.warn')?.textContent?.includes('2 of 3 brokers answered. Broker 3: REQUEST_TIMED_OUT'))
  })
})

describe('a group', () => {
  test('shows lag per partition, the furthest behind first', async () => {
    page = await mount('#/-/groups/order-fulfilment')
    await until(() => ids().length === 12)
    expect(ids()[0]).toBe('orders.events:7')
    expect(page.box.textContent).toContain('cooperative-sticky')
  })

  test('keeps a partition without a commit, unknown and last', async () => {
    page = await mount('#/-/groups/fraud-detector')
    await until(() => ids().length === 24)
    expect(ids().slice(-3)).toEqual(['orders.events:0', 'orders.events:1', 'orders.events:2'])
    expect(text('orders.events:0')).toContain('no commit')
    expect(page.box.textContent).toContain('3 partitions')
  })

  test('says when a commit lies beyond the end', async () => {
    page = await mount('#/-/groups/nightly-report')
    await until(() => text('payments.captures:4').includes('ahead of end, log truncated?'))
  })

  test('is read again as often as is chosen, and not at all when off', async () => {
    page = await mount('#/-/groups/order-fulfilment?every=2')
    await until(() => (page.asked.get('groups.detail') ?? 0) >= 2)
    page.app.router.setQuery(() => new Map([['every', 'off']]))
    await new Promise(resolve => setTimeout(resolve, 100))
    const before = page.asked.get('groups.detail')
    await new Promise(resolve => setTimeout(resolve, 2300))
    expect(page.asked.get('groups.detail')).toBe(before)
  })

  test('keeps what came when a later look fails', async () => {
    page = await mount('#/-/groups/order-fulfilment?every=off')
    await until(() => ids().length === 12)
    page.fail('groups.detail', fault('Group not read', { code: 'COORDINATOR_NOT_AVAILABLE', errno: 15 }))
    page.app.shortcuts
      .groups()
      .at(-1)
      ?.shortcuts.find(each => each.keys === 'R')
      ?.run()
    await until(() => page.box.querySelector('.note.err')?.textContent?.includes('COORDINATOR_NOT_AVAILABLE (15)'))
    expect(ids()).toHaveLength(12)
  })

  test('shows its members and what each reads', async () => {
    page = await mount('#/-/groups/fraud-detector/members')
    await until(() => ids().length === 3)
    expect(page.box.textContent).toContain('payments.captures 0,3,6,9')
    expect(page.box.textContent).toContain('as assigned')
    expect(page.box.textContent).toContain('fraud-static-0')
  })

  test('that does not exist says so', async () => {
    page = await mount('#/-/groups/nobody')
    await until(() => page.box.querySelector('.note.err')?.textContent?.includes('GROUP_ID_NOT_FOUND (69)'))
    expect(control(page.box, 'Retry')).toBeTruthy()
  })
})

describe('rates', () => {
  const partition = (committed: bigint, end: bigint): GroupPartition => ({
    topic: 't',
    partition: 0,
    memberId: null,
    committed,
    committedEpoch: null,
    metadata: null,
    earliest: 0n,
    end,
    lag: end - committed,
    fault: null,
  })
  const look = (at: number, committed: bigint, end: bigint) =>
    ({ at, members: [], partitions: [partition(committed, end)] }) as unknown as GroupDetail
  const caught = (from: [bigint, bigint], to: [bigint, bigint]) => caughtUpIn(lagRows(look(10_000, ...to), look(0, ...from))[0])

  test('need two looks', () => {
    expect(caughtUpIn(lagRows(look(0, 0n, 10n), null)[0])).toBeNull()
  })
  test('tell when the end will be reached', () => {
    expect(caught([0n, 1000n], [500n, 1000n])).toEqual({ words: '10 s', rising: false })
    expect(caught([0n, 100n], [100n, 100n])).toEqual({ words: 'caught up', rising: false })
  })
  test('tell when it never will', () => {
    expect(caught([0n, 100n], [10n, 1100n])).toEqual({ words: 'never, +99 /s', rising: true })
    expect(caught([5n, 10n], [5n, 10n])).toEqual({ words: 'not moving', rising: false })
    expect(caught([0n, 10n], [50n, 60n])).toEqual({ words: 'keeps its distance', rising: false })
  })
})
