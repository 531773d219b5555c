/**
 * The assignment inside a classic consumer group's member: Kafka's ConsumerProtocolAssignment, versions 0 to 3, whose fields this reads alike. A
 * group may also be of something else than consumers (Connect workers), or hold anything: nothing here is trusted.
 */
export interface AssignedTopic {
  topic: string
  partitions: number[]
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** null when the bytes are no such assignment; empty bytes are an empty assignment. */
export function readAssignment(bytes: Uint8Array): AssignedTopic[] | null {
  if (bytes.byteLength === 0) return []
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let at = 2
  const int32 = () => {
    at += 4
    return view.getInt32(at - 4)
  }
  const count = (itemBytes: number) => {
    const items = int32()
    if (items < 0 || items * itemBytes > bytes.byteLength - at) throw new RangeError('count')
    return items
  }
  try {
    if (view.getInt16(0) < 0) return null
    return Array.from({ length: count(6) }, () => {
      const length = view.getInt16(at)
      if (length < 0 || length > bytes.byteLength - at - 2) throw new RangeError('length')
      const topic = utf8.decode(bytes.subarray(at + 2, at + 2 + length))
      at += 2 + length
      return { topic, partitions: Array.from({ length: count(4) }, int32) }
    })
  } catch {
    return null
  }
}
