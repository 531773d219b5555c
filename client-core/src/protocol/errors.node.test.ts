import { expect, test } from 'vitest'
import { errorForCode } from './errors.js'
import { kafkaErrors } from './testing/kafka-errors.js'

test('numbers, names and what is retriable are those of Kafka 4.4.0', async () => {
  const theirs = await kafkaErrors('4.4.0')
  expect(theirs.length).toBe(138)
  const ours = theirs.map(({ errno }) => errorForCode(errno)).map(({ errno, code, retriable }) => ({ errno, code, retriable }))
  expect(ours).toEqual(theirs)
  const beyond = Math.max(...theirs.map(({ errno }) => errno)) + 1
  expect(errorForCode(beyond).code).toBe('UNKNOWN_SERVER_ERROR')
}, 300_000)
