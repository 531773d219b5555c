/** A piece of memory that records are read from: it is used again when all who hold it have let go. Who never lets go leaves it to the garbage collector. */
export interface Lease {
  /** Of the exact length that was asked for; not zeroed. */
  readonly bytes: Uint8Array<ArrayBuffer>
  hold(): void
  release(): void
  /** Memory for what is decompressed out of this; it holds this one as long as it is held itself. */
  lend(length: number): Lease
}
