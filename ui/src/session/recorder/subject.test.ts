import { describe, expect, test } from 'vitest'
import { subjectOf } from './subject.js'

const text = (apiKey: number, body: unknown) => subjectOf(apiKey, body, id => (id === 'id-1' ? 'orders' : undefined)).text

describe('what a request is about', () => {
  test.each<[string, number, unknown, string]>([
    ['Metadata of all', 3, { topics: null }, 'all topics'],
    ['Metadata of none', 3, { topics: [] }, 'brokers only'],
    ['Metadata of some', 3, { topics: [{ name: 'a' }, { name: 'b' }, { name: 'c' }] }, 'a +2'],
    ['Produce to one partition', 0, { topicData: [{ name: 'a', partitionData: [{ index: 7 }] }] }, 'a-7'],
    ['Fetch by id', 1, { sessionId: 0, topics: [{ topicId: 'id-1', partitions: [{ partition: 0 }, { partition: 1 }] }] }, 'orders'],
    ['Fetch in a session', 1, { sessionId: 5, topics: [{ topicId: 'id-1', partitions: [{ partition: 3 }] }] }, 'orders-3 …'],
    ['Fetch in a session, nothing changed', 1, { sessionId: 5, topics: [] }, 'as before, session 5'],
    ['Fetch of a topic that is not known', 1, { sessionId: 0, topics: [{ topicId: 'id-9', partitions: [{ partition: 3 }] }] }, 'id-9-3'],
    ['ListOffsets of few', 2, { topics: [{ name: 'a', partitions: [{ partitionIndex: 2, timestamp: -1n }] }] }, 'a-2, latest'],
    [
      'ListOffsets of many',
      2,
      { topics: [{ name: 'a', partitions: Array.from({ length: 9 }, (_, i) => ({ partitionIndex: i, timestamp: -2n })) }] },
      '9 partitions, earliest',
    ],
    ['FindCoordinator before v4', 10, { key: 'g', coordinatorKeys: [] }, 'g'],
    ['FindCoordinator since v4', 10, { key: '', coordinatorKeys: ['g', 'h'] }, 'g +1'],
    ['ListGroups', 16, { statesFilter: [] }, 'all groups'],
    ['DescribeGroups', 15, { groups: ['g'] }, 'g'],
    ['OffsetFetch since v8', 9, { groupId: '', groups: [{ groupId: 'g' }, { groupId: 'h' }] }, 'g +1'],
    ['Heartbeat', 12, { groupId: 'g' }, 'g'],
    [
      'DescribeConfigs',
      32,
      {
        resources: [
          { resourceType: 2, resourceName: 'a', configurationKeys: ['x', 'y'] },
          { resourceType: 2, resourceName: 'b' },
        ],
      },
      '2 topics, 2 keys',
    ],
    ['ApiVersions', 18, { clientSoftwareName: 'milena', clientSoftwareVersion: '0.1.0' }, 'milena 0.1.0'],
    ['InitProducerId', 22, { transactionalId: null }, 'idempotent producer'],
    ['an API with nothing to say', 60, {}, 'the cluster'],
    ['no body at all', 3, null, ''],
  ])('%s', (_, apiKey, body, expected) => {
    expect(text(apiKey, body)).toBe(expected)
  })

  test('names for the filter are all of them, within a bound', () => {
    const topics = Array.from({ length: 1_000 }, (_, i) => ({ name: `t${i}` }))
    expect(subjectOf(3, { topics }, () => undefined).names).toHaveLength(200)
  })
})
