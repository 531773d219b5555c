import { describe, expect, test } from 'vitest'
import { memoryTransport } from '../transport/memory.js'
import { Client } from './client.js'
import { resolveOptions, validateOptions } from './options.js'

const transport = memoryTransport(() => {})

describe('the options of a client', () => {
  test("have kgo's defaults", () => {
    expect(resolveOptions({ transport })).toMatchObject({
      seedBrokers: ['127.0.0.1:9092'],
      dialTimeoutMs: 10_000,
      requestTimeoutOverheadMs: 10_000,
      connIdleTimeoutMs: 30_000,
      requestRetries: 20,
      metadataMaxAgeMs: 300_000,
      metadataMinAgeMs: 5_000,
      considerMissingTopicDeletedAfterMs: 15_000,
      allowAutoTopicCreation: false,
      brokerMaxReadBytes: 104_857_600,
      producer: {
        acks: 'all',
        idempotent: true,
        compression: [{ codec: 'snappy' }, { codec: 'none' }],
        batchMaxBytes: 1_000_012,
        lingerMs: 10,
        maxBufferedRecords: 50_000,
        recordRetries: Number.POSITIVE_INFINITY,
        unknownTopicRetries: 4,
      },
    })
  })

  test('retries last 30 s, and those of a member of a group its session: 45 s', () => {
    const { retryTimeoutMs } = resolveOptions({ transport })
    const limits = [0, 1, 3, 8, 11, 12, 14, 68].map(key => [key, typeof retryTimeoutMs === 'function' && retryTimeoutMs(key)])
    expect(limits).toEqual([
      [0, 30_000],
      [1, 30_000],
      [3, 30_000],
      [8, 30_000],
      [11, 45_000],
      [12, 45_000],
      [14, 45_000],
      [68, 45_000],
    ])
    expect(resolveOptions({ transport, retryTimeoutMs: 0 }).retryTimeoutMs).toBe(0)
  })

  test('what stands where a mechanism should may be a password: it is not shown', () => {
    for (const sasl of ['secret', ['secret'], [{ name: 'secret' }]])
      expect(() => validateOptions({ transport, sasl } as never)).toThrow(/^(?!.*secret)sasl.* must be .*SASL mechanism/)
  })

  test.each([
    [{}, 'transport must be a Transport'],
    [{ transport, seedBrokers: [] }, 'seedBrokers must be at least one host:port'],
    [{ transport, seedBrokers: ['a:9092', 'b:x'] }, 'seedBrokers[1] must be host:port'],
    [{ transport, seedBrokers: 'a:9092' }, 'seedBrokers must be an array'],
    [{ transport, retryTimeoutMs: -1 }, 'retryTimeoutMs must be a whole number from 0'],
    [{ transport, considerMissingTopicDeletedAfterMs: -1 }, 'considerMissingTopicDeletedAfterMs must be a whole number from 0'],
    [{ transport, hooks: [{ onBrokerRead: 1 }] }, 'hooks[0].onBrokerRead must be a function'],
    [{ transport, software: { name: 'no spaces', version: '1' } }, 'software.name must be letters, digits, dots and hyphens'],
    [{ transport, software: { name: 'kafka-', version: '1' } }, 'software.name must be letters, digits, dots and hyphens'],
    [{ transport, maxVersions: new Map([[0, -1]]) }, 'maxVersions must be a Map of API key to version'],
    [{ transport, maxVersions: new Map([[0, 0x8000]]) }, 'maxVersions must be a Map of API key to version'],
    [{ transport, maxVersions: new Map([[0, '9']]) }, 'maxVersions must be a Map of API key to version'],
    [{ transport, maxVersions: { 0: 9 } }, 'maxVersions must be a Map of API key to version'],
    [{ transport, producer: { acks: 'leader' } }, "producer.acks must be 'all' unless producer.idempotent is false"],
    [{ transport, producer: { compression: 'brotli' } }, 'producer.compression must be one of none, gzip'],
    [{ transport, producer: { compression: [] } }, 'producer.compression must be at least one codec'],
    [{ transport, producer: { compression: [{ codec: 'gzip', level: 'max' }] } }, 'producer.compression[0].level must be a whole number'],
    [{ transport, producer: { partitioner: {} } }, 'producer.partitioner must be a Partitioner'],
    [{ transport, producer: { lingerMS: 5 } }, 'producer.lingerMS is not an option: did you mean producer.lingerMs?'],
    [{ transport, seedBroker: ['a'] }, 'seedBroker is not an option: did you mean seedBrokers?'],
  ])('are refused by their path: %#', (options, message) => {
    const refusal = expect.objectContaining({ code: 'INVALID_OPTION', message: expect.stringContaining(message) })
    expect(() => validateOptions(options as never)).toThrow(refusal)
    expect(() => new Client(options as never)).toThrow(refusal)
  })
})
