import { codec } from '@milena/client-core/compression'
import { createSandbox, fail, type Sandbox } from '@milena/client-core/sandbox'
import { afterEach, describe, expect, test } from 'vitest'
import { createSessionClient } from '../kafka/real-client.js'
import { PortSession } from '../port-session.js'
import type { ProduceParams, RecordRow, ScanEvent, ScanParams, SessionStatus } from '../protocol.js'
import { Recorder } from '../recorder/recorder.js'
import type { WirePull } from '../wire-protocol.js'
import { Host } from './host.js'

const opened: (() => void | Promise<void>)[] = []
afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close()
})

const now = () => performance.timeOrigin + performance.now()

async function setUp(options: Parameters<typeof createSandbox>[0] = {}) {
  const sandbox = await createSandbox({ brokers: 3, topics: { orders: 3 }, codec, ...options })
  opened.push(() => sandbox.close())
  const recorder = new Recorder({ now })
  const timers = new Set<ReturnType<typeof setTimeout>>()
  const host = new Host({
    home: 'page',
    recorder,
    now,
    readInfo: async () => ({ version: '0.1.0', clusters: [{ id: 'sandbox', bootstrap: sandbox.seedBrokers }] }),
    makeClient: ({ seeds, hooks }) => createSessionClient({ transport: sandbox.transport, seeds, hooks, now }),
    setTimeout: (run, ms) => {
      const timer = setTimeout(run, ms)
      timers.add(timer)
      return timer
    },
    clearTimeout: timer => clearTimeout(timer as number),
  })
  opened.push(async () => {
    for (const timer of timers) clearTimeout(timer)
    await host.connector.current?.close()
  })
  const page = () => {
    const channel = new MessageChannel()
    const goodbye = host.serve(channel.port2)
    const session = new PortSession(channel.port1)
    opened.push(() => session.close())
    return { session, goodbye }
  }
  const { session, goodbye } = page()
  await session.call('session.open', { token: 't', bridge: 'ws://127.0.0.1:1' })
  return { sandbox, host, recorder, session, goodbye, page }
}

const scanOf = (change: Partial<ScanParams> = {}): ScanParams => ({
  topics: [{ topic: 'orders', partitions: null }],
  from: { at: 'newest' },
  follow: false,
  limit: 10,
  filter: '',
  controlRecords: false,
  isolation: 'read_uncommitted',
  ...change,
})

function scan(session: PortSession, params: ScanParams) {
  const rows: RecordRow[] = []
  let settle: (event: Extract<ScanEvent, { is: 'ended' }>) => void
  const ended = new Promise<Extract<ScanEvent, { is: 'ended' }>>(resolve => (settle = resolve))
  const stream = session.subscribe(
    'scan',
    params,
    { event: event => (event.is === 'rows' ? rows.push(...event.rows) : settle(event)) },
    { view: 'orders messages' },
  )
  return { rows, ended, stream }
}

const until = async (check: () => boolean | Promise<boolean>) => {
  for (let i = 0; i < 1_000 && !(await check()); i++) await new Promise(resolve => setTimeout(resolve, 10))
  expect(await check()).toBe(true)
}
const text = (bytes: Uint8Array | null) => (bytes ? new TextDecoder().decode(bytes) : null)
const bytes = (value: string) => new TextEncoder().encode(value)

const fill = (sandbox: Sandbox, count: number) => {
  for (let i = 0; i < count; i++)
    sandbox.append('orders', i % 3, [{ key: `k${i}`, value: `v${i}`, timestamp: 1_700_000_000_000n + BigInt(i) }])
}

const produceOf = (change: Partial<ProduceParams> = {}): ProduceParams => ({
  topic: 'orders',
  partition: null,
  key: bytes('k'),
  value: bytes('v'),
  headers: [],
  timestamp: null,
  codec: 'none',
  acks: 'all',
  idempotent: true,
  ...change,
})

describe('connecting', () => {
  test('climbs the ladder to every broker', async () => {
    const { host, session } = await setUp()
    const seen: SessionStatus[] = []
    session.subscribe('session.status', {}, { event: status => seen.push(status) })
    await until(() => host.connector.status.steps.at(-1)?.state === 'done')
    const { status } = host.connector
    expect(status.steps.map(step => [step.name, step.state])).toEqual([
      ['Bridge', 'done'],
      ['Broker', 'done'],
      ['Kafka', 'done'],
      ['Metadata', 'done'],
      ['Brokers', 'done'],
    ])
    expect(status.brokers.map(broker => [broker.nodeId, broker.state])).toEqual([
      [1, 'up'],
      [2, 'up'],
      [3, 'up'],
    ])
    expect(status.cluster).toMatchObject({ name: 'sandbox', kind: 'sandbox', environment: 'local' })
    await until(() => seen.at(-1)?.state === 'connected')
  })
})

describe('topics', () => {
  test('are listed with leaders and offsets, and configs with their sources', async () => {
    const { sandbox, session } = await setUp({ topics: { orders: 3, users: { partitions: 1, configs: { 'cleanup.policy': 'compact' } } } })
    fill(sandbox, 9)
    const { topics } = await session.call('topics.list', { topics: null }, { view: 'topics' })
    expect(topics.map(topic => [topic.name, topic.partitions.length])).toEqual(
      expect.arrayContaining([
        ['orders', 3],
        ['users', 1],
      ]),
    )
    const [offsets] = await session.call('topics.offsets', { topics: ['orders'], stable: true }, { view: 'topics' })
    expect(offsets.partitions).toMatchObject([0, 1, 2].map(partition => ({ partition, earliest: 0n, latest: 3n, stable: 3n, fault: null })))
    const [configs] = await session.call('topics.configs', { topics: ['users'], keys: ['cleanup.policy', 'retention.ms'] })
    expect(configs.entries.map(({ name, value, source }) => [name, value, source])).toEqual(
      expect.arrayContaining([['cleanup.policy', 'compact', 'topic']]),
    )
  })

  test("a topic that is not there is an error in the page's words", async () => {
    const { session } = await setUp()
    const asked = session.call('topics.offsets', { topics: ['nope'], stable: false })
    await expect(asked).rejects.toMatchObject({ fault: { code: 'UNKNOWN_TOPIC_OR_PARTITION', errno: 3 } })
  })
})

describe('records', () => {
  test('the newest over all partitions, with their batch', async () => {
    const { sandbox, session } = await setUp()
    fill(sandbox, 60)
    const { rows, ended } = scan(session, scanOf())
    const { reason, progress } = await ended
    expect(rows.map(row => text(row.value))).toEqual(Array.from({ length: 10 }, (_, i) => `v${59 - i}`))
    expect(reason).toBe('limit')
    expect(progress).toMatchObject({ shown: 10, matched: 10, dropped: 0 })
    expect(progress.bytes).toBeGreaterThan(0)
    expect(rows[0].batch).toMatchObject({ records: 1, codec: 'none', magic: 2 })
  })

  test('oldest with a filter, to the end', async () => {
    const { sandbox, session } = await setUp()
    fill(sandbox, 60)
    const { rows, ended } = scan(session, scanOf({ from: { at: 'oldest' }, limit: 500, filter: 'key:k1' }))
    expect((await ended).reason).toBe('end')
    expect(rows.map(row => text(row.key))).toEqual(['k1', ...Array.from({ length: 10 }, (_, i) => `k1${i}`)])
  })

  test('behind gaps, transaction markers and aborted records a bounded scan still ends', async () => {
    const { sandbox, session } = await setUp({ topics: { orders: 1 } })
    const transaction = { producerId: 7n, producerEpoch: 0 }
    sandbox.append('orders', 0, [{ value: 'a' }])
    sandbox.append('orders', 0, [{ value: 'lost' }], { ...transaction, baseSequence: 0, transactional: true })
    sandbox.endTransaction('orders', 0, { ...transaction, how: 'abort' })
    sandbox.append('orders', 0, [{ value: 'b' }], { skip: 20n })
    sandbox.append('orders', 0, [{ value: 'gone' }], { ...transaction, baseSequence: 1, transactional: true })
    sandbox.endTransaction('orders', 0, { ...transaction, how: 'abort' })
    for (const at of ['newest', 'oldest'] as const) {
      const { rows, ended } = scan(session, scanOf({ from: { at }, isolation: 'read_committed' }))
      expect((await ended).reason).toBe('end')
      expect(rows.map(row => text(row.value)).sort()).toEqual(['a', 'b'])
    }
    const { rows, ended } = scan(session, scanOf({ from: { at: 'oldest' }, controlRecords: true }))
    await ended
    expect(rows.filter(row => row.control).map(row => row.control)).toEqual(['abort', 'abort'])
  })

  test('one record is read whole; an offset without a record gives null', async () => {
    const { sandbox, session } = await setUp({ topics: { orders: 1 } })
    sandbox.append('orders', 0, [{ key: 'k', value: 'x'.repeat(100_000) }])
    sandbox.append('orders', 0, [{ value: 'y' }], { skip: 5n })
    const read = (offset: bigint, maxBytes = 1_000_000) => session.call('records.read', { topic: 'orders', partition: 0, offset, maxBytes })
    expect((await read(0n))?.value).toHaveLength(100_000)
    expect(await read(3n)).toBeNull()
    expect(await read(99n)).toBeNull()
    await expect(read(0n, 10)).rejects.toMatchObject({ fault: { code: 'FRAME_TOO_LARGE' } })
  })

  test('a leader that goes while one tails: the tail goes on and misses nothing', async () => {
    const { sandbox, session } = await setUp({ topics: { orders: { partitions: 1, replicationFactor: 3 } } })
    const { rows, stream } = scan(session, scanOf({ from: { at: 'live' } }))
    await until(() => sandbox.leader('orders', 0) > 0)
    let sent = 0
    const write = () => sandbox.append('orders', 0, [{ value: `v${sent++}` }])
    await new Promise(resolve => setTimeout(resolve, 100))
    for (let i = 0; i < 20; i++) write()
    await until(() => rows.length === 20)
    const leader = sandbox.leader('orders', 0)
    await sandbox.broker(leader).stop()
    expect(sandbox.leader('orders', 0)).not.toBe(leader)
    for (let i = 0; i < 20; i++) write()
    await until(() => rows.length === 40)
    expect(rows.map(row => text(row.value))).toEqual(Array.from({ length: 40 }, (_, i) => `v${i}`))
    stream.close()
  })
})

describe('producing', () => {
  test('gives partition, offset and the bytes of the batch; what was sent is what is read', async () => {
    const { sandbox, session } = await setUp()
    const headers = [
      { key: 'h', value: bytes('1') },
      { key: 'h', value: null },
    ]
    const result = await session.call(
      'produce',
      produceOf({ partition: 2, value: bytes('x'.repeat(500)), headers, codec: 'gzip', timestamp: 1_700_000_000_000n }),
    )
    expect(result).toMatchObject({ topic: 'orders', partition: 2, offset: 0n, timestamp: 1_700_000_000_000n })
    expect(result.batchBytes).toBeGreaterThan(10)
    expect(result.batchBytes).toBeLessThan(400)
    const [record] = sandbox.records('orders', 2)
    expect([text(record.key), record.headers.map(({ key, value }) => [key, text(value)])]).toEqual([
      'k',
      [
        ['h', '1'],
        ['h', null],
      ],
    ])
  })

  test("a key goes where Kafka's partitioner puts it, as the preview says", async () => {
    const { session } = await setUp()
    for (const key of ['a', 'order-774', 'ключ']) {
      const preview = await session.call('produce.partitionFor', { topic: 'orders', key: bytes(key) })
      const { partition } = await session.call('produce', produceOf({ key: bytes(key) }))
      expect(partition).toBe(preview.partition)
    }
  })

  test('a refusal says what, by whom and what next', async () => {
    const { sandbox, session } = await setUp()
    sandbox.intercept('Produce', fail('MESSAGE_TOO_LARGE'))
    await expect(session.call('produce', produceOf())).rejects.toMatchObject({
      fault: { code: 'MESSAGE_TOO_LARGE', errno: 10, from: 'kafka', next: expect.stringContaining('max.message.bytes') },
    })
  })

  test('without acks there is no offset', async () => {
    const { session } = await setUp()
    expect(await session.call('produce', produceOf({ acks: 'none', idempotent: false }))).toMatchObject({ offset: null })
  })
})

describe('groups', () => {
  async function withGroups() {
    const all = await setUp()
    fill(all.sandbox, 30)
    all.sandbox.group('billing', { members: 2, topics: ['orders'], offsets: { orders: { 0: 4n, 1: 10n } } })
    all.sandbox.group('modern', { type: 'consumer', members: 1, topics: ['orders'], offsets: { orders: { 0: 10n } } })
    all.sandbox.group('idle', { offsets: { orders: { 2: 1n } } })
    return all
  }

  test('are listed from every broker; one that does not answer is said, not hidden', async () => {
    const { session, sandbox } = await withGroups()
    const { groups, partial } = await session.call('groups.list', {}, { view: 'groups' })
    expect(groups.map(({ group, state, type }) => [group, state, type])).toEqual([
      ['billing', 'Stable', 'classic'],
      ['idle', 'Empty', 'classic'],
      ['modern', 'Stable', 'consumer'],
    ])
    expect(partial).toEqual({ asked: 3, answered: 3, faults: [] })
    sandbox.intercept('ListGroups', ({ broker }) => (broker === 2 ? fail('CLUSTER_AUTHORIZATION_FAILED') : undefined))
    const again = await session.call('groups.list', {})
    expect(again.partial).toMatchObject({ asked: 3, answered: 2, faults: [{ broker: 2, code: 'CLUSTER_AUTHORIZATION_FAILED' }] })
  })

  test('a summary adds up what can be compared; no commit is no lag', async () => {
    const { session } = await withGroups()
    await session.call('groups.list', {})
    const [billing, modern, idle] = await session.call('groups.summaries', { groups: ['billing', 'modern', 'idle'] })
    expect(billing).toMatchObject({ state: 'Stable', members: 2, lag: 6n, withoutCommit: 1, topics: 1, fault: null })
    expect(modern).toMatchObject({ members: 1, lag: 0n, withoutCommit: 2 })
    expect(idle).toMatchObject({ state: 'Empty', members: 0, lag: 9n, withoutCommit: 0 })
  })

  test('in detail: who reads what, committed, end and lag by partition, for both protocols', async () => {
    const { session } = await withGroups()
    await session.call('groups.list', {})
    const detail = await session.call('groups.detail', { group: 'billing' })
    expect(detail).toMatchObject({ state: 'Stable', type: 'classic', protocol: 'range', lag: 6n, withoutCommit: 1, faults: [] })
    expect(detail.coordinator?.nodeId).toBeGreaterThan(0)
    expect(detail.partitions.map(({ partition, committed, end, lag }) => [partition, committed, end, lag])).toEqual([
      [0, 4n, 10n, 6n],
      [1, 10n, 10n, 0n],
      [2, null, 10n, null],
    ])
    expect(detail.partitions.every(({ memberId }) => memberId !== null)).toBe(true)
    const modern = await session.call('groups.detail', { group: 'modern' })
    expect(modern).toMatchObject({ type: 'consumer', members: [{ assignment: [{ topic: 'orders' }], target: [{ topic: 'orders' }] }] })
  })

  test('of the KIP-848 protocol are found also when no listing told their type', async () => {
    const { session } = await withGroups()
    expect(await session.call('groups.detail', { group: 'modern' })).toMatchObject({ type: 'consumer', state: 'Stable' })
  })
})

describe('wire', () => {
  const pull = (change: Partial<WirePull['query']> = {}): WirePull => ({
    query: {
      views: ['topics'],
      scope: 'page',
      text: '',
      families: [],
      errors: false,
      slow: false,
      throttled: false,
      fold: true,
      between: null,
      ...change,
    },
    top: 'end',
    rows: 100,
    since: -1,
    lanes: null,
    openedAt: 0,
    frozenAt: null,
  })

  test('knows which page asked for what, and shows the frames of it', async () => {
    const { session, page } = await setUp()
    const other = page().session
    await session.call('wire.opened', {})
    await session.call('topics.list', { topics: null }, { view: 'topics' })
    await other.call('topics.list', { topics: null }, { view: 'topics' })
    const snapshot = await session.call('wire.pull', pull())
    expect(snapshot?.rows).toMatchObject([
      { is: 'request', api: 'Metadata', initiator: 'topics', about: 'all topics', status: { is: 'ok' } },
    ])
    expect(snapshot?.counts.all).toBeGreaterThan(2)
    const { id } = snapshot!.rows[0]
    const inspection = await session.call('wire.inspect', { id })
    expect(inspection).toMatchObject({ request: { is: 'kept', unreadable: null }, response: { is: 'kept', unreadable: null } })
    const fields = await session.call('wire.fields', { id, side: 'response', path: [], from: 0, count: 50 })
    expect(fields.map(field => field.name)).toEqual(expect.arrayContaining(['size', 'header', 'brokers', 'topics']))
    expect(await session.call('wire.json', { id, side: 'response' })).toContain('"orders"')
  })

  test('figures come at once and metrics add up', async () => {
    const { session } = await setUp()
    let figures = 0
    const stream = session.subscribe('wire.figures', {}, { event: () => figures++ })
    await until(() => figures > 0)
    stream.close()
    const pull = () => session.call('metrics.pull', { range: '5 min', broker: null, since: -1 })
    await until(async () => ((await pull())?.totals.requests ?? 0) > 2)
    expect((await pull())?.apis.map(api => api.api)).toContain('Metadata')
  })
})

describe('pages', () => {
  test('one that is gone ends what it asked for; the others go on', async () => {
    const { host, page, session } = await setUp()
    const other = page()
    const { ended } = scan(other.session, scanOf({ from: { at: 'live' } }))
    scan(session, scanOf({ from: { at: 'live' } }))
    await until(() => host.buffers().fetchLimit > 0 && host.connector.status.state === 'connected')
    other.goodbye()
    const race = await Promise.race([ended.then(() => 'ended'), new Promise(resolve => setTimeout(() => resolve('silent'), 100))])
    expect(race).toBe('silent')
    await expect(session.call('topics.list', { topics: null })).resolves.toMatchObject({ controller: expect.any(Number) })
  })

  test('a call that is given up is cancelled in the session', async () => {
    const { session, sandbox, host } = await setUp()
    await until(() => host.connector.status.state === 'connected')
    let seen = 0
    sandbox.intercept('Metadata', () => {
      seen++
      return fail('UNKNOWN_SERVER_ERROR')
    })
    const abort = new AbortController()
    const asked = session.call('topics.list', { topics: ['orders'] }, { signal: abort.signal })
    abort.abort(new Error('left the page'))
    await expect(asked).rejects.toThrow('left the page')
    const before = seen
    await new Promise(resolve => setTimeout(resolve, 50))
    expect(seen - before).toBeLessThanOrEqual(1)
  })
})
