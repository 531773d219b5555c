/**
 * What a byte costs on its way through the bridge, beside the plainest relay there is: a Node server that pipes one TCP connection into another. The
 * relay runs in a process of its own, and its CPU time per GB is what counts; MB/s say more about the machine.
 *
 *   node e2e/bench/bridge.mjs [--gb 1] [--rounds 3]
 */
import { fork } from 'node:child_process'
import { connect, createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const GB = 2 ** 30
const CHUNK = Buffer.alloc(64 * 1024, 7)
/** The head of an ApiVersions request of 2 GiB: the guard lets that many bytes through. */
const HEAD = Buffer.from([0x7f, 0xff, 0xff, 0xff, 0, 18, 0, 0])
const BIG = 0x7fffffff

/**
 * @typedef {'down' | 'up'} Direction
 * @typedef {'pipe' | 'bridge'} Kind
 * @typedef {{ cpuPerGb: number, mbPerSecond: number }} Run
 * @typedef {{ port: number, url: string, token: string, heard(key: string): Promise<Record<string, number>>, cpu(): Promise<number>, stop(): void }} Role
 */

/** @param {object} message */
const tell = message => void process.send?.(message)

/** @param {import('node:net').Server} server */
function listening(server) {
  server.listen(0, '127.0.0.1', () => {
    const address = server.address()
    if (address && typeof address === 'object') tell({ port: address.port })
  })
}

/** Each runs in a process of its own, says where it listens, and answers `cpu` with the CPU time it has used. */
const roles = {
  /**
   * Sends so many bytes to whoever asks, or swallows what comes; says when that was all.
   * @param {Direction} direction
   * @param {number} bytes
   */
  async peer(direction, bytes) {
    const server = createServer(socket => {
      socket.on('error', () => {})
      let left = direction === 'down' ? bytes : bytes + HEAD.length
      if (direction === 'up') {
        socket.on('data', chunk => (left -= chunk.length) <= 0 && tell({ done: true }))
        return
      }
      const push = () => {
        while (left > 0) {
          left -= CHUNK.length
          if (!socket.write(CHUNK)) return void socket.once('drain', push)
        }
      }
      push()
    })
    listening(server)
  },
  /** @param {number} port */
  async pipe(port) {
    const server = createServer(socket => {
      const upstream = connect({ port, host: '127.0.0.1', noDelay: true })
      for (const each of [socket, upstream]) each.on('error', () => {})
      socket.pipe(upstream).pipe(socket)
    })
    listening(server)
  },
  /** @param {number} port */
  async bridge(port) {
    const { createBridge } = await import('@milena/bridge')
    const { url, token } = await createBridge({
      port: 0,
      maxRequestBytes: BIG,
      clusters: [{ id: 'bench', bootstrap: [`127.0.0.1:${port}`] }],
    })
    tell({ url, token, port: Number(new URL(url).port) })
  },
}

/**
 * A role's process.
 * @param {keyof typeof roles} role
 * @param {...(string | number)} args
 * @returns {Promise<Role>}
 */
async function start(role, ...args) {
  const child = fork(fileURLToPath(import.meta.url), ['--role', role, ...args.map(String)])
  /** @type {Role['heard']} */
  const heard = key =>
    new Promise(resolve => {
      /** @param {Record<string, number>} message */
      const listen = message => {
        if (!(key in message)) return
        child.off('message', listen)
        resolve(message)
      }
      child.on('message', listen)
    })
  const ready = /** @type {Pick<Role, 'port' | 'url' | 'token'>} */ (/** @type {unknown} */ (await heard('port')))
  const cpu = async () => {
    const answer = heard('cpu')
    child.send('cpu')
    return (await answer).cpu
  }
  return { ...ready, heard, cpu, stop: () => child.kill() }
}

/**
 * @param {Role} relay
 * @param {Kind} kind
 * @param {Direction} direction
 * @param {number} bytes
 * @param {Role} peer
 * @param {number} upstream
 * @returns {Promise<unknown>}
 */
async function client(relay, kind, direction, bytes, peer, upstream) {
  const done = direction === 'up' ? peer.heard('done') : Promise.resolve()
  if (kind === 'pipe') {
    const socket = connect({ port: relay.port, host: '127.0.0.1' })
    if (direction === 'down') return received(bytes, add => socket.on('data', add)).finally(() => socket.destroy())
    socket.write(HEAD)
    for (let left = bytes; left > 0; left -= CHUNK.length)
      if (!socket.write(CHUNK)) await new Promise(resolve => socket.once('drain', () => resolve(undefined)))
    return done.finally(() => socket.destroy())
  }
  const { WebSocket } = await import('ws')
  const bearer = `bearer.${Buffer.from(relay.token).toString('base64url')}`
  const ws = new WebSocket(`${relay.url.replace('http', 'ws')}v1/tcp?addr=127.0.0.1:${upstream}`, ['kafka-bridge.v1', bearer])
  if (direction === 'down')
    return received(bytes, add => ws.on('message', (data, binary) => binary && data instanceof Buffer && add(data))).finally(() =>
      ws.terminate(),
    )
  await new Promise(resolve => ws.once('message', resolve))
  ws.send(HEAD)
  for (let left = bytes; left > 0; left -= CHUNK.length) {
    ws.send(CHUNK)
    while (ws.bufferedAmount > 1 << 20) await new Promise(resolve => setImmediate(resolve))
  }
  return done.finally(() => ws.terminate())
}

/**
 * @param {number} bytes
 * @param {(add: (chunk: Buffer) => void) => void} listen
 */
function received(bytes, listen) {
  return new Promise(resolve => {
    let left = bytes
    listen(chunk => (left -= chunk.length) <= 0 && resolve(undefined))
  })
}

/**
 * @param {Kind} kind
 * @param {Direction} direction
 * @param {number} bytes
 */
async function measure(kind, direction, bytes) {
  const peer = await start('peer', direction, bytes)
  const relay = await start(kind, peer.port)
  const before = await relay.cpu()
  const began = performance.now()
  await client(relay, kind, direction, bytes, peer, peer.port)
  const seconds = (performance.now() - began) / 1000
  const cpu = (await relay.cpu()) - before
  for (const each of [peer, relay]) each.stop()
  return { cpuPerGb: (cpu / bytes) * GB, mbPerSecond: bytes / 2 ** 20 / seconds }
}

/** @param {number[]} values */
function median(values) {
  return values.sort((a, b) => a - b)[values.length >> 1]
}

/** @param {{ gb: number, rounds: number }} options */
async function bench({ gb, rounds }) {
  const bytes = Math.ceil((gb * GB) / CHUNK.length) * CHUNK.length
  console.log(`${'relay, CPU s per GB'.padEnd(24)}${'pipe'.padStart(8)}${'bridge'.padStart(8)}${'ratio'.padStart(8)}${'MB/s'.padStart(16)}`)
  for (const direction of /** @type {const} */ (['down', 'up'])) {
    /** @type {Record<Kind, Run[]>} */
    const runs = { pipe: [], bridge: [] }
    for (let round = 0; round < rounds; round++)
      for (const kind of /** @type {const} */ (['pipe', 'bridge'])) runs[kind].push(await measure(kind, direction, bytes))
    /** @param {Kind} kind @param {keyof Run} key */
    const of = (kind, key) => median(runs[kind].map(run => run[key]))
    const [pipe, bridge] = [of('pipe', 'cpuPerGb'), of('bridge', 'cpuPerGb')]
    const speed = `${of('pipe', 'mbPerSecond').toFixed(0)} / ${of('bridge', 'mbPerSecond').toFixed(0)}`
    console.log(
      direction.padEnd(24) + [pipe, bridge, bridge / pipe].map(value => value.toFixed(2).padStart(8)).join('') + speed.padStart(16),
    )
  }
}

const { values, positionals } = parseArgs({
  options: { gb: { type: 'string', default: '1' }, rounds: { type: 'string', default: '3' }, role: { type: 'string' } },
  allowPositionals: true,
})
if (values.role) {
  process.on('message', () => tell({ cpu: Object.values(process.cpuUsage()).reduce((a, b) => a + b) / 1e6 }))
  const [first, second] = positionals
  if (values.role === 'peer') await roles.peer(first === 'up' ? 'up' : 'down', Number(second))
  else if (values.role === 'pipe') await roles.pipe(Number(first))
  else await roles.bridge(Number(first))
} else {
  await bench({ gb: Number(values.gb), rounds: Number(values.rounds) })
}
