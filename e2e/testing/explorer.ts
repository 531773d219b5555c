import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { Page } from 'playwright'
import { expect } from 'vitest'

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

interface Violation {
  id: string
  impact: string
  nodes: { html: string; failureSummary: string }[]
}

/** The explorer as a person uses it: by what is written on the page and by its keys. */
export class Explorer {
  constructor(readonly page: Page) {}

  /** Goes to a place of the cluster by its address. */
  async go(path: string): Promise<void> {
    const cluster = await this.page.evaluate(() => location.hash.split('/')[1])
    await this.page.evaluate(hash => {
      location.hash = hash
    }, `#/${cluster}/${path}`)
  }

  async connected(): Promise<void> {
    await this.page.getByRole('button', { name: 'Connected', exact: true }).waitFor()
  }

  row(text: string | RegExp) {
    return this.page.getByRole('row').filter({ hasText: text })
  }

  /** Opens the produce panel over a topic's messages. */
  async openProduce(): Promise<void> {
    await this.page
      .getByRole('button', { name: /^Produce/ })
      .first()
      .click()
    await this.page.getByRole('heading', { name: /^Produce to/ }).waitFor()
  }

  /** axe finds no serious or critical fault. */
  async expectAccessible(what: string): Promise<void> {
    // Through the debugger, since the page's policy lets no script of ours in.
    await this.page.evaluate(axeSource)
    const violations = await this.page.evaluate(async () => {
      const { axe } = window as unknown as { axe: { run(): Promise<{ violations: Violation[] }> } }
      return (await axe.run()).violations
    })
    const serious = violations.filter(v => v.impact === 'serious' || v.impact === 'critical')
    expect(serious.map(v => `${what}: ${v.id}: ${v.nodes.map(n => n.html.slice(0, 160)).join(' | ')}`)).toEqual([])
  }

  /** For a person to look at, where MILENA_SHOTS names a folder. */
  async shot(name: string): Promise<void> {
    const folder = process.env.MILENA_SHOTS
    if (folder) await writeFile(`${folder}/${name}.png`, await this.page.screenshot())
  }
}
