/** Bytes that cannot be collected, on the heap and in array buffers; for a program that runs with --expose-gc. */
export function held() {
  globalThis.gc?.()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}
