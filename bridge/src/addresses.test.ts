import type { LookupFunction } from 'node:net'
import { describe, expect, test } from 'vitest'
import { checkedLookup, ipKind, isLoopbackName } from './addresses.js'
import { Directory } from './directory.js'
import { type BridgeOptions, resolveOptions } from './options.js'

const outcome = (promise: Promise<unknown>) =>
  promise.then(
    value => value,
    error => error,
  )

test('addresses that no broker has are known in every spelling', () => {
  const forbidden = [
    '169.254.169.254',
    '169.254.0.1',
    '0.0.0.0',
    '0.1.2.3',
    '224.0.0.1',
    '239.255.255.255',
    '255.255.255.255',
    '::',
    'fe80::1',
    'fe80::1%eth0',
    'ff02::1',
  ]
  const sneaky = ['fd00:ec2::254', 'fd00:0ec2:0:0:0:0:0:254', '::ffff:169.254.169.254', '::ffff:a9fe:a9fe', '::ffff:0.0.0.0']
  for (const ip of [...forbidden, ...sneaky]) expect(ipKind(ip), ip).toBe('forbidden')
  for (const ip of ['127.0.0.1', '127.255.0.9', '::1', '::ffff:127.0.0.1']) expect(ipKind(ip), ip).toBe('loopback')
  for (const ip of ['10.0.0.1', '192.168.1.1', '172.17.0.1', '8.8.8.8', 'fd00::1', '2001:db8::1']) expect(ipKind(ip), ip).toBe('ordinary')
  expect(['localhost', '127.0.0.1', '::1', 'broker', '10.0.0.1'].map(isLoopbackName)).toEqual([true, true, true, false, false])
})

const answering =
  (...addresses: string[]): LookupFunction =>
  (_host, options, answer) => {
    if (options.all)
      answer(
        null,
        addresses.map(address => ({ address, family: address.includes(':') ? 6 : 4 })),
      )
    else answer(null, addresses[0], 4)
  }
const look = (lookup: LookupFunction, all: boolean) =>
  new Promise(resolve => lookup('broker', { all }, (error, address) => resolve(error ?? address)))

test('a lookup lets an answer through only when all of it passes', async () => {
  const check = (ip: string) => {
    if (ipKind(ip) === 'forbidden') throw new Error(`${ip} is forbidden`)
  }
  expect(await look(checkedLookup(check, answering('10.0.0.1')), false)).toBe('10.0.0.1')
  expect(await look(checkedLookup(check, answering('10.0.0.1', '169.254.169.254')), true)).toMatchObject({
    message: '169.254.169.254 is forbidden',
  })
  expect(await look(checkedLookup(check, answering('::ffff:169.254.169.254')), false)).toBeInstanceOf(Error)
  const failing: LookupFunction = (_host, _options, answer) => answer(Object.assign(new Error('no'), { code: 'ENOTFOUND' }), '', 4)
  expect(await look(checkedLookup(check, failing), true)).toMatchObject({ code: 'ENOTFOUND' })
})

describe('the addresses of a cluster', () => {
  /** A directory whose brokers answer with `named`; `asked` counts the questions. */
  const directory = (options: Partial<BridgeOptions['clusters'][number]>, named: () => string[], more: Partial<BridgeOptions> = {}) => {
    const settings = resolveOptions({
      clusters: [{ id: 'prod', bootstrap: ['b-1.example.com:9092'], ...options }],
      times: { relearn: 5 },
      ...more,
    })
    const state = { asked: 0 }
    const brokers = async () => {
      state.asked += 1
      return named().map(text => {
        const [host, port] = text.split(/:(?=\d+$)/)
        return { host, port: Number(port) }
      })
    }
    const made = new Directory(settings.clusters[0], settings, brokers)
    const find = async (host: string, port: number, tls = false) => outcome(made.find({ host, port }, tls))
    return { find, state, close: () => made.close() }
  }

  test('are those configured, without a question, and those that the metadata names', async () => {
    const { find, state, close } = directory({ allow: ['proxy.example.com:19092'] }, () => ['b-2.example.com:9092', '10.0.0.3:9092'])
    expect(await find('b-1.example.com', 9092)).toMatchObject({ host: 'b-1.example.com', port: 9092 })
    expect(await find('proxy.example.com', 19092)).toMatchObject({ port: 19092 })
    expect(state.asked).toBe(0)
    expect(await find('b-2.example.com', 9092)).toMatchObject({ host: 'b-2.example.com' })
    expect(await find('10.0.0.3', 9092)).toMatchObject({ host: '10.0.0.3' })
    expect(state.asked).toBe(1)
    expect(await find('b-2.example.com', 9093)).toMatchObject({
      code: 'BRIDGE_DENIED',
      retriable: false,
      message: expect.stringContaining('--allow b-2.example.com:9093'),
    })
    close()
  })

  test('follow the cluster: a new broker is found when a client asks for it, one that left is forgotten', async () => {
    let named = ['b-2.example.com:9092']
    const { find, close } = directory({}, () => named)
    expect(await find('b-2.example.com', 9092)).toMatchObject({ port: 9092 })
    named = ['b-3.example.com:9092']
    expect(await find('b-3.example.com', 9092)).toMatchObject({ port: 9092 })
    expect(await find('b-2.example.com', 9092)).toMatchObject({ code: 'BRIDGE_DENIED' })
    close()
  })

  test('many questions at once are one', async () => {
    const { find, state, close } = directory({}, () => ['b-2.example.com:9092'], { times: { relearn: 60 } })
    await find('b-2.example.com', 9092)
    await Promise.all(Array.from({ length: 50 }, (_, i) => find('unknown.example.com', 1000 + i)))
    expect(state.asked).toBe(2)
    close()
  })

  test('when the brokers cannot be asked, what was known stays, and a denial says so and may be tried again', async () => {
    let down = false
    const { find, close } = directory({}, () => {
      if (down) throw new Error('nothing listens on b-1.example.com:9092')
      return ['b-2.example.com:9092']
    })
    await find('b-2.example.com', 9092)
    down = true
    expect(await find('b-4.example.com', 9092)).toMatchObject({
      code: 'BRIDGE_DENIED',
      retriable: true,
      message: expect.stringContaining('nothing listens on b-1'),
    })
    expect(await find('b-2.example.com', 9092)).toMatchObject({ port: 9092 })
    close()
  })

  test('never are link-local or multicast, even if the metadata names them; configured literally they are meant', async () => {
    const rogue = [
      '169.254.169.254:80',
      '0.0.0.0:9092',
      '224.0.0.1:9092',
      '[fd00:ec2::254]:80'.replace(/[[\]]/g, ''),
      '::ffff:169.254.169.254:80',
    ]
    const { find, close } = directory({}, () => rogue)
    for (const host of ['169.254.169.254', 'fd00:ec2::254', '::ffff:169.254.169.254'])
      expect(await find(host, 80), host).toMatchObject({ code: 'BRIDGE_DENIED' })
    for (const host of ['0.0.0.0', '224.0.0.1']) expect(await find(host, 9092), host).toMatchObject({ code: 'BRIDGE_DENIED' })
    close()
    const meant = directory({ allow: ['169.254.10.1:9092'] }, () => [])
    expect(await meant.find('169.254.10.1', 9092)).toMatchObject({ host: '169.254.10.1' })
    meant.close()
  })

  test('a name that leads to a forbidden address is stopped in the lookup that the socket uses, configured or not', async () => {
    const { find, close } = directory({}, () => [], { lookup: answering('169.254.169.254') })
    const to = (await find('b-1.example.com', 9092)) as { lookup: LookupFunction }
    expect(await look(to.lookup, true)).toMatchObject({
      code: 'BRIDGE_DENIED',
      message: expect.stringContaining('b-1.example.com:9092 leads to 169.254.169.254'),
    })
    close()
  })

  test('metadata does not lead to this machine, unless the cluster is on it', async () => {
    const far = directory({}, () => ['localhost:9093', '127.0.0.1:9094'], { lookup: answering('127.0.0.1') })
    expect(await far.find('127.0.0.1', 9094)).toMatchObject({ code: 'BRIDGE_DENIED', message: expect.stringContaining('this machine') })
    const named = (await far.find('localhost', 9093)) as { lookup: LookupFunction }
    expect(await look(named.lookup, true)).toMatchObject({ code: 'BRIDGE_DENIED' })
    far.close()
    const near = directory({ bootstrap: ['localhost:9092'] }, () => ['127.0.0.1:9094'], { lookup: answering('127.0.0.1') })
    expect(await near.find('127.0.0.1', 9094)).toMatchObject({ port: 9094 })
    near.close()
    const byName = directory({ bootstrap: ['kafka:9092'] }, () => ['127.0.0.1:9094'], { lookup: answering('127.0.0.1') })
    const bootstrap = (await byName.find('kafka', 9092)) as { lookup: LookupFunction }
    expect(await look(bootstrap.lookup, true)).toMatchObject([{ address: '127.0.0.1' }])
    expect(await byName.find('127.0.0.1', 9094)).toMatchObject({ port: 9094 })
    byName.close()
  })

  test('TLS is the cluster’s setting; where it has none, the client’s wish', async () => {
    const tls = async (setting: boolean | { servername: string }, wish: boolean) => {
      const { find, close } = directory({ tls: setting }, () => [])
      const to = await find('b-1.example.com', 9092, wish)
      close()
      return (to as { tls?: unknown }).tls
    }
    expect([await tls(false, false), await tls(false, true), await tls(true, false), await tls({ servername: 'x' }, false)]).toEqual([
      undefined,
      {},
      {},
      { servername: 'x' },
    ])
  })
})
