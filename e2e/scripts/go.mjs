import { createHash } from 'node:crypto'
import { chmod, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { cached } from './cache.mjs'
import { root } from './paths.mjs'
import { must, run } from './run.mjs'

/** What builds our Go programs where the installed Go is too old (before 1.21) to fetch by itself what a go.mod asks for. */
const toolchain = '1.26.8'

/** franz-go's fake cluster, as a program. */
export const kfakeProgram = () => goProgram('kfake', join(root, 'e2e', 'kafka', 'kfake'))

/**
 * Builds the program in a folder of Go sources; anew only after they changed.
 * @param {string} name
 * @param {string} folder
 * @returns {Promise<string>} the path of the program
 */
export async function goProgram(name, folder) {
  const hash = createHash('sha256')
  for (const file of (await readdir(folder)).sort()) hash.update(await readFile(join(folder, file)))
  const built = await cached(`${name}-${hash.digest('hex').slice(0, 12)}`, async directory => {
    const { go, env } = await goCommand()
    await must(go, ['build', '-o', join(directory, name), '.'], { cwd: folder, env })
  })
  return join(built, name)
}

/** @returns {Promise<{ go: string, env: NodeJS.ProcessEnv }>} */
async function goCommand() {
  const [, minor = '0'] = (await goVersion())?.match(/go1\.(\d+)/) ?? []
  if (Number(minor) >= 21) return { go: 'go', env: { GOTOOLCHAIN: 'auto' } }
  return { go: await fetchToolchain(), env: { GOTOOLCHAIN: 'local', GOROOT: '' } }
}

/** What the installed Go says of itself; undefined when there is none. */
export async function goVersion() {
  return run('go', ['version']).then(
    ({ code, stdout }) => (code === 0 ? stdout.toString() : undefined),
    () => undefined,
  )
}

/** A newer Go is a module like any other, which old ones can download too, but for the right to execute what is in it. */
async function fetchToolchain() {
  const system = process.platform === 'win32' ? 'windows' : process.platform
  const module = `toolchain@v0.0.1-go${toolchain}.${system}-${process.arch === 'x64' ? 'amd64' : process.arch}`
  const cache = await cached(`go-${toolchain}`, async directory => {
    await must('go', ['mod', 'download', `golang.org/${module}`], {
      cwd: directory,
      env: { GOMODCACHE: directory, GOFLAGS: '-modcacherw' },
    })
    const home = join(directory, 'golang.org', module)
    const tools = join(home, 'pkg', 'tool')
    const folders = [join(home, 'bin'), ...(await readdir(tools)).map(folder => join(tools, folder))]
    for (const folder of folders) for (const file of await readdir(folder)) await chmod(join(folder, file), 0o755)
  })
  return join(cache, 'golang.org', module, 'bin', 'go')
}
