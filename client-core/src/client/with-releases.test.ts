import { expect, onTestFinished, test } from 'vitest'
import { DescribeClusterRequest } from '../protocol/api/describe-cluster.js'
import { LeaderAndIsrRequest } from '../protocol/api/leader-and-isr.js'
import { releasesWith, versionsFromString } from '../protocol/versions.js'
import { createSandbox } from '../sandbox/sandbox.js'
import { Client } from './client.js'

const request = DescribeClusterRequest({ includeClusterAuthorizedOperations: false })

test('a request that the cluster is too old for names the releases that have it, and the one that was found', async () => {
  const sandbox = await createSandbox({ brokers: 1 })
  onTestFinished(() => sandbox.close())
  sandbox.broker(1).limitVersions({ DescribeCluster: null })
  await using client = new Client({ seedBrokers: sandbox.seedBrokers, transport: sandbox.transport })
  await expect(client.request(request)).rejects.toMatchObject({
    code: 'UNSUPPORTED_VERSION',
    message: expect.stringMatching(
      /DescribeCluster cannot be sent: .*; DescribeCluster is in Kafka 2\.8 and later, this cluster speaks as/,
    ),
  })
})

test('a request that the cluster has, but not in the version that is wanted, needs no other release', async () => {
  const sandbox = await createSandbox({ brokers: 1 })
  onTestFinished(() => sandbox.close())
  sandbox.broker(1).limitVersions({ DescribeCluster: [0, 0] })
  await using client = new Client({ seedBrokers: sandbox.seedBrokers, transport: sandbox.transport })
  await expect(client.request(request, { minVersion: 1 })).rejects.toMatchObject({
    code: 'UNSUPPORTED_VERSION',
    message: expect.not.stringContaining('is in Kafka'),
  })
})

test('a request that maxVersions leaves out names the release that they are of', async () => {
  const sandbox = await createSandbox({ brokers: 1 })
  onTestFinished(() => sandbox.close())
  const maxVersions = versionsFromString('0.9')
  await using client = new Client({ seedBrokers: sandbox.seedBrokers, transport: sandbox.transport, maxVersions })
  await expect(client.request(request)).rejects.toMatchObject({
    code: 'UNSUPPORTED_VERSION',
    message: expect.stringContaining('DescribeCluster is in Kafka 2.8 and later, maxVersions is that of v0.9'),
  })
})

test('what went with ZooKeeper is in releases up to 3.9', () => {
  expect(releasesWith(LeaderAndIsrRequest.key)).toBe('0.8.0 to 3.9')
  expect(releasesWith(-5)).toBeUndefined()
})
