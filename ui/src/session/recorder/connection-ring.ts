/** Recent dials and disconnects: rare beside requests, so objects are cheap enough. */
export interface ConnectionRecord {
  /** Counts the events of this ring; never reused. */
  sequence: number
  is: 'connect' | 'disconnect'
  broker: number
  address: string
  connectionId: number
  purpose: string
  /** Start of the dial, or the moment of the disconnect; ms since the epoch. */
  at: number
  durationMs: number
  dialMs: number
  /** Empty: it went well. */
  error: string
}

export class ConnectionRing {
  private readonly records: ConnectionRecord[] = []
  private sequence = 0

  constructor(readonly capacity: number) {}

  add(record: Omit<ConnectionRecord, 'sequence'>): void {
    this.records[this.sequence % this.capacity] = { sequence: this.sequence, ...record }
    this.sequence++
  }

  get added(): number {
    return this.sequence
  }

  get(sequence: number): ConnectionRecord | undefined {
    const record = this.records[sequence % this.capacity]
    return record?.sequence === sequence ? record : undefined
  }

  /** Oldest first. */
  *[Symbol.iterator](): Generator<ConnectionRecord> {
    for (let i = Math.max(0, this.sequence - this.capacity); i < this.sequence; i++) {
      const record = this.get(i)
      if (record) yield record
    }
  }

  clear(): void {
    this.records.length = 0
  }
}
