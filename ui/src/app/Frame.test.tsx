import { afterEach, describe, expect, test } from 'vitest'
import { fault } from '../session/testing/fake.js'
import { control, type Mounted, mount, PHONE, press, type, until } from './testing/mount.js'

let page: Mounted
afterEach(() => page.unmount())
const start = async (hash = '#/-/topics', options = {}, size?: readonly [number, number]) => {
  page = await mount(hash, options, size)
  await until(() => page.box.querySelector('[data-row]'))
}
const app = () => page.box.querySelector<HTMLElement>('.app')!

describe('the frame', () => {
  test('puts the cluster’s name into the URL and its environment into the title', async () => {
    await start('#/-/topics', { environment: 'prod' })
    await until(() => location.hash === '#/shop-local/topics')
    expect(document.title).toBe('PROD topics · Milena')
    expect(page.box.querySelector('.cluster')?.textContent).toBe('Cluster shop-local, PROD')
  })

  test('keeps sections that it does not serve, off, with the reason in words', async () => {
    await start()
    const schemas = control(page.box, /^Schemas/)!
    expect(schemas.getAttribute('aria-disabled')).toBe('true')
    expect(schemas.textContent).toBe('Schemas, Schemas: no registry configured')
    schemas.click()
    await until(() => page.app.frame.store.getState().assertive.includes('no registry configured'))
  })

  test('goes to sections by two keys', async () => {
    await start()
    press('g', document.body)
    press('g', document.body)
    await until(() => location.hash.includes('/groups'))
    press('g', document.body)
    press('t', document.body)
    await until(() => location.hash.includes('/topics'))
  })

  test('collapses its rail, themes, and tells the zone', async () => {
    await start()
    press('[', document.body)
    await until(() => app().classList.contains('slim'))
    press('t', document.body)
    await until(() => document.documentElement.dataset.theme === 'light')
    press('t', document.body)
    await until(() => document.documentElement.dataset.theme === 'dark')
    expect(localStorage.getItem('milena.theme')).toBe('dark')
    expect(control(page.box, /^Time zone UTC/)).toBeTruthy()
  })

  test('moves by F6 from region to region and back', async () => {
    await start()
    const region = () => document.activeElement?.closest<HTMLElement>('[data-region]')?.dataset.region
    page.box.querySelector<HTMLElement>('.cluster')?.focus()
    const seen = [region()]
    for (let step = 0; step < 4; step++) {
      press('F6')
      seen.push(region())
    }
    expect(seen).toEqual(['rail', 'top', 'page', 'status', 'rail'])
    press('F6', document.activeElement!, { shiftKey: true })
    expect(region()).toBe('status')
  })

  test('has a way past it to the list', async () => {
    await start()
    control(page.box, 'To the list')?.click()
    await until(() => document.activeElement?.getAttribute('role') === 'row')
  })

  test('opens Wire, resizes it by key, and keeps its height', async () => {
    await start()
    press('`', document.body, { ctrlKey: true })
    const sash = await until(() => page.box.querySelector<HTMLElement>('.dock > .sash'))
    const before = Number(sash.ariaValueNow)
    press('ArrowUp', sash)
    await until(() => Number(page.box.querySelector('.dock > .sash')?.ariaValueNow) === before + 8)
    press('Home', page.box.querySelector('.dock > .sash')!)
    await until(() => page.app.prefs.getState().dockHeight === 120)
    expect(JSON.parse(localStorage.getItem('milena.prefs') ?? '{}')).toMatchObject({ dockOpen: true, dockHeight: 120 })
  })

  test('says when it is offline, why, and when it tries again; the rows stay', async () => {
    await start()
    page.setStatus({
      state: 'offline',
      attempt: 3,
      nextAttemptAt: Date.now() + 2000,
      fault: fault('Metadata not read', {
        code: 'ECONNREFUSED',
        errno: null,
        message: 'nothing listens on 127.0.0.1:9092',
        next: 'Start the broker',
      }),
    })
    const banner = await until(() => page.box.querySelector('.banner'))
    expect(banner.textContent).toMatch(
      /Offline · Metadata not read · ECONNREFUSED · nothing listens.* · attempt 3 · next in \d s · as of .* · Start the broker/,
    )
    expect(page.box.querySelector('[data-row]')).toBeTruthy()
    page.setStatus({ state: 'connected', attempt: 0, fault: null })
    await until(() => !page.box.querySelector('.banner'))
  })
})

describe('the palette', () => {
  test('finds objects and actions, and goes there', async () => {
    await start()
    press('k', document.body, { ctrlKey: true })
    const input = await until(() => page.box.querySelector<HTMLInputElement>('.palette input'))
    expect(page.box.querySelector<HTMLElement>('.main')?.inert).toBe(true)
    expect(page.box.querySelector<HTMLElement>('.stat')?.inert).toBe(false)
    type(input, 'orders dlq')
    await until(() => page.box.querySelectorAll('.palette [role="option"]').length === 1)
    press('Enter', input)
    await until(() => location.hash.includes('/topics/orders.dlq/messages'))
    expect(page.box.querySelector<HTMLElement>('.main')?.inert).toBe(false)
  })

  test('jumps to an offset of the topic that is shown', async () => {
    await start('#/-/topics/orders.dlq/messages')
    press('k', document.body, { ctrlKey: true })
    const input = await until(() => page.box.querySelector<HTMLInputElement>('.palette input'))
    type(input, ':1:42')
    await until(() => page.box.querySelector('.palette')?.textContent?.includes('Offset 42 of partition 1'))
    press('Enter', input)
    await until(() => page.box.querySelector('[data-row="orders.dlq:1:42"]'))
  })

  test('shows the keys of the page, its own first', async () => {
    await start()
    press('?', document.body)
    const help = await until(() => page.box.querySelector('.keygroup')?.parentElement)
    expect([...help.querySelectorAll('h3')].map(each => each.textContent)).toEqual(['Topics', 'Everywhere', 'Lists'])
    press('Escape', page.box.querySelector('.dialog')!)
    await until(() => !page.box.querySelector('.dialog'))
  })
})

describe('on a phone', () => {
  test('the rail is a sheet, nothing is wider than the screen', async () => {
    await start('#/-/topics', {}, PHONE)
    expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(PHONE[0])
    control(page.box, 'Sections')?.click()
    const rail = await until(() => page.box.querySelector<HTMLElement>('.app.sheet > .rail'))
    expect(rail.offsetWidth).toBeGreaterThan(200)
    control(rail, /^Groups/)?.click()
    await until(() => location.hash.includes('/groups'))
    expect(app().classList.contains('sheet')).toBe(false)
  })
})

test('what a page throws leaves the frame and says so', async () => {
  await start()
  const broken = { name: 'broken', topicId: null, internal: false, partitions: null as never, fault: null }
  page.app.topics.list.store.setState({ value: { topics: [broken], clusterId: null, controller: 0, at: 0 } })
  const note = await until(() => page.box.querySelector('.note.err'))
  expect(note.textContent).toContain('This view failed')
  expect(page.box.querySelector('.rail')).toBeTruthy()
})
