import { ApiVersionsRequest } from '@milena/client-core/protocol'
import { createSandbox } from '@milena/client-core/sandbox'
import { listen } from '@milena/client-core/sandbox/node'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { useKafka } from '../kafka/use.js'
import { Asker } from './asker.js'
import type { Step } from './step.js'
import { steps } from './steps.js'
import { transcript } from './transcript.js'

/*
 * The sandbox answers as Kafka does: the same requests, one after the other, to both; what may differ is taken out of the answers.
 */

const kafka = useKafka({ settings: { 'auto.create.topics.enable': false } })
const answers = new Map<Step, { kafka: unknown; sandbox: unknown }>()
const offers = new Map<number, { kafka?: string; sandbox: string }>()
let close = async () => {}

beforeAll(async () => {
  const sandbox = await createSandbox({
    brokers: [{ rack: 'rack-1' }],
    autoCreateTopics: false,
    brokerConfigs: { 'offsets.topic.num.partitions': '1', 'min.insync.replicas': '1', 'log.segment.delete.delay.ms': '500' },
  })
  const ports = await listen(sandbox)
  const both = [await Asker.dial(kafka().bootstrap[0]), await Asker.dial(ports.seedBrokers[0])]
  close = async () => {
    for (const asker of both) asker.close()
    await sandbox.close()
  }
  const ours = await transcript(steps, () => both[1])
  const theirs = await transcript(steps, () => both[0], ours)
  for (const [i, step] of steps.entries()) answers.set(step, { kafka: theirs[i], sandbox: ours[i] })
  const [theirOffers, ourOffers] = await Promise.all(both.map(async asker => (await asker.ask(ApiVersionsRequest, 0, {})).apiKeys))
  const range = (key: number) => {
    const found = theirOffers.find(({ apiKey }) => apiKey === key)
    return found && `${found.minVersion}-${found.maxVersion}`
  }
  for (const { apiKey, minVersion, maxVersion } of ourOffers)
    offers.set(apiKey, { kafka: range(apiKey), sandbox: `${minVersion}-${maxVersion}` })
}, 180_000)

afterAll(() => close())

describe('the sandbox answers as Kafka does', () => {
  test.each(steps)('$name', step => {
    const { kafka, sandbox } = answers.get(step)!
    expect(sandbox).toEqual(kafka)
  })
})

test('each API is offered in the versions in which Kafka offers it', () => {
  expect(offers.size).toBeGreaterThanOrEqual(20)
  for (const [apiKey, { kafka, sandbox }] of offers) expect([apiKey, sandbox]).toEqual([apiKey, kafka])
})
