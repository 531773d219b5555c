import { expect, test } from 'vitest'
import { sharderOf } from './find.js'
import { rareSharders } from './table.js'

test('the 21 kinds of requests that several brokers answer are split, and those of streams groups; no other', async () => {
  const split: number[] = []
  for (let key = 0; key < 100; key++) if (await sharderOf(key)) split.push(key)
  const streamsGroupDescribe = 89
  const kinds = [2, 9, 10, 15, 16, 21, 23, 24, 27, 32, 33, 34, 35, 42, 44, 61, 65, 66, 69, 77, streamsGroupDescribe, 90]
  expect(split).toEqual(kinds)
  for (const [key, sharder] of rareSharders) expect(await sharderOf(key)).toBe(sharder)
})
