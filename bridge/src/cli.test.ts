import { describe, expect, test, vi } from 'vitest'
import { parseArgs, usage } from './args.js'
import { main } from './cli.js'
import { opener } from './open-page.js'
import { broker, metadataBroker } from './testing/brokers.js'
import { RawClient } from './testing/raw-client.js'

/** A run of the command: what it printed, and how to stop it. */
function run(...argv: string[]) {
  const printed: string[] = []
  const complaints: string[] = []
  let stop = () => {}
  let ready = () => {}
  const listening = new Promise<void>(resolve => {
    ready = resolve
  })
  const code = main(argv, {
    print: line => printed.push(line),
    complain: line => complaints.push(line),
    onStop: end => {
      stop = end
      ready()
    },
  })
  return { printed, complaints, code, listening, stop: () => stop() }
}

test('one line is printed: the URL with the token in its fragment; a stop drains and exits with 0', async () => {
  const second = await broker(socket => socket.pipe(socket))
  const kafka = await metadataBroker(() => [{ host: '127.0.0.1', port: second.port }])
  const milena = run('--brokers', kafka.address, '--port=0', '--no-open')
  await milena.listening
  expect(milena.printed).toEqual([expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/#t=[\w-]{43}$/)])
  const [url, token] = milena.printed[0].split('#t=')
  const bridge = { url, token, link: '', connections: 0, close: async () => {} }
  const client = new RawClient(bridge, { addr: second.address })
  expect(await client.first()).toMatchObject({ t: 'open' })
  milena.stop()
  expect(await milena.code).toBe(0)
  expect(client.texts[1]).toMatchObject({ t: 'goaway' })
  expect(await client.closed).toMatchObject({ code: 1001 })
  expect(milena.complaints.map(line => line.split(' ')[0])).toEqual(['open', 'close'])
  expect(milena.complaints.join()).not.toContain(token)
  await Promise.all([kafka.close(), second.close()])
})

test('a bridge that cannot start leaves no sandbox listening', { timeout: 30_000 }, async () => {
  const taken = await broker()
  // What earlier tests closed goes a little later.
  const onlyThat = () =>
    vi.waitFor(() => expect(process.getActiveResourcesInfo().filter(kind => kind === 'TCPServerWrap')).toHaveLength(1), 10_000)
  await onlyThat()
  const milena = run('--sandbox', '--no-open', '--port', String(taken.port))
  expect(await milena.code).toBe(1)
  expect(milena.complaints[0]).toContain('the port is taken')
  await onlyThat()
  await taken.close()
})

test('--sandbox brings its own brokers', { timeout: 30_000 }, async () => {
  const milena = run('--sandbox', '--port', '0', '--no-open')
  await milena.listening
  const [url, token] = milena.printed[0].split('#t=')
  const info = await (await fetch(`${url}v1/info`, { headers: { authorization: `Bearer ${token}` } })).json()
  expect(info).toMatchObject({
    clusters: [{ id: 'sandbox', bootstrap: [expect.stringMatching(/^127\.0\.0\.1:\d+$/), expect.any(String), expect.any(String)] }],
  })
  const client = new RawClient(
    { url, token, link: '', connections: 0, close: async () => {} },
    { addr: (info as { clusters: { bootstrap: string[] }[] }).clusters[0].bootstrap[2] },
  )
  expect(await client.first()).toMatchObject({ t: 'open' })
  client.ws.close()
  milena.stop()
  expect(await milena.code).toBe(0)
})

describe('what cannot be understood', () => {
  test('is refused with what can: unknown flags, missing and unwanted values', async () => {
    const wrong: Array<[string[], RegExp]> = [
      [['--broker', 'h:1'], /^unknown: --broker\n/],
      [['serve'], /^unknown: serve\n/],
      [['--__proto__'], /^unknown/],
      [['--brokers'], /^--brokers needs a value\n/],
      [['--brokers', '--no-open'], /^--brokers needs a value\n/],
      [['--no-open=yes'], /^--no-open takes no value\n/],
      [[], /^give either --brokers or --sandbox\n/],
      [['--brokers', 'h:1', '--sandbox'], /^give either/],
    ]
    for (const [argv, message] of wrong) {
      const { code, complaints, printed } = run(...argv)
      expect(await code).toBe(2)
      expect(complaints[0]).toMatch(message)
      expect(complaints[0]).toContain('--public-host NAME')
      expect(printed).toEqual([])
    }
  })

  test('values are checked, and named', async () => {
    const said = async (...argv: string[]) => {
      const { code, complaints } = run(...argv)
      await code
      return complaints[0]
    }
    expect(await said('--brokers', 'localhost')).toBe("clusters[0].bootstrap: 'localhost' is not host:port")
    expect(await said('--brokers', 'h:1', '--port', '70000')).toBe("--port: '70000' is not a port")
    expect(await said('--brokers', 'h:1', '--host', '0.0.0.0')).toContain('--allow-remote')
    const taken = await broker()
    expect(await said('--brokers', 'h:1', '--no-open', '--port', String(taken.port))).toContain('the port is taken')
    await taken.close()
  })
})

test('lists come in one flag or several; --help and --version need nothing else', async () => {
  expect(
    parseArgs([
      '--brokers',
      'a:1,b:2',
      '--brokers=c:3',
      '--allow',
      'd:4',
      '--host',
      '::1',
      '--origin=https://a.example',
      '--public-host',
      'x,y',
    ]),
  ).toMatchObject({
    brokers: ['a:1', 'b:2', 'c:3'],
    allow: ['d:4'],
    host: '::1',
    origins: ['https://a.example'],
    publicHosts: ['x', 'y'],
    open: true,
    sandbox: false,
  })
  const help = run('--help')
  expect([await help.code, help.printed]).toEqual([0, [usage()]])
  const version = run('--version')
  expect([await version.code, version.printed]).toEqual([0, [expect.stringMatching(/^\d+\.\d+\.\d+/)]])
})

test('a browser is opened by the system’s own means, where there is a display', () => {
  expect(opener('linux', {})).toBeUndefined()
  expect(opener('linux', { WAYLAND_DISPLAY: 'wayland-0' })).toEqual(['xdg-open'])
  expect([opener('darwin', {})?.[0], opener('win32', {})?.[0]]).toEqual(['open', 'cmd'])
})
