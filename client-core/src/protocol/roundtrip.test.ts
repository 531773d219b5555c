import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { apis } from './apis.js'
import { decode, encode } from './codec.js'
import * as data from './data/index.js'
import { type Explained, explain } from './explain.js'
import type { Message } from './message.js'
import { anyInput, expectedOutput } from './testing/arbitrary.js'

const messages: readonly Message[] = [...[...apis.values()].flatMap(({ request, response }) => [request, response]), ...Object.values(data)]
const versionsOf = ({ versions: [first, last] }: Message) => Array.from({ length: last - first + 1 }, (_, i) => first + i)
const runs = { numRuns: 12, seed: 4400 }

describe('whatever a message can carry comes back, at every version', () => {
  test.each(messages.map(message => [message.name, message] as const))('%s', (_, message) => {
    for (const version of versionsOf(message)) {
      fc.assert(
        fc.property(anyInput(message, version), input => {
          const bytes = encode(message, input, version)
          const output = decode(message, bytes, version)
          expect(output).toEqual(expectedOutput(message.fields, version, input))
          expect(encode(message, output, version)).toEqual(bytes)
        }),
        runs,
      )
    }
  })
})

test('an explanation places every field where the codec wrote it', () => {
  /** Children stand behind each other, inside their parent. */
  const check = (node: Explained): void => {
    let at = node.offset
    for (const child of node.children ?? []) {
      expect(child.offset).toBeGreaterThanOrEqual(at)
      check(child)
      at = child.offset + child.length
    }
    expect(at).toBeLessThanOrEqual(node.offset + node.length)
  }
  for (const message of messages) {
    for (const version of versionsOf(message)) {
      fc.assert(
        fc.property(anyInput(message, version), input => {
          const bytes = encode(message, input, version)
          const { tree, error } = explain(message, bytes, version)
          expect(error).toBeUndefined()
          expect(tree.length).toBe(bytes.length)
          check(tree)
        }),
        { ...runs, numRuns: 2 },
      )
    }
  }
})
