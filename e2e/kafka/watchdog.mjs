/**
 * Ends what its parent started when the parent is gone, however it went: the parent's end closes our standard input. It writes one JSON line per
 * process: `{ "pid": 1, "remove": "directory" }`, and `{ "pid": 1, "gone": true }` when that ended by itself.
 */
import { rmSync } from 'node:fs'
import { createInterface } from 'node:readline'

/** @type {Map<number, string | undefined>} */
const watched = new Map()

// The parent decides when to end, not a signal to its process group.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => {})

const lines = createInterface({ input: process.stdin })
lines.on('line', line => {
  const { pid, remove, gone } = JSON.parse(line)
  if (gone) watched.delete(pid)
  else watched.set(pid, remove)
})
lines.on('close', () => {
  for (const [pid, remove] of watched) {
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // It ended already.
    }
    if (remove) rmSync(remove, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
  }
})
