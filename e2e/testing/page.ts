import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { type Browser, chromium as driver, type Page } from 'playwright'
import { afterAll, afterEach, beforeAll } from 'vitest'
import { spawnGuarded } from '../kafka/guard.js'
import { chromium } from '../scripts/install.mjs'

export interface Served {
  /** With its start token. */
  url: string
  seedBrokers: string[]
  stop(): Promise<void>
}

/** A real Chromium for a test file. */
export class TestBrowser {
  /** What pages complained about since the last test: errors on the console, uncaught ones, refused by the CSP. */
  problems: string[] = []
  readonly #pages: Page[] = []
  constructor(readonly browser: Browser) {}

  /** Opens a page of its own; it has no cookies or storage of others. */
  async open(url: string): Promise<Page> {
    const page = await this.browser.newPage()
    this.#pages.push(page)
    page.on('pageerror', error => this.problems.push(String(error)))
    page.on('console', message => {
      if (message.type() === 'error') this.problems.push(message.text())
    })
    await page.goto(url)
    return page
  }

  /** Runs a server module until `stop`; its first line says in JSON where it is. */
  async serve(cwd: string, script: string): Promise<Served> {
    const child = spawnGuarded(process.execPath, [script], { cwd, stdio: ['ignore', 'pipe', 'inherit'] })
    const ended = once(child, 'exit')
    const stop = async () => {
      child.kill('SIGKILL')
      await ended
    }
    if (!child.stdout) throw new Error('its output is a pipe')
    const said = once(createInterface({ input: child.stdout }), 'line')
    const [line] = await Promise.race([
      said,
      ended.then(([code]) => Promise.reject(new Error(`${script} ended with ${code} before it served`))),
    ])
    return { ...JSON.parse(line), stop }
  }

  async closePages(): Promise<void> {
    await Promise.all(this.#pages.splice(0).map(page => page.close()))
    this.problems = []
  }
}

/** Chromium for the tests of this file or `describe`, with further switches. */
export function usePage(...switches: string[]): () => TestBrowser {
  let browser: TestBrowser | undefined
  beforeAll(async () => {
    browser = new TestBrowser(
      await driver.launch({ executablePath: chromium(), args: ['--no-sandbox', '--disable-gpu', '--disable-quic', ...switches] }),
    )
  })
  afterEach(() => browser?.closePages())
  afterAll(() => browser?.browser.close())
  return () => {
    if (!browser) throw new Error('the browser is started before the first test')
    return browser
  }
}
