/** The whole page over the fake session, in a box of the test's document. */
import { createRoot } from 'react-dom/client'
import { page } from 'vitest/browser'
import { createFakeSession, type FakeOptions, type FakeSession } from '../../session/testing/fake.js'
import '../../styles/index.css'
import { type App, createApp } from '../app.js'
import { Root } from '../Frame.js'

export interface Mounted extends FakeSession {
  app: App
  box: HTMLElement
  unmount(): void
}

export const WIDE: readonly [number, number] = [1440, 900]
export const PHONE: readonly [number, number] = [390, 844]

/** `hash` is where the page starts; the zone is UTC, preferences are fresh. */
export async function mount(hash: string, options: FakeOptions = {}, size = WIDE): Promise<Mounted> {
  await page.viewport(...size)
  localStorage.clear()
  localStorage.setItem('milena.prefs', JSON.stringify({ zone: 'utc' }))
  history.replaceState(null, '', hash)
  const box = document.createElement('div')
  box.style.height = '100vh'
  document.body.style.margin = '0'
  document.body.append(box)
  const fake = createFakeSession({ startedAt: Date.UTC(2026, 10, 20, 12), beatMs: 5, ...options })
  const app = createApp({ session: fake.session, window, token: null, bridge: 'ws://127.0.0.1' })
  const root = createRoot(box)
  root.render(<Root app={app} />)
  return {
    ...fake,
    app,
    box,
    unmount: () => {
      root.unmount()
      app.dispose()
      fake.close()
      box.remove()
      delete document.documentElement.dataset.theme
    },
  }
}

/** Waits until `look` gives something, drawing frames meanwhile. */
export async function until<T>(look: () => T | null | undefined | false, what = String(look)): Promise<T> {
  const end = performance.now() + 10_000
  for (;;) {
    const found = look()
    if (found) return found
    if (performance.now() > end) throw new Error(`never came: ${what}\n${document.body.textContent?.slice(0, 800)}`)
    await new Promise(resolve => setTimeout(resolve, 10))
  }
}

export const press = (key: string, target: Element = document.activeElement ?? document.body, more: KeyboardEventInit = {}): void => {
  target.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...more }))
}

/** Types into a field the way React hears it. */
export function type(field: HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement, value: string): void {
  const prototype = Object.getPrototypeOf(field) as object
  Object.getOwnPropertyDescriptor(prototype, 'value')?.set?.call(field, value)
  field.dispatchEvent(new Event(field instanceof HTMLSelectElement ? 'change' : 'input', { bubbles: true }))
}

export const row = (box: ParentNode, id: string): HTMLElement | undefined =>
  [...box.querySelectorAll<HTMLElement>('[data-row]')].find(each => each.dataset.row === id)

/** A control by its words or its name. */
export function control(box: ParentNode, name: string | RegExp): HTMLElement | undefined {
  const fits = (text: string | null | undefined) => (typeof name === 'string' ? text?.trim() === name : name.test(text ?? ''))
  return [...box.querySelectorAll<HTMLElement>('button, a, [role="tab"]')].find(
    each => fits(each.getAttribute('aria-label')) || fits(each.textContent),
  )
}
