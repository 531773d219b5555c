import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { cached } from '../scripts/cache.mjs'
import { npm } from '../scripts/install.mjs'
import { must } from '../scripts/run.mjs'

/** The other JavaScript clients, at the versions whose figures are quoted. */
export const rivals = { kafkajs: '2.2.4', '@platformatic/kafka': '2.12.1' }

/** The folder whose node_modules holds the rivals: no dependencies of the project, they live in the cache. */
export function rivalsFolder() {
  const versions = Object.values(rivals).join('-')
  return cached(`bench-${versions}`, directory =>
    install(
      directory,
      Object.entries(rivals).map(([name, version]) => `${name}@${version}`),
    ),
  )
}

/** A Node new enough for all contestants, from a package that holds just its binary; the one that runs where it will do. */
export async function newNode() {
  if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath
  const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`
  const directory = await cached('node-24', directory => install(directory, [`${name}@24`]))
  return join(directory, 'node_modules', name, 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
}

/**
 * @param {string} directory
 * @param {string[]} packages
 */
async function install(directory, packages) {
  console.log(`installing ${packages.join(', ')} into the cache`)
  await writeFile(join(directory, 'package.json'), '{"private":true}')
  await must(...npm('install', '--no-audit', '--no-fund', '--loglevel=error', ...packages), { cwd: directory })
}
