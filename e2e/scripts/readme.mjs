import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { root } from './paths.mjs'

/**
 * Puts a text into README.md between `<!-- name -->` and `<!-- /name -->`.
 * @param {string} name
 * @param {string} text
 */
export async function putIntoReadme(name, text) {
  const path = join(root, 'README.md')
  const [open, close] = [`<!-- ${name} -->`, `<!-- /${name} -->`]
  const readme = await readFile(path, 'utf8').catch(() => '')
  const [from, to] = [readme.indexOf(open), readme.indexOf(close)]
  if (from < 0 || to < from) throw new Error(`README.md has no place for these figures: it needs the lines ${open} and ${close}`)
  await writeFile(path, `${readme.slice(0, from)}${open}\n\n${text}\n\n${readme.slice(to)}`)
}
