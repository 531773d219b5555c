import { isDeepStrictEqual } from 'node:util'
import { MetadataRequest, zeroUuid } from '@milena/client-core/protocol'
import type { Asker } from './asker.js'
import { type Memory, type Step, unknownId } from './step.js'

/** All answers of one broker, made comparable; what takes a moment to be seen is asked until it is as expected, or too much time is over. */
export async function transcript(
  steps: readonly Step[],
  askerOf: (step: Step) => Asker,
  expected: readonly unknown[] = [],
): Promise<unknown[]> {
  const memory: Memory = { topicIds: new Map(), sessionId: 0, hmac: new Uint8Array(0) }
  const all: unknown[] = []
  for (const [i, step] of steps.entries()) {
    const { name, message, version, body, eventually } = step
    const asker = askerOf(step)
    const ask = () => within(15_000, name, asker.ask(message, version, body(memory)))
    let answer = await ask()
    for (
      let tries = 0;
      eventually && expected.length > 0 && tries < 100 && !isDeepStrictEqual(plain(answer, memory), expected[i]);
      tries++
    ) {
      await new Promise(resolve => setTimeout(resolve, 50))
      answer = await ask()
    }
    if ('sessionId' in answer && typeof answer.sessionId === 'number' && answer.sessionId !== 0) memory.sessionId = answer.sessionId
    if ('hmac' in answer && answer.hmac instanceof Uint8Array && answer.hmac.length > 0) memory.hmac = answer.hmac
    all.push(plain(answer, memory))
    if (message.api === 'CreateTopics') await learnIds(asker, memory)
  }
  return all
}

function within<T>(ms: number, what: string, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no answer to ${what} within ${ms} ms`)), ms)
    work.then(resolve, error => reject(new Error(`${what}: ${error}`, { cause: error }))).finally(() => clearTimeout(timer))
  })
}

/** Until a topic that was just made can be used, which takes Kafka a moment; its id is needed later. */
async function learnIds(asker: Asker, { topicIds }: Memory): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    const { topics } = await asker.ask(MetadataRequest, 12, {
      topics: ['orders', 'other', 'spare', 'table', 'small', 'stamped'].map(name => ({ name })),
      allowAutoTopicCreation: false,
    })
    for (const { name, topicId, errorCode } of topics) if (name !== null && errorCode === 0) topicIds.set(name, topicId)
    if (topics.every(({ errorCode, partitions }) => errorCode === 3 || (errorCode === 0 && partitions.every(p => p.errorCode === 0))))
      return
    await new Promise(resolve => setTimeout(resolve, 50))
  }
}

/** What differs by nature: ids, addresses, sizes on a disk, times, words. */
const different = new Set([
  'clusterId',
  'host',
  'port',
  'totalBytes',
  'usableBytes',
  'partitionSize',
  'logDir',
  'throttleTimeMs',
  'nodeId',
  'apiKeys',
  'finalizedFeaturesEpoch',
  'replicaDirectoryId',
  'logEndOffset',
  'lastFetchTimestamp',
  'lastCaughtUpTimestamp',
  'hmac',
  'tokenId',
  'issueTimestampMs',
  'expiryTimestampMs',
  'maxTimestampMs',
  'issueTimestamp',
  'expiryTimestamp',
  'maxTimestamp',
])
/** Lists whose order means nothing, and what to sort them by. */
const unordered: Record<string, string> = {
  topics: 'name',
  groups: 'groupId',
  configs: 'name',
  coordinators: 'key',
  partitions: 'partitionIndex',
  responses: 'name',
  resources: 'resourceName',
  supportedFeatures: 'name',
  finalizedFeatures: 'name',
  replicaElectionResults: 'topic',
  partitionResult: 'partitionId',
  results: 'userOrGroup',
  credentialInfos: 'mechanism',
  entries: 'key',
  entity: 'entityType',
  values: 'key',
  acls: 'key',
}

function plain(value: unknown, memory: Memory, key = ''): unknown {
  if (different.has(key)) return `(${key})`
  if (key === 'producerId' && value !== '0') return '(producer)'
  if (key === 'sessionId') return value === 0 ? 0 : '(session)'
  if (key === 'errorMessage' || key === 'batchIndexErrorMessage') return value && '(words)'
  if (key === 'logAppendTimeMs') return value === -1n ? -1 : '(time)'
  if (key === 'topicId') return idOf(String(value), memory)
  if (typeof value === 'bigint') return String(value)
  if (value instanceof Uint8Array) return key === 'records' ? records(value) : Buffer.from(value).toString('hex')
  if (Array.isArray(value)) return list(value, memory, unordered[key])
  if (typeof value !== 'object' || value === null) return value
  // How much the metadata log holds is the broker's own affair.
  if ('currentVoters' in value)
    return plain(
      Object.entries(value)
        .filter(([name]) => name !== 'highWatermark' && name !== 'leaderEpoch')
        .flat(),
      memory,
    )
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, plain(inner, memory, name)]))
}

function list(items: readonly unknown[], memory: Memory, by: string | undefined): unknown[] {
  const all = items.map(item => plain(item, memory))
  const place = (item: unknown) =>
    by && Object(item)[by] !== undefined ? `${Object(item)[by]}${Object(item).topicId ?? ''}` : JSON.stringify(item)
  return by === undefined ? all : all.sort((a, b) => (place(a) < place(b) ? -1 : place(a) > place(b) ? 1 : 0))
}

function idOf(id: string, { topicIds }: Memory): string {
  if (id === zeroUuid || id === unknownId) return id
  return `(id of ${[...topicIds].find(([, known]) => known === id)?.[0] ?? 'another topic'})`
}

/** Records byte for byte, except for the leader epoch. */
function records(bytes: Uint8Array): string {
  return `${bytes.length} bytes ${Buffer.from(bytes).toString('hex')}`
}
