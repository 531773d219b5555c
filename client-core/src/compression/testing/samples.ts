/** Bytes that look like nothing: no codec makes them smaller. The same for the same seed. */
export function noise(size: number, seed = 1): Uint8Array {
  const bytes = new Uint8Array(size)
  let state = seed | 0
  for (let i = 0; i < size; i++) {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    bytes[i] = state >>> 11
  }
  return bytes
}

const services = ['gateway', 'inventory', 'orders', 'billing']
const levels = ['INFO', 'INFO', 'DEBUG', 'WARN', 'ERROR']

/** JSON log lines, cut at `size`: what topics are full of. */
export function logs(size: number): Uint8Array {
  const random = noise(16384, 7)
  let text = ''
  for (let i = 0; text.length < Math.min(size, 2 ** 20); i++) {
    const id = random[i % 16384] * 65536 + random[(i * 7) % 16384] * 256 + random[(i * 13) % 16384]
    const service = services[id % services.length]
    const line = {
      ts: 1_700_000_000_000 + i * 37,
      level: levels[id % levels.length],
      service,
      trace: id.toString(16),
      msg: 'request completed',
      ms: id % 997,
    }
    text += `${JSON.stringify(line)}\n`
  }
  const unit = new TextEncoder().encode(text)
  const bytes = new Uint8Array(size)
  // A number in each repetition keeps them from being the same.
  for (let at = 0; at < size; at += unit.length) {
    bytes.set(unit.subarray(0, size - at), at)
    bytes[at] = at / unit.length
  }
  return bytes
}

export function join(...parts: Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((size, part) => size + part.length, 0))
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}

export async function sha256(bytes: Uint8Array): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', new Uint8Array(bytes)))
  return Array.from(digest, byte => byte.toString(16).padStart(2, '0')).join('')
}

/** Equality without building a difference, which takes minutes for megabytes. */
export function same(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}

/** What a call throws or rejects with; the call must fail. */
export async function failure(call: () => unknown): Promise<unknown> {
  try {
    await call()
  } catch (error) {
    return error
  }
  throw new Error('the call was expected to fail and did not')
}
