import { expect, test } from 'vitest'
import { Client } from '../client/client.js'
import { DescribeClusterRequest } from '../protocol/api/describe-cluster.js'
import { versionsFromString } from '../protocol/versions.js'
import { answer, createSandbox } from '../sandbox/index.js'
import type { SaslMechanism, SaslTarget } from '../sasl/index.js'
import { fromUtf8, utf8 } from '../sasl/text.js'
import type { ByteStream } from '../transport/stream.js'
import { clusterOf, hosts, sandboxOf } from './testing/setup.js'

/** Says its lines one after the other, whatever the broker says, and notes that. */
function scripted(...lines: string[]) {
  const heard: string[] = []
  const targets: SaslTarget[] = []
  let closed = 0
  const mechanism: SaslMechanism = {
    name: 'GSSAPI',
    authenticate(target) {
      targets.push(target)
      const [first, ...rest] = lines
      return {
        first: utf8(first),
        next(message) {
          heard.push(fromUtf8(message))
          const next = rest.shift()
          return next === undefined ? undefined : utf8(next)
        },
      }
    },
    close() {
      closed++
      throw new Error('closing failed')
    },
  }
  return { mechanism, heard, targets, closed: () => closed }
}

test('a mechanism that is passed in has as many rounds as it wants, knows the broker, and is closed with its client', async () => {
  const own = scripted('one', 'two', '')
  const said: string[] = []
  const lines: string[] = []
  const sandbox = await createSandbox({ brokers: 1 })
  sandbox.intercept('SaslHandshake', ({ request }) => answer({ errorCode: 0, mechanisms: [request.mechanism] }))
  sandbox.intercept('SaslAuthenticate', ({ request }) => {
    said.push(fromUtf8(request.authBytes))
    return answer({ errorCode: 0, errorMessage: null, authBytes: utf8(`re: ${said.at(-1)}`) })
  })
  const logger = { level: 'error' as const, log: (_: string, line: string) => void lines.push(line) }
  const client = new Client({ seedBrokers: sandbox.seedBrokers, transport: sandbox.transport, sasl: [own.mechanism], logger })
  await client.request(DescribeClusterRequest({ includeClusterAuthorizedOperations: false }))
  expect(said).toEqual(['one', 'two', ''])
  expect(own.heard).toEqual(['re: one', 're: two', 're: '])
  expect(own.targets).toEqual([{ host: 'broker-1', port: 9092 }])
  expect(own.closed()).toBe(0)
  await client.close()
  await client.close()
  expect(own.closed()).toBe(1)
  expect(lines).toEqual(['the SASL mechanism GSSAPI threw when it was closed'])
  await sandbox.close()
})

test('Kafka 0.9 knows no handshake: with its versions pinned, the mechanism begins at once, in frames of its own', async () => {
  const { clock } = await sandboxOf()
  const own = scripted('hi', 'you')
  const received: number[][] = []
  const answers = [
    [0, 0, 0, 2, 0x6f, 0x6b],
    [0, 0, 0, 0],
  ]
  const broker = async (stream: ByteStream) => {
    for await (const chunk of stream.incoming) {
      received.push([...chunk])
      const next = answers.shift()
      if (next) await stream.write([Uint8Array.from(next)])
    }
  }
  const transport = hosts({ old: stream => void broker(stream).catch(() => {}) })
  const cluster = clusterOf(clock, {
    seedBrokers: ['old:9092'],
    transport,
    sasl: [own.mechanism],
    maxVersions: versionsFromString('0.9.0'),
  })
  const asked = cluster.loadMetadata([], { initiator: 'test' }).catch(() => {})
  for (let turn = 0; turn < 50 && received.length < 3; turn++) await clock.settle()
  expect(received.slice(0, 2)).toEqual([
    [0, 0, 0, 2, ...utf8('hi')],
    [0, 0, 0, 3, ...utf8('you')],
  ])
  expect(own.heard).toEqual(['ok', ''])
  // And behind them the first request: Metadata, version 0.
  expect(received[2].slice(4, 8)).toEqual([0, 3, 0, 0])
  cluster.close()
  await asked
})
