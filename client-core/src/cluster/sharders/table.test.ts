import { expect, test } from 'vitest'
import { splitKeys } from '../routing.js'
import { sharders } from './table.js'

test('the 21 kinds of requests that several brokers answer are split, and those of streams groups; no other', () => {
  const streamsGroupDescribe = 89
  const kinds = [2, 9, 10, 15, 16, 21, 23, 24, 27, 32, 33, 34, 35, 42, 44, 61, 65, 66, 69, 77, streamsGroupDescribe, 90]
  expect([...sharders.keys()]).toEqual(kinds)
  expect([...splitKeys]).toEqual(kinds)
})
