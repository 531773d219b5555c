import { mkdir, mkdtemp, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { request as httpRequest } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Bridge, createBridge } from './bridge.js'

let folder: string
let bridge: Bridge
const PAGE = '<!doctype html><title>page</title>'

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'milena-ui-'))
  const ui = join(folder, 'dist')
  await mkdir(join(ui, 'assets'), { recursive: true })
  await writeFile(join(ui, 'index.html'), PAGE)
  await writeFile(join(ui, 'assets/index-Ab3_x-9Z.js'), 'export {}')
  await writeFile(join(ui, 'assets/index-Ab3_x-9Z.js.gz'), 'gzipped')
  await writeFile(join(ui, 'assets/index-Ab3_x-9Z.js.br'), 'brotli')
  await writeFile(join(ui, 'assets/plain.js'), 'export {}')
  await writeFile(join(ui, 'assets/stale.css'), 'a{}')
  await writeFile(join(ui, 'assets/stale.css.gz'), 'old')
  await utimes(join(ui, 'assets/stale.css.gz'), 1000, 1000)
  await writeFile(join(ui, 'empty.txt'), '')
  await writeFile(join(ui, '.env'), 'secret')
  await writeFile(join(folder, 'outside.txt'), 'secret')
  await symlink(join(folder, 'outside.txt'), join(ui, 'link.txt'))
  const clusters = [
    { id: 'local', bootstrap: ['127.0.0.1:9092'] },
    { id: 'prod', bootstrap: ['b-1.example.com:9093'], tls: true },
  ]
  bridge = await createBridge({ port: 0, clusters, ui, origins: ['https://ui.example.com'], token: 'a-token-of-some-length' })
})
afterAll(async () => {
  await bridge.close()
  await rm(folder, { recursive: true })
})

interface Answer {
  status: number
  headers: Record<string, string | string[] | undefined>
  body: string
}

/** The path goes out as it is: `fetch` would tidy it. */
function get(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> {
  const { port, host } = new URL(bridge.url)
  return new Promise((resolve, reject) => {
    const request = httpRequest({ host: '127.0.0.1', port, path, method, headers: { host, ...headers } }, response => {
      let body = ''
      response
        .on('data', chunk => (body += chunk))
        .on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }))
    })
    request.on('error', reject)
    request.end()
  })
}

describe('the explorer’s files', () => {
  test('are served with their types; the page is not kept, hashed files are kept for good', async () => {
    expect(await get('/')).toMatchObject({
      status: 200,
      body: PAGE,
      headers: { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-cache' },
    })
    expect(await get('/assets/index-Ab3_x-9Z.js')).toMatchObject({
      status: 200,
      body: 'export {}',
      headers: { 'content-type': 'text/javascript; charset=utf-8', 'cache-control': 'public, max-age=31536000, immutable' },
    })
    expect((await get('/assets/plain.js')).headers['cache-control']).toBe('no-cache')
    expect(await get('/empty.txt')).toMatchObject({ status: 200, body: '', headers: { 'content-length': '0' } })
  })

  test('come compressed where a build left them so and the browser takes it, never older than the file itself', async () => {
    const encoded = async (accept: string, path = '/assets/index-Ab3_x-9Z.js') => {
      const { body, headers } = await get(path, { 'accept-encoding': accept })
      return [headers['content-encoding'], body]
    }
    expect(await encoded('gzip, deflate, br')).toEqual(['br', 'brotli'])
    expect(await encoded('gzip')).toEqual(['gzip', 'gzipped'])
    expect(await encoded('br;q=0, gzip;q=0.5')).toEqual(['gzip', 'gzipped'])
    expect(await encoded('identity')).toEqual([undefined, 'export {}'])
    expect(await encoded('gzip', '/assets/stale.css')).toEqual([undefined, 'a{}'])
  })

  test('answer 304 to their own tag, and HEAD without a body', async () => {
    const first = await get('/')
    const etag = String(first.headers.etag)
    expect(await get('/', { 'if-none-match': `"other", ${etag}` })).toMatchObject({ status: 304, body: '' })
    expect(await get('/', { 'if-none-match': '"other"' })).toMatchObject({ status: 200 })
    expect(await get('/', {}, 'HEAD')).toMatchObject({ status: 200, body: '', headers: { 'content-length': String(PAGE.length) } })
    await writeFile(join(folder, 'dist/index.html'), `${PAGE}<p>rebuilt`)
    expect(await get('/', { 'if-none-match': etag })).toMatchObject({ status: 200, body: `${PAGE}<p>rebuilt` })
  })

  test('are those of the folder alone', async () => {
    const paths = [
      '/../outside.txt',
      '/..%2foutside.txt',
      '/%2e%2e/outside.txt',
      '/assets/../../outside.txt',
      '/..\\outside.txt',
      '//etc/passwd',
      '/link.txt',
      '/.env',
      '/assets/.%2e/.env',
      '/%00',
      '/%zz',
      '/assets',
      '/nothing',
    ]
    for (const path of paths) expect((await get(path)).status, path).toBe(404)
  })

  test('cannot be changed', async () => {
    for (const method of ['POST', 'PUT', 'DELETE'])
      expect(await get('/', {}, method)).toMatchObject({ status: 405, headers: { allow: 'GET, HEAD' } })
  })
})

test('every response carries the policy, scripts and refusals included', async () => {
  const { host } = new URL(bridge.url)
  const policy = `default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self' ws://${host} wss://${host}; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; base-uri 'self'; frame-ancestors 'none'; form-action 'none'`
  for (const path of ['/', '/assets/plain.js', '/nothing', '/v1/info', '/healthz']) {
    const { headers } = await get(path)
    expect(headers, path).toMatchObject({
      'content-security-policy': policy,
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
    })
  }
  const foreign = await get('/', { host: 'evil.example' })
  expect(foreign).toMatchObject({ status: 403, body: '' })
  expect(foreign.headers['content-security-policy']).toContain("default-src 'none'")
  expect(JSON.stringify(foreign.headers)).not.toContain('evil')
})

describe('/v1/info', () => {
  const bearer = { authorization: 'Bearer a-token-of-some-length' }

  test('tells whoever has the token which clusters there are', async () => {
    const { status, headers, body } = await get('/v1/info', bearer)
    expect([status, headers['content-type'], headers['cache-control']]).toEqual([200, 'application/json', 'no-store'])
    const clusters = [
      { id: 'local', bootstrap: ['127.0.0.1:9092'] },
      { id: 'prod', bootstrap: ['b-1.example.com:9093'] },
    ]
    expect(JSON.parse(body)).toEqual({
      name: 'milena-bridge',
      version: expect.stringMatching(/^\d+\.\d+\.\d+/),
      clusters,
      connections: 0,
      max: 512,
    })
  })

  test('tells nobody else anything', async () => {
    const none: Record<string, string>[] = [
      {},
      { authorization: 'Bearer' },
      { authorization: 'Bearer wrong' },
      { authorization: 'Basic a-token-of-some-length' },
    ]
    for (const headers of none) expect(await get('/v1/info', headers)).toMatchObject({ status: 401, body: '' })
    expect(await get('/v1/info?token=a-token-of-some-length')).toMatchObject({ status: 401, body: '' })
  })

  test('is for our origins, and lets listed ones read it (CORS)', async () => {
    expect(await get('/v1/info', { ...bearer, origin: 'https://evil.example' })).toMatchObject({ status: 403, body: '' })
    expect(await get('/v1/info', { ...bearer, origin: 'null' })).toMatchObject({ status: 403 })
    const listed = await get('/v1/info', { ...bearer, origin: 'https://ui.example.com' })
    expect(listed).toMatchObject({ status: 200, headers: { 'access-control-allow-origin': 'https://ui.example.com', vary: 'origin' } })
    const preflight = await get(
      '/v1/info',
      { origin: 'https://ui.example.com', 'access-control-request-headers': 'authorization' },
      'OPTIONS',
    )
    expect(preflight).toMatchObject({ status: 204, headers: { 'access-control-allow-headers': 'authorization' } })
  })
})

test('/healthz says that the process lives', async () => {
  expect(await get('/healthz')).toMatchObject({ status: 200, body: 'ok\n' })
})

test('without an explorer the front page says what is missing', async () => {
  const bare = await createBridge({ port: 0, clusters: [{ id: 'local', bootstrap: ['127.0.0.1:9092'] }] })
  const response = await fetch(bare.url)
  expect([response.status, await response.text()]).toEqual([404, expect.stringContaining('`ui`')])
  await bare.close()
})
