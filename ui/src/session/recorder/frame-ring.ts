/** Payload bytes of recent requests and answers under a byte budget; the oldest go first. A `Map` keeps the order in which they came. */
export type FrameSide = 'request' | 'response'

const keyOf = (requestId: number, side: FrameSide) => requestId * 2 + (side === 'request' ? 0 : 1)

export class FrameRing {
  private readonly frames = new Map<number, Uint8Array>()
  private held = 0

  /** `largestBytes`: a bigger frame is not kept at all, so that one Fetch does not empty the ring. */
  constructor(
    readonly budgetBytes: number,
    readonly largestBytes: number,
  ) {}

  get bytes(): number {
    return this.held
  }

  /** Keeps a frame; false when it is larger than one frame may be. */
  put(requestId: number, side: FrameSide, frame: Uint8Array): boolean {
    if (frame.byteLength > this.largestBytes) return false
    // A small view would keep the whole buffer that it was cut from.
    const kept = frame.buffer.byteLength > frame.byteLength * 2 ? frame.slice() : frame
    const key = keyOf(requestId, side)
    this.drop(key)
    this.frames.set(key, kept)
    this.held += kept.buffer.byteLength
    while (this.held > this.budgetBytes) this.drop(this.frames.keys().next().value)
    return true
  }

  get(requestId: number, side: FrameSide): Uint8Array | undefined {
    return this.frames.get(keyOf(requestId, side))
  }

  clear(): void {
    this.frames.clear()
    this.held = 0
  }

  private drop(key: number | undefined): void {
    const frame = key === undefined ? undefined : this.frames.get(key)
    if (!frame) return
    this.frames.delete(key as number)
    this.held -= frame.buffer.byteLength
  }
}
