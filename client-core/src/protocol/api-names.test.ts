import { expect, test } from 'vitest'
import { apiName } from './api-names.js'
import { apis } from './apis.js'

test('every API has the name of its messages', () => {
  for (const { key, name } of apis.values()) expect([key, apiName(key)]).toEqual([key, name])
})
test('what Kafka has not given out goes by its number', () => {
  expect([apiName(999), apiName(-1)]).toEqual(['999', '-1'])
})
