import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import * as sandboxNode from './sandbox/node/index.js'
import * as node from './transport/node/index.js'

/** Entry points of the package, and those that are still to come. */
const entries = [
  '.',
  './compression',
  './protocol',
  './records',
  './sandbox',
  './sandbox/node',
  './sasl',
  './transport/memory',
  './transport/node',
  './transport/websocket',
]
const later = ['./admin', './format', './registry', './transport/port']

test('the package has its entry points, and none of those to come', async () => {
  const { exports } = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8')) as { exports: object }
  expect(entries.filter(entry => !(entry in exports))).toEqual([])
  expect(later.filter(entry => entry in exports)).toEqual([])
})

test('/transport/node has tcp and tls, /sandbox/node has listen', () => {
  expect([typeof node.tcp, typeof node.tls, typeof sandboxNode.listen]).toEqual(['function', 'function', 'function'])
})
