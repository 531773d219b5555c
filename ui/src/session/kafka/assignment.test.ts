import { ConsumerProtocolAssignment, encodeVersioned } from '@milena/client-core/protocol'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readAssignment } from './assignment.js'

test('topics and partitions of a member, whatever the version', () => {
  const assignedPartitions = [
    { topic: 'orders', partitions: [0, 7] },
    { topic: '__proto__', partitions: [] },
  ]
  for (const version of [0, 1, 2, 3]) {
    expect(readAssignment(encodeVersioned(ConsumerProtocolAssignment, { assignedPartitions, userData: null }, version))).toEqual(
      assignedPartitions,
    )
  }
})

test('no bytes are an empty assignment; any other bytes are none, never an exception', () => {
  expect(readAssignment(new Uint8Array())).toEqual([])
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 64 }), bytes => {
      const found = readAssignment(bytes)
      expect(found === null || Array.isArray(found)).toBe(true)
    }),
  )
})
