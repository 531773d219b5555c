import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ClientError } from '../error.js'
import { apis } from './apis.js'
import { decode, encode } from './codec.js'
import { explain } from './explain.js'
import type { Message } from './message.js'
import { anyInput } from './testing/arbitrary.js'

const seed = 99
const responses: readonly Message[] = [...apis.values()].map(({ response }) => response)
const versionsOf = ({ versions: [first, last] }: Message) => Array.from({ length: last - first + 1 }, (_, i) => first + i)

/** One change of the kind that broken software makes. */
const anyMutation = fc.oneof(
  fc.record({ is: fc.constant('byte' as const), at: fc.nat(), value: fc.integer({ min: 0, max: 255 }) }),
  fc.record({ is: fc.constant('cut' as const), at: fc.nat() }),
  fc.record({ is: fc.constant('insert' as const), at: fc.nat(), bytes: fc.uint8Array({ minLength: 1, maxLength: 8 }) }),
  fc.record({ is: fc.constant('length' as const), at: fc.nat(), value: fc.constantFrom(0x7fffffff, -1, -2, 0x7fff0000, 0xffffff0f | 0) }),
)
type Mutation = typeof anyMutation extends fc.Arbitrary<infer M> ? M : never

function mutate(bytes: Uint8Array, mutation: Mutation): Uint8Array {
  const at = mutation.at % (bytes.length + 1)
  switch (mutation.is) {
    case 'cut':
      return bytes.slice(0, at)
    case 'insert':
      return Uint8Array.from([...bytes.subarray(0, at), ...mutation.bytes, ...bytes.subarray(at)])
    case 'byte': {
      const changed = bytes.slice()
      if (at < bytes.length) changed[at] = mutation.value
      return changed
    }
    case 'length': {
      const changed = bytes.slice()
      if (at + 4 <= bytes.length) new DataView(changed.buffer).setInt32(at, mutation.value)
      return changed
    }
  }
}

/** Objects and array slots that decoding made; what is frozen is shared and was there before. */
function made(value: unknown): number {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array || Object.isFrozen(value)) return 0
  if (value instanceof Map) return value.size
  if (Array.isArray(value)) return value.reduce<number>((sum, item) => sum + 1 + made(item), 0)
  return Object.values(value).reduce<number>((sum, item) => sum + made(item), 1)
}

describe('a broken answer is MALFORMED or harmless, and never makes more than its bytes can hold', () => {
  test.each(responses.map(message => [message.name, message] as const))('%s', (_, message) => {
    for (const version of versionsOf(message)) {
      fc.assert(
        fc.property(anyInput(message, version), fc.array(anyMutation, { minLength: 1, maxLength: 3 }), (input, mutations) => {
          const bytes = mutations.reduce(mutate, encode(message, input, version))
          try {
            // An item is a slot and an object at most, and takes a byte at least.
            expect(made(decode(message, bytes, version))).toBeLessThanOrEqual(2 * bytes.length + 1)
          } catch (error) {
            if (!(error instanceof ClientError)) throw error
            expect(error.code).toBe('MALFORMED')
          }
          const { tree } = explain(message, bytes, version)
          expect(tree.length).toBeLessThanOrEqual(bytes.length)
        }),
        { seed, numRuns: 40 },
      )
    }
  })
})

test('noise is refused in time that its length bounds', () => {
  for (const message of responses) {
    for (const version of versionsOf(message)) {
      fc.assert(
        fc.property(fc.uint8Array({ minLength: 0, maxLength: 400 }), bytes => {
          try {
            decode(message, bytes, version)
          } catch (error) {
            expect(error).toMatchObject({ code: 'MALFORMED' })
          }
        }),
        { seed, numRuns: 10 },
      )
    }
  }
})
