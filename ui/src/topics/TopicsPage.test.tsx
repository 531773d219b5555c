import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { control, type Mounted, mount, press, row, type, until } from '../app/testing/mount.js'
import { fault } from '../session/testing/fake.js'

let page: Mounted
const start = async (hash = '#/-/topics', options = {}) => {
  page = await mount(hash, options)
  await until(() => page.box.querySelector('[data-row]'))
}
afterEach(() => page.unmount())

const names = () =>
  [...page.box.querySelectorAll<HTMLElement>('[data-row]')]
    .sort((a, b) => Number(a.ariaRowIndex) - Number(b.ariaRowIndex))
    .map(each => each.dataset.row)
const cell = (topic: string, column: number) => row(page.box, topic)?.querySelectorAll('[role="gridcell"]')[column]?.textContent

describe('the list', () => {
  test('hides internal topics until they are asked for, and says how many there are', async () => {
    await start()
    expect(names()).not.toContain('__consumer_offsets')
    expect(names()[0]).toBe('__proto__')
    control(page.box, 'Internal 2')?.click()
    await until(() => names().includes('__consumer_offsets'))
    expect(location.hash).toContain('internal=1')
  })

  test('filters by words, wildcards and regular expressions, kept in the URL', async () => {
    await start()
    const input = page.box.querySelector<HTMLInputElement>('input[aria-label="Filter topics"]')!
    type(input, '/^orders\\.(events|dlq)$/')
    await until(() => names().length === 2)
    expect(names()).toEqual(['orders.dlq', 'orders.events'])
    expect(decodeURIComponent(location.hash)).toContain('f=/^orders')
    type(input, 'nothing-is-called-this')
    await until(() => page.box.textContent?.includes('are hidden by the filter'))
  })

  test('sums offsets exactly, also beyond 2^53', async () => {
    await start()
    page.cluster.topics.get('audit.log')!.partitions[0].latest = 9_223_372_036_854_775_000n
    page.cluster.topics.get('audit.log')!.partitions[0].earliest = 1n
    const others = page.cluster.topics
      .get('audit.log')!
      .partitions.slice(1)
      .reduce((sum, p) => sum + p.latest - p.earliest, 0n)
    const text = (9_223_372_036_854_774_999n + others).toString().replace(/\B(?=(\d{3})+$)/g, ',')
    page.app.topics.offsets.refresh()
    await until(() => cell('audit.log', 7) === text, text)
  })

  test('asks for offsets of the rows on screen only, in one call', async () => {
    await start('#/-/topics', { extraTopics: 3000 })
    await until(() => page.asked.get('topics.offsets'))
    expect(page.asked.get('topics.list')).toBe(1)
    expect(page.asked.get('topics.offsets')).toBe(1)
    expect(page.app.topics.offsets.store.getState().size).toBeLessThan(80)
    expect(page.box.querySelectorAll('[data-row]').length).toBeLessThan(80)
  })

  test('says health in words', async () => {
    await start()
    expect(cell('clickstream.pageviews', 2)).toBe('2 under-replicated')
    expect(cell('search.index', 2)).toBe('1 leaderless')
    expect(cell('orders.events', 2)).toBe('ok')
  })

  test('sorts by a head, then back to its own order', async () => {
    await start()
    const head = [...page.box.querySelectorAll<HTMLElement>('[role="columnheader"]')].find(each =>
      each.textContent?.startsWith('Partitions'),
    )!
    head.click()
    await until(() => head.ariaSort === 'ascending')
    expect(names()[0]).toBe('__proto__')
    head.click()
    await until(() => names()[0] === 'clickstream.pageviews')
    head.click()
    await until(() => head.ariaSort === 'none')
  })
})

describe('keys', () => {
  beforeEach(async () => {
    await start()
    row(page.box, 'audit.log')?.focus()
  })

  test('move one row at a time, by page and to both ends; one row can be tabbed to', async () => {
    press('ArrowDown')
    await until(() => document.activeElement === row(page.box, 'carts.snapshots'))
    press('j')
    await until(() => document.activeElement === row(page.box, 'catalog.products'))
    press('k')
    await until(() => document.activeElement === row(page.box, 'carts.snapshots'))
    press('End')
    await until(() => document.activeElement === row(page.box, 'shipping.labels'))
    press('Home')
    await until(() => document.activeElement === row(page.box, '__proto__'))
    expect(page.box.querySelectorAll('[data-row][tabindex="0"]')).toHaveLength(1)
  })

  test('reach the heads above the first row, and sort from there', async () => {
    press('Home')
    await until(() => document.activeElement === row(page.box, '__proto__'))
    press('ArrowUp')
    await until(() => document.activeElement?.getAttribute('role') === 'columnheader')
    press('ArrowRight')
    expect(document.activeElement?.textContent).toContain('Name')
    press('Enter')
    await until(() => names()[0] === 'shipping.labels')
    press('ArrowDown')
    await until(() => document.activeElement?.getAttribute('role') === 'row')
  })

  test('change a column’s width, which the browser keeps', () => {
    press('Home')
    const head = [...page.box.querySelectorAll<HTMLElement>('[role="columnheader"]')].find(each => each.textContent === 'Health')!
    const before = head.offsetWidth
    press('ArrowRight', head, { altKey: true })
    expect(page.app.prefs.getState().widths.get('topics/health')).toBe(before + 8)
    expect(localStorage.getItem('milena.prefs')).toContain('topics/health')
  })

  test('select rows', async () => {
    press('x')
    await until(() => row(page.box, 'audit.log')?.ariaSelected === 'true')
    press('ArrowDown', document.activeElement!, { shiftKey: true })
    await until(() => page.box.textContent?.includes('2 selected'))
    press('a', document.activeElement!, { ctrlKey: true })
    await until(() => page.box.textContent?.includes('19 selected'))
  })

  test('open the messages of a topic, and leave single letters alone inside inputs', async () => {
    const input = page.box.querySelector<HTMLInputElement>('input[aria-label="Filter topics"]')!
    input.focus()
    press('o', input)
    press('t', input)
    expect(location.hash).not.toContain('partitions')
    row(page.box, 'audit.log')?.focus()
    press('Enter')
    await until(() => location.hash.includes('/topics/audit.log/messages'))
  })

  test('switched off, single letters do nothing', async () => {
    page.app.prefs.setState({ singleKeys: false })
    await until(() => true)
    press('j')
    press('x')
    await new Promise(resolve => setTimeout(resolve, 30))
    expect(document.activeElement).toBe(row(page.box, 'audit.log'))
    expect(row(page.box, 'audit.log')?.ariaSelected).toBe('false')
  })
})

describe('a failure', () => {
  test('stands where the rows would be, with its parts and a way on; a retry heals it', async () => {
    page = await mount('#/-/topics')
    page.fail(
      'topics.list',
      fault('Topics not read', {
        code: 'BROKER_NOT_AVAILABLE',
        errno: 8,
        broker: 2,
        message: 'connection refused',
        next: 'Start broker 2',
      }),
    )
    const note = await until(() => page.box.querySelector('.note.err'))
    expect(note.textContent).toContain('Topics not read · BROKER_NOT_AVAILABLE (8) · broker 2 · connection refused · Start broker 2')
    page.fail('topics.list', null)
    control(note, 'Retry')?.click()
    await until(() => page.box.querySelector('[data-row]'))
    expect(page.box.querySelector('.note.err')).toBeNull()
  })

  test('of a refresh keeps the rows that are there', async () => {
    await start()
    page.fail('topics.list', fault('Topics not read'))
    press('R', document.body)
    await until(() => page.box.querySelector('.note.err'))
    expect(names().length).toBeGreaterThan(10)
  })
})
