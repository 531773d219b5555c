import { expect, test } from 'vitest'
import { ConsumerProtocolAssignment, ConsumerProtocolSubscription, EndTxnMarker } from './data/index.js'
import { decodeVersioned, encodeVersioned } from './versioned.js'

const hex = (bytes: Uint8Array) => Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('')

test('the version stands in front', () => {
  expect(hex(encodeVersioned(EndTxnMarker, { coordinatorEpoch: 5 }, 0))).toBe('0000' + '00000005')
  const bytes = encodeVersioned(ConsumerProtocolSubscription, { topics: ['a'] }, 0)
  expect(hex(bytes)).toBe('0000' + '00000001' + '000161' + 'ffffffff')
  expect(decodeVersioned(ConsumerProtocolSubscription, bytes)).toMatchObject({
    version: 0,
    value: { topics: ['a'], userData: null, rackId: null },
  })
})

test('a newer member is read as far as we know its layout', () => {
  const bytes = encodeVersioned(ConsumerProtocolAssignment, { assignedPartitions: [{ topic: 't', partitions: [1] }] }, 3)
  const newer = new Uint8Array([0, 9, ...bytes.subarray(2), 1, 2, 3])
  expect(decodeVersioned(ConsumerProtocolAssignment, newer)).toMatchObject({
    version: 9,
    value: { assignedPartitions: [{ topic: 't', partitions: [1] }] },
  })
})

test('a version below the first is refused', () => {
  expect(() => decodeVersioned(EndTxnMarker, new Uint8Array([0xff, 0xff, 0, 0, 0, 0]))).toThrow(
    'EndTxnMarker has the versions 0 to 0, not -1',
  )
})
