import { mkdir, mkdtemp, open, readFile, rename, rm, stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { basename, dirname, join } from 'node:path'

/** Where downloads are kept, outside the repository and its build outputs: `$MILENA_CACHE`, else `~/.cache/milena`. */
export const cacheDir = process.env.MILENA_CACHE || join(homedir(), '.cache', 'milena')

/**
 * The path of `name` in the cache. Where it is missing, `make` fills a fresh directory beside it, which is renamed when it is whole: a reader sees
 * all of it or nothing, also after a crash. One process makes it, others wait.
 * @param {string} name
 * @param {(directory: string) => Promise<void>} make
 * @returns {Promise<string>}
 */
export async function cached(name, make) {
  const target = join(cacheDir, name)
  if (await exists(target)) return target
  await mkdir(dirname(target), { recursive: true })
  const release = await lock(`${target}.lock`)
  try {
    if (await exists(target)) return target
    const fresh = await mkdtemp(join(dirname(target), `.${basename(target)}-`))
    try {
      await make(fresh)
      await rename(fresh, target)
    } catch (error) {
      await rm(fresh, { recursive: true, force: true })
      throw error
    }
    return target
  } finally {
    await release()
  }
}

/** @param {string} path */
export async function exists(path) {
  return stat(path).then(
    () => true,
    () => false,
  )
}

/**
 * Takes the lock file, waiting for its holder; a holder that died does not hold. Two waiters may both take over from the dead: then the work is
 * done twice, and the rename still lets one result in.
 * @param {string} path
 */
async function lock(path) {
  for (;;) {
    try {
      const file = await open(path, 'wx')
      await file.writeFile(String(process.pid))
      await file.close()
      return () => rm(path, { force: true })
    } catch (error) {
      if (!isCode(error, 'EEXIST')) throw error
    }
    if (await abandoned(path)) await rm(path, { force: true })
    else await new Promise(resolve => setTimeout(resolve, 100))
  }
}

/** @param {string} path */
async function abandoned(path) {
  try {
    const holder = Number(await readFile(path, 'utf8'))
    // Empty: its holder is about to write its id, or died at just that moment.
    if (!holder) return Date.now() - (await stat(path)).mtimeMs > 5000
    process.kill(holder, 0)
    return false
  } catch (error) {
    return isCode(error, 'ESRCH')
  }
}

/**
 * @param {unknown} error
 * @param {string} code
 */
function isCode(error, code) {
  return error instanceof Error && 'code' in error && error.code === code
}
