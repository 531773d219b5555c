/** The head of one request: ApiVersions, as large as asked. The guard then lets that many bytes of anything through. */
export function requestHead(size: number, key = 18, version = 0): Uint8Array {
  const head = new Uint8Array(8)
  const view = new DataView(head.buffer)
  view.setInt32(0, size)
  view.setInt16(4, key)
  view.setInt16(6, version)
  return head
}

/** A whole request with a body of zeros. */
export function request(size: number, key = 18, version = 0): Uint8Array {
  const whole = new Uint8Array(4 + size)
  whole.set(requestHead(size, key, version))
  return whole
}
