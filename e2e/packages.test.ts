import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { npm } from './scripts/install.mjs'
import { program, root } from './scripts/paths.mjs'
import { must, run } from './scripts/run.mjs'
import { usePage } from './testing/page.js'

/*
 * The packages as others get them: packed, installed in an empty folder, imported by their public names.
 */

let folder = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'milena-packed-'))
  await must(...npm('run', 'build'), { cwd: root })
  const packed = await must(
    ...npm('pack', '--json', '--loglevel=error', '--pack-destination', folder, '-w', 'client-core', '-w', 'bridge'),
    { cwd: root },
  )
  const files: { filename: string }[] = Object.values(JSON.parse(packed.stdout.toString()))
  await writeFile(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module' }))
  const install = ['install', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error']
  await must(...npm(...install, ...files.map(({ filename }) => join(folder, filename))), { cwd: folder })
}, 300_000)

afterAll(() => rm(folder, { recursive: true, force: true }))

/** Runs a module in the folder by plain Node; what it prints is JSON. */
async function runThere(name: string, code: string): Promise<unknown> {
  await writeFile(join(folder, name), code)
  return JSON.parse((await must(process.execPath, [name], { cwd: folder, timeoutMs: 60_000 })).stdout.toString())
}

describe('packed and installed in an empty folder', () => {
  test('every public name of the packages can be imported by plain Node, and holds something', async () => {
    const names: string[] = []
    for (const workspace of ['client-core', 'bridge']) {
      const { name, exports } = JSON.parse(await readFile(join(root, workspace, 'package.json'), 'utf8'))
      names.push(
        ...Object.keys(exports)
          .filter(path => path !== './package.json')
          .map(path => name + path.slice(1)),
      )
    }
    expect(names).toContain('@milena/client-core/transport/node')
    const counts = await runThere(
      'names.mjs',
      `const counts = {}
       for (const name of ${JSON.stringify(names)}) counts[name] = Object.keys(await import(name)).length
       console.log(JSON.stringify(counts))`,
    )
    expect(Object.keys(counts as object)).toEqual(names)
    for (const count of Object.values(counts as object)) expect(count).toBeGreaterThan(0)
  })

  test('they hold no tests, no sources of tests, nothing of this machine', async () => {
    const { stdout } = await must('tar', ['-tzf', join(folder, 'milena-client-core-0.1.0.tgz')])
    const files = stdout.toString().trim().split('\n')
    expect(files).toContain('package/dist/index.js')
    expect(files).toContain('package/dist/index.d.ts')
    expect(files.filter(file => /\.test\.|testing\/|tsbuildinfo/.test(file))).toEqual([])
  })

  test('they produce to and consume from a sandbox over TCP', async () => {
    const said = await runThere(
      'node.mjs',
      `import { Client, Offset } from '@milena/client-core'
       import { createSandbox } from '@milena/client-core/sandbox'
       import { listen } from '@milena/client-core/sandbox/node'
       import { tcp } from '@milena/client-core/transport/node'
       const sandbox = await createSandbox({ topics: { orders: 1 } })
       const { seedBrokers, close } = await listen(sandbox)
       const partitions = { orders: { 0: Offset.atStart() } }
       const client = new Client({ seedBrokers, transport: tcp(), consumer: { partitions } })
       const values = []
       for (const compression of ['none', 'gzip', 'snappy', 'lz4', 'zstd']) {
         const producer = new Client({ seedBrokers, transport: tcp(), producer: { compression: [compression] } })
         await producer.send({ topic: 'orders', key: 'k', value: compression.repeat(1000), headers: [{ key: 'h', value: null }] })
         await producer.close()
       }
       for await (const record of client.records()) {
         values.push([record.offset.toString(), new TextDecoder().decode(record.value).length])
         if (values.length === 5) break
       }
       await client.close()
       await close()
       await sandbox.close()
       console.log(JSON.stringify(values))`,
    )
    expect(said).toEqual([
      ['0', 4000],
      ['1', 4000],
      ['2', 6000],
      ['3', 3000],
      ['4', 4000],
    ])
  })

  test.each([
    ['for Node', 'transport/node', 'tcp()', { module: 'nodenext', moduleResolution: 'nodenext', lib: ['es2023'], types: ['node'] }],
    [
      'for pages',
      'transport/websocket',
      "webSocket({ url: '/' })",
      { module: 'esnext', moduleResolution: 'bundler', lib: ['es2023', 'dom'], types: [] },
    ],
  ])('their types are complete for a strict program %s, without skipLibCheck', async (_, path, transport, options) => {
    const source = `import { Client, Offset, type KafkaRecord } from '@milena/client-core'
      import { MetadataRequest } from '@milena/client-core/protocol'
      import { ${transport.replace(/\(.*/, '')} } from '@milena/client-core/${path}'
      export async function main(): Promise<bigint> {
        const client = new Client({ seedBrokers: ['127.0.0.1:1'], transport: ${transport}, consumer: { partitions: { t: { 0: Offset.atEnd() } } } })
        const record: KafkaRecord = await client.send({ topic: 't', value: 'v' })
        const { topics } = await client.request(MetadataRequest({ topics: null }))
        return record.offset + BigInt(topics.length)
      }`
    expect(await compile('typed', { source, options: { ...options, typeRoots: [join(root, 'node_modules', '@types')] } })).toBe('')
  })
})

describe('in a page', () => {
  const page = usePage()

  test('the installed packages, bundled, produce and consume through the bridge', async () => {
    await writeFile(
      join(folder, 'index.html'),
      '<!doctype html><link rel="icon" href="data:,"><title>waiting</title><script type="module" src="./page.js"></script>',
    )
    await writeFile(
      join(folder, 'page.js'),
      `import { Client, Offset } from '@milena/client-core'
       import { webSocket } from '@milena/client-core/transport/websocket'
       const { t: token, seeds, cluster } = Object.fromEntries(new URLSearchParams(location.hash.slice(1)))
       const transport = webSocket({ url: location.origin, token, cluster })
       const seedBrokers = seeds.split(' ')
       const partitions = { orders: { 0: Offset.atStart() } }
       const client = new Client({ seedBrokers, transport, producer: { compression: ['zstd'] }, consumer: { partitions } })
       await client.send({ topic: 'orders', partition: 0, value: 'from the page '.repeat(100) })
       for await (const record of client.records()) {
         document.title = 'read ' + new TextDecoder().decode(record.value).length
         break
       }
       await client.close()`,
    )
    await must(process.execPath, [program('vite'), 'build', '--logLevel', 'warn'], { cwd: folder })
    await writeFile(
      join(folder, 'serve.mjs'),
      `import { createSandbox } from '@milena/client-core/sandbox'
       import { listen } from '@milena/client-core/sandbox/node'
       import { createBridge } from '@milena/bridge'
       const sandbox = await createSandbox({ topics: { orders: 1 } })
       const { seedBrokers } = await listen(sandbox)
       const bridge = await createBridge({ clusters: [{ id: 'sandbox', bootstrap: seedBrokers }], port: 0, ui: 'dist' })
       console.log(JSON.stringify({ url: bridge.link, seedBrokers }))`,
    )
    const { url, seedBrokers, stop } = await page().serve(folder, 'serve.mjs')
    try {
      const opened = await page().open(`${url}&seeds=${encodeURIComponent(seedBrokers.join(' '))}&cluster=sandbox`)
      await opened.waitForFunction(() => document.title !== 'waiting')
      expect(await opened.title()).toBe('read 1400')
      expect(page().problems).toEqual([])
    } finally {
      await stop()
    }
  })

  test('what is for Node only is refused: by the compiler and by the bundler, not by the visitor', async () => {
    const options = { module: 'esnext', moduleResolution: 'bundler', lib: ['es2023', 'dom'], types: [] }
    const importing = (path: string) => compile('page', { source: `export * from '@milena/client-core/${path}'`, options })
    expect(await importing('transport/websocket')).toBe('')
    expect(await importing('transport/node')).toContain('TS2307')
    expect(await importing('sandbox/node')).toContain('TS2307')

    await mkdir(join(folder, 'wrong'), { recursive: true })
    await writeFile(join(folder, 'wrong', 'index.html'), '<script type="module" src="./main.js"></script>')
    await writeFile(join(folder, 'wrong', 'main.js'), `import { tcp } from '@milena/client-core/transport/node'\nconsole.log(tcp)`)
    const built = await run(process.execPath, [program('vite'), 'build', 'wrong'], { cwd: folder })
    expect(built.code).not.toBe(0)
    expect(built.stderr + built.stdout).toContain('transport/node')
  })
})

/** What the compiler says of one file in the folder; nothing when it is content. */
async function compile(name: string, { source, options }: { source: string; options: object }): Promise<string> {
  const directory = join(folder, name)
  await mkdir(directory, { recursive: true })
  await writeFile(join(directory, 'main.ts'), source)
  const compilerOptions = { target: 'es2022', strict: true, noEmit: true, ...options }
  await writeFile(join(directory, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['main.ts'] }))
  return (await run(process.execPath, [program('tsc'), '-p', directory])).stdout.toString()
}
