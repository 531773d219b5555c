import { join } from 'node:path'
import { goProgram } from '../scripts/go.mjs'
import { root } from '../scripts/paths.mjs'
import { must } from '../scripts/run.mjs'

export interface FranzRecord {
  partition: number
  offset: bigint
  timestamp: bigint
  key: Buffer | null
  value: Buffer | null
  headers: { key: string; value: Buffer | null }[]
}
type Line = { partition: number; offset: number; timestamp: number; key: string | null; value: string | null; headers: Header[] }
type Header = { key: string; value: string | null }

/** The first `count` records of a topic as franz-go reads them, byte for byte. */
export async function franzConsume(bootstrap: readonly string[], topic: string, count: number): Promise<FranzRecord[]> {
  const program = await goProgram('witness', join(root, 'e2e', 'witness', 'franz-go'))
  const { stdout } = await must(program, [bootstrap.join(), topic, String(count)], { timeoutMs: 60_000 })
  return stdout.toString().trimEnd().split('\n').map(parse)
}

function parse(line: string): FranzRecord {
  const { partition, offset, timestamp, key, value, headers } = JSON.parse(line) as Line
  return {
    partition,
    offset: BigInt(offset),
    timestamp: BigInt(timestamp),
    key: bytes(key),
    value: bytes(value),
    headers: headers.map(header => ({ key: header.key, value: bytes(header.value) })),
  }
}

const bytes = (base64: string | null): Buffer | null => (base64 === null ? null : Buffer.from(base64, 'base64'))
