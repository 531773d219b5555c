/** Elements of a piece of garbage: 8 kB, a size that engines make among the young. */
const piece = 1000
/** What a record that is looked at leaves behind, in bytes: itself and the views of its key and its value. */
const perRecord = 200
/** How many bytes of young objects there should be for each byte read. Records of which it is less are large ones. */
const share = 0.5
/** The same where `makeRoom` was: twice as many objects then wait for a collection. */
const shareOfMore = 1
/** Bytes of garbage after which a collection has been, whatever one batch holds. */
const enough = 16 * 2 ** 20

/** Small records after which a program is one that reads many. */
const many = 100_000
/** Pieces that survive together: 16 MB, as much as V8 allows for half of its young. */
const survivors = 2000

let read = 0
let owed = 0
/** An engine may leave out what nobody keeps. */
let last: unknown[] = []

/**
 * Lets the engine collect young objects in step with what a consumer reads, by making some that die at once. `bytes`: of buffers that hold `records`
 * and that only the garbage collector will free. Gives how many elements were made.
 *
 * V8 decides by the size of JavaScript objects when to collect the young ones, and frees the buffers that died with them. Large records are much buffer
 * and few objects: on Node 24 their buffers then reach, every 18 MB, the limit that starts a marking of the whole heap, 19 ms of CPU each. Measured at
 * records of 1 kB: 31 markings and 12 young collections without this, 1 and 69 with it; 1.5 and 0.7 us of CPU per record, of which this takes 0.03.
 * Node 20 and Chromium collect the young often enough by themselves.
 */
export function keepPace(bytes: number, records: number): number {
  let made = 0
  const due = bytes * (read >= many ? shareOfMore : share) - records * perRecord
  owed = Math.min(enough, Math.max(0, owed + due))
  for (; owed >= 8 * piece; owed -= 8 * piece) {
    last = new Array(piece)
    made += last.length
  }
  return made
}

/**
 * Lets V8 have more room for young objects, once, when many small records were read. Returns whether it was now.
 *
 * It begins with 1 MB and makes more of it only when that much survives; of records that are looked at and dropped nothing does, so that it collects
 * every few thousand of them, each time with all its threads. Measured on Node 20: 0.17 for 0.22 us of CPU per record of 100 B, 0.21 for 0.30 with lz4,
 * for 20 MB of memory and 15 ms. Node 24 makes the room by itself. Who reads large records alone has no use for it.
 */
export function makeRoom(bytes: number, records: number): boolean {
  if (read >= many || bytes * share > records * perRecord) return false
  read += records
  if (read < many) return false
  const kept: unknown[][] = []
  while (kept.length < survivors) kept.push(new Array(piece))
  last = kept[0]
  return true
}
