import { createHash } from 'node:crypto'
import { createBridge } from '@milena/bridge'
import { Client, Offset } from '@milena/client-core'
import { webSocket } from '@milena/client-core/transport/websocket'
import { expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { kcatConsume } from './kafka/kcat.js'
import { useKafka } from './kafka/use.js'

/*
 * The client over the bridge, against a real cluster of which the bridge knows one broker.
 */

/** How many there are, and what they are whatever their order: comparable without printing megabytes. */
const digest = (values: string[]) =>
  `${values.length} ${createHash('sha256')
    .update([...values].sort().join('\n'))
    .digest('hex')}`

const kafka = useKafka({ brokers: 3 })

test('brokers that the bridge learned from metadata are reached; records go through both ways unchanged', async () => {
  const [first, ...others] = kafka().bootstrap
  await kafka().createTopic('bridged', { partitions: 6, replicationFactor: 3 })
  const lines: string[] = []
  const bridge = await createBridge({ port: 0, clusters: [{ id: 'real', bootstrap: [first] }], log: line => lines.push(line) })
  const client = new Client({ seedBrokers: [first], transport: webSocket({ url: bridge.url, token: bridge.token, WebSocket }) })
  const values = Array.from({ length: 600 }, (_, i) => `value ${i} ${'x'.repeat(i * 7)}`)
  await Promise.all(values.map((value, i) => client.send({ topic: 'bridged', partition: i % 6, value })))
  const seen = await kcatConsume([first], 'bridged')
  expect(digest(seen.map(record => Buffer.from(record.value ?? []).toString()))).toBe(digest(values))
  await client.close()

  const reader = new Client({
    seedBrokers: [first],
    transport: webSocket({ url: bridge.url, token: bridge.token, WebSocket }),
    consumer: { partitions: { bridged: Object.fromEntries([0, 1, 2, 3, 4, 5].map(partition => [partition, Offset.atStart()])) } },
  })
  const got: string[] = []
  while (got.length < values.length)
    for (const record of (await reader.pollFetches()).records()) got.push(new TextDecoder().decode(record.value ?? new Uint8Array()))
  expect(digest(got)).toBe(digest(values))
  await reader.close()

  for (const other of others)
    expect(
      lines.some(line => line.startsWith('open') && line.includes(`addr=${other} `)),
      other,
    ).toBe(true)
  expect(lines.filter(line => /code=(?!1000)/.test(line))).toEqual([])
  await bridge.close()
})
