/**
 * What a request costs the client beside the broker: 1,000 `request` calls at once over one connection to a broker in another process that has its
 * answers ready. Prints one JSON line, CPU microseconds per request, user and system.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { Client } from '@milena/client-core'
import { DescribeClusterRequest } from '@milena/client-core/protocol'
import { tcp } from '@milena/client-core/transport/node'

const atOnce = 1000
const rounds = 150
const warmUp = 50

const broker = fork(new URL('./canned-broker.mjs', import.meta.url), { execArgv: [] })
const [port] = await once(broker, 'message')
const client = new Client({ seedBrokers: [`127.0.0.1:${port}`], transport: tcp() })
await client.ping()

const costs = []
for (let round = 0; round < rounds; round++) {
  const from = process.cpuUsage()
  const answers = await Promise.all(
    Array.from({ length: atOnce }, () => client.request(DescribeClusterRequest({ includeClusterAuthorizedOperations: false }))),
  )
  const { user, system } = process.cpuUsage(from)
  if (answers.some(({ brokers }) => brokers.length !== 1)) throw new Error('an answer is not the one that the broker has')
  if (round >= warmUp) costs.push((user + system) / atOnce)
}
await client.close()
broker.disconnect()
costs.sort((a, b) => a - b)
process.stdout.write(`${JSON.stringify({ cpuUs: costs[costs.length >> 1] })}\n`)
