import { aborted } from '../cluster/retry.js'

interface Blocked {
  readonly bytes: number
  admit(): void
  reject(error: Error): void
}

/** How many records are between `produce` and their answer, and who waits for room. First come, first served. */
export class ProduceBuffer {
  records = 0
  bytes = 0
  #blocked: Blocked[] = []
  readonly #empty = new Set<() => void>()

  constructor(
    private readonly maxRecords: number,
    /** 0 = no limit. */
    private readonly maxBytes: number,
  ) {}

  /** Records buffered and records that wait to be. */
  get total(): number {
    return this.records + this.#blocked.length
  }
  /** Their bytes: of keys, values, header keys and header values. */
  get totalBytes(): number {
    return this.#blocked.reduce((sum, { bytes }) => sum + bytes, this.bytes)
  }
  get isBlocked(): boolean {
    return this.#blocked.length > 0
  }

  hasRoom(bytes: number): boolean {
    return this.#blocked.length === 0 && this.#fits(bytes)
  }
  #fits(bytes: number): boolean {
    return this.records < this.maxRecords && (this.maxBytes === 0 || this.bytes + bytes <= this.maxBytes)
  }

  add(bytes: number): void {
    this.records++
    this.bytes += bytes
  }

  /** Runs `accept` once there is room. What it throws rejects. */
  wait(bytes: number, accept: () => void, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const onAbort = () => {
        this.#blocked.splice(this.#blocked.indexOf(blocked), 1)
        reject(aborted(signal!))
        this.#checkEmpty()
        this.#admit()
      }
      const blocked: Blocked = {
        bytes,
        admit: () => {
          signal?.removeEventListener('abort', onAbort)
          try {
            accept()
            resolve()
          } catch (error) {
            reject(error)
          }
        },
        reject: error => {
          signal?.removeEventListener('abort', onAbort)
          reject(error)
        },
      }
      signal?.addEventListener('abort', onAbort)
      this.#blocked.push(blocked)
    })
  }

  /** Records have left, after their callbacks ran. */
  release(records: number, bytes: number): void {
    this.records -= records
    this.bytes -= bytes
    this.#admit()
    this.#checkEmpty()
  }

  #admit(): void {
    while (this.#blocked.length > 0 && this.#fits(this.#blocked[0].bytes)) this.#blocked.shift()!.admit()
  }

  /** Resolves when nothing is buffered and nobody waits. */
  empty(signal: AbortSignal | undefined): Promise<void> {
    if (this.total === 0) return Promise.resolve()
    return new Promise((resolve, reject) => {
      const done = () => {
        signal?.removeEventListener('abort', onAbort)
        this.#empty.delete(done)
        resolve()
      }
      const onAbort = () => {
        this.#empty.delete(done)
        reject(aborted(signal!))
      }
      if (signal?.aborted) return onAbort()
      signal?.addEventListener('abort', onAbort, { once: true })
      this.#empty.add(done)
    })
  }

  #checkEmpty(): void {
    if (this.total > 0) return
    for (const done of [...this.#empty]) done()
  }

  /** Whoever waits for room now gets none. */
  refuse(error: Error): void {
    const blocked = this.#blocked
    this.#blocked = []
    for (const one of blocked) one.reject(error)
    this.#checkEmpty()
  }
}
