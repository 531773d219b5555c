import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const sources = fileURLToPath(new URL('..', import.meta.url))
/** The homes of loggers themselves. */
const homes = new Set([join('hooks', 'logger.ts')])

interface Call {
  file: string
  level: string
  message: string
  fields: string
}

/** Every call of a logger in the client: `log(level, message, fields)`. */
function calls(): Call[] {
  const files = readdirSync(sources, { recursive: true, encoding: 'utf8' })
  const found: Call[] = []
  for (const file of files.filter(name => /\.ts$/.test(name) && !/\.test\.ts$|testing|sandbox/.test(name) && !homes.has(name))) {
    const text = readFileSync(join(sources, file), 'utf8')
    for (const { index } of text.matchAll(/\blogger\.log\(/g)) {
      const call = text.slice(index, text.indexOf('\n', text.indexOf('})', index)))
      const [, level = '', message = '', fields = ''] = /log\(\s*('\w+'),\s*(['`][^\n]*?['`]),\s*(\{.*\})\s*,?\s*\)/s.exec(call) ?? []
      found.push({ file, level, message, fields })
    }
  }
  return found
}

const has = (fields: string, name: string) => new RegExp(`[{,]\\s*${name}\\s*[:,}]`).test(fields)

test('every message at error and warn names broker, API and cause; of what a user passed in: the cause', () => {
  const all = calls()
  expect(all.length).toBeGreaterThan(9)
  for (const { file, level, message, fields } of all) {
    expect(level, `${file}: the level is written out, with a message and fields`).toMatch(/^'(error|warn|info|debug)'$/)
    if (level !== "'error'" && level !== "'warn'") continue
    const isTheirs = /threw|consumer\.preferLag/.test(message)
    for (const name of isTheirs ? ['error'] : ['broker', 'api', 'error'])
      expect(has(fields, name), `${file}: ${message} names ${name}`).toBe(true)
  }
})
