import { describe, expect, test } from 'vitest'
import type { Hooks } from '../hooks/hooks.js'
import { basicLogger } from '../hooks/logger.js'
import { AlterConfigsRequest } from '../protocol/api/alter-configs.js'
import { AlterUserScramCredentialsRequest } from '../protocol/api/alter-user-scram-credentials.js'
import { CreateDelegationTokenRequest } from '../protocol/api/create-delegation-token.js'
import { DescribeConfigsRequest } from '../protocol/api/describe-configs.js'
import { DescribeDelegationTokenRequest } from '../protocol/api/describe-delegation-token.js'
import { ExpireDelegationTokenRequest } from '../protocol/api/expire-delegation-token.js'
import { IncrementalAlterConfigsRequest } from '../protocol/api/incremental-alter-configs.js'
import { RenewDelegationTokenRequest } from '../protocol/api/renew-delegation-token.js'
import { decodeRequest } from '../protocol/frame.js'
import type { Input, RequestMessage } from '../protocol/message.js'
import { answer, close, send } from '../sandbox/index.js'
import { connected, driven, failureOf } from './testing/setup.js'

const secret = 'hunter2-hunter2'
const bytes = new TextEncoder().encode(secret)
const asked = { initiator: 'test' }

/** Everything that hooks and the logger are told, frames and causes included, as text. */
function listening() {
  const heard: string[] = []
  const written = new Map<number, { redacted?: boolean; taken: Uint8Array; byteLength: number }>()
  const say = (event: object) => {
    const { frame, apiKey } = event as { frame?: { redacted?: boolean; take(): Uint8Array; byteLength: number }; apiKey?: number }
    if (frame) {
      const taken = frame.take()
      if ('parkMs' in event) written.set(apiKey!, { redacted: frame.redacted, taken, byteLength: frame.byteLength })
      heard.push(new TextDecoder('latin1').decode(taken))
    }
    heard.push(textOf(event))
  }
  const hooks: Hooks = { onBrokerDisconnect: say, onBrokerWrite: say, onBrokerRead: say, onBrokerE2E: say, onBrokerThrottle: say }
  return { heard, written, hooks: [hooks], logger: basicLogger(line => heard.push(line), 'debug') }
}

function textOf(value: unknown): string {
  const plain = (_: string, v: unknown) => (v instanceof Error ? `${v} ${v.stack} ${textOf(v.cause)}` : typeof v === 'bigint' ? `${v}` : v)
  return `${String(value)} ${JSON.stringify(value, plain)}`
}

const config = { name: 'listener.name.x.ssl.key.password', value: secret }
const resource = { resourceType: 4, resourceName: '1' }
const token = { principalType: 'User', principalName: 'a', issueTimestampMs: 1n, expiryTimestampMs: 2n, maxTimestampMs: 3n, tokenId: 'id' }

/** A request that holds the secret, or whose answer does. */
interface Case {
  name: string
  request: RequestMessage
  body: object
  response: object
}
const none = { throttleTimeMs: 5, errorCode: 0 }
const cases: Case[] = [
  {
    name: 'AlterConfigs',
    request: AlterConfigsRequest,
    body: { resources: [{ ...resource, configs: [config, { name: 'empty', value: null }] }], validateOnly: false },
    response: { ...none, responses: [] },
  },
  {
    name: 'IncrementalAlterConfigs',
    request: IncrementalAlterConfigsRequest,
    body: { resources: [{ ...resource, configs: [{ ...config, configOperation: 0 }] }], validateOnly: false },
    response: { ...none, responses: [] },
  },
  {
    name: 'AlterUserScramCredentials',
    request: AlterUserScramCredentialsRequest,
    body: { deletions: [], upsertions: [{ name: 'a', mechanism: 1, iterations: 4096, salt: bytes, saltedPassword: bytes }] },
    response: { ...none, results: [] },
  },
  {
    name: 'CreateDelegationToken',
    request: CreateDelegationTokenRequest,
    body: { ownerPrincipalType: null, ownerPrincipalName: null, renewers: [], maxLifetimeMs: -1n },
    response: { ...none, ...token, hmac: bytes, tokenRequesterPrincipalType: 'User', tokenRequesterPrincipalName: 'a' },
  },
  {
    name: 'DescribeDelegationToken',
    request: DescribeDelegationTokenRequest,
    body: { owners: null },
    response: {
      ...none,
      tokens: [
        {
          ...token,
          issueTimestamp: 1n,
          expiryTimestamp: 2n,
          maxTimestamp: 3n,
          hmac: bytes,
          renewers: [],
          tokenRequesterPrincipalType: 'User',
          tokenRequesterPrincipalName: 'a',
        },
      ],
    },
  },
  {
    name: 'RenewDelegationToken',
    request: RenewDelegationTokenRequest,
    body: { hmac: bytes, renewPeriodMs: 1n },
    response: { ...none, expiryTimestampMs: 1n },
  },
  {
    name: 'ExpireDelegationToken',
    request: ExpireDelegationTokenRequest,
    body: { hmac: bytes, expiryTimePeriodMs: 1n },
    response: { ...none, expiryTimestampMs: 1n },
  },
]

describe('a secret reaches no hook, no log and no error', () => {
  test.each(cases)('of $name: answered, broken off, not understood', async ({ request, body, response }) => {
    const { heard, written, hooks, logger } = listening()
    const { sandbox, clock, cluster } = await connected({ brokers: 1 }, { hooks, logger, requestRetries: 0 })
    const verdicts = [answer(response as never), close({ after: true }), send(frame => frame.map((byte, i) => (i < 8 ? byte : 0xff)))]
    let asks = 0
    sandbox.intercept(request, () => verdicts[asks++])
    const ask = () => cluster.call('any', request, body as Input<RequestMessage>, asked)
    await driven(clock, ask())
    const { key } = request
    expect(written.get(key)!.redacted ?? /^(Create|Describe)/.test(request.name)).toBe(true)
    heard.push(textOf(await failureOf(clock, ask())))
    heard.push(textOf(await failureOf(clock, ask())))
    expect(asks).toBe(3)
    const all = heard.join('\n')
    expect(all).toContain(`"apiKey":${key}`)
    for (const form of [secret, btoa(secret), [...bytes].join(',')]) expect(all).not.toContain(form)
  })

  test('also not when the request cannot be written as it is', async () => {
    const { clock, cluster } = await connected({ brokers: 1 }, { requestRetries: 0 })
    await driven(clock, cluster.loadMetadata([], asked))
    const wrong = [
      [
        AlterUserScramCredentialsRequest,
        { deletions: [], upsertions: [{ name: 'a', mechanism: 1, iterations: 1, salt: bytes, saltedPassword: secret }] },
      ],
      [
        IncrementalAlterConfigsRequest,
        { resources: [{ ...resource, configs: [{ ...config, value: [secret], configOperation: 0 }] }], validateOnly: false },
      ],
      [
        IncrementalAlterConfigsRequest,
        { resources: [{ ...resource, configs: [{ ...config, value: bytes, configOperation: 0 }] }], validateOnly: false },
      ],
    ] as const
    for (const [request, body] of wrong) {
      const error = await failureOf(clock, cluster.call('any', request as RequestMessage, body as never, asked))
      expect(error).toMatchObject({ name: 'ClientError' })
      for (const form of [secret, [...bytes].join(',')]) expect(textOf(error)).not.toContain(form)
    }
  })
})

describe('the values of configs', () => {
  test('are hidden from hooks and nothing else is: names, resources and nulls stay, and the frame still reads as a request', async () => {
    const { written, hooks } = listening()
    const { sandbox, clock, cluster } = await connected({ brokers: 1 }, { hooks })
    const seen: unknown[] = []
    for (const { request, body, response } of cases.slice(0, 2)) {
      sandbox.intercept(request, ({ request: got }) => {
        seen.push((got as { resources: { configs: { value: unknown }[] }[] }).resources[0].configs[0].value)
        return answer(response as never)
      })
      await driven(clock, cluster.call('any', request, body as never, asked))
      const { taken, byteLength, redacted } = written.get(request.key)!
      expect([taken.length, redacted]).toEqual([byteLength, true])
      const shown = decodeRequest(request, taken)
      expect(shown.header).toMatchObject({ apiKey: request.key, clientId: 'milena' })
      const { configs } = (shown.body as { resources: { resourceName: string; configs: { name: string; value: string | null }[] }[] })
        .resources[0]
      expect(configs.map(({ name, value }) => [name, value])).toEqual(
        [
          [config.name, '***'],
          ['empty', null],
        ].slice(0, configs.length),
      )
    }
    // The broker has the real ones.
    expect(seen).toEqual([secret, secret])
  })

  test('that brokers call sensitive are not in their answers', async () => {
    const { sandbox, clock, cluster } = await connected({ brokers: 1 })
    const configs = [{ ...config, configOperation: 0 }]
    await driven(
      clock,
      cluster.call({ broker: 1 }, IncrementalAlterConfigsRequest, { resources: [{ ...resource, configs }], validateOnly: false }, asked),
    )
    const resources = [{ ...resource, configurationKeys: null }]
    const body = { resources, includeSynonyms: true, includeDocumentation: false }
    expect(textOf(await driven(clock, cluster.call({ broker: 1 }, DescribeConfigsRequest, body, asked)))).not.toContain(secret)
    expect(sandbox.brokers).toEqual([1])
  })
})
