import { expect, test } from 'vitest'
import { errnoOf, errorForCode, KafkaError } from './errors.js'

test('a number gives name, meaning and whether to try again', () => {
  expect(errorForCode(6)).toMatchObject({ code: 'NOT_LEADER_OR_FOLLOWER', errno: 6, retriable: true })
  expect(errorForCode(0).code).toBe('NONE')
  expect(errnoOf('UNKNOWN_SERVER_ERROR')).toBe(-1)
})

test('an error of a newer broker keeps its number and is not tried again', () => {
  const error = new KafkaError(999)
  expect(error).toMatchObject({ code: 'UNKNOWN_SERVER_ERROR', errno: 999, retriable: false })
  expect(error.message).toContain('999')
})

test('an error is made from a name or a number, says what the broker said, and keeps its cause', () => {
  const cause = new Error('below')
  const error = new KafkaError('MESSAGE_TOO_LARGE', 'batch of 2 MB', { cause })
  expect(error).toMatchObject({
    name: 'KafkaError',
    code: 'MESSAGE_TOO_LARGE',
    errno: 10,
    message: 'MESSAGE_TOO_LARGE: batch of 2 MB',
    cause,
  })
  expect(error).toBeInstanceOf(Error)
  expect(new KafkaError(10, null).message).toBe(`MESSAGE_TOO_LARGE: ${errorForCode(10).description}`)
})

test('every error of Kafka 4.4 has a description of its own', () => {
  const descriptions = Array.from({ length: 138 }, (_, index) => errorForCode(index - 1).description)
  expect(descriptions.filter(description => description.length < 8)).toEqual([])
  expect(new Set(descriptions).size).toBe(138)
})
