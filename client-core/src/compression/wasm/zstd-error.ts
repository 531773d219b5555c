/** zstd's own error codes (zstd_errors.h), stable below 100. A trap has none and counts as `generic`. */
export const zstdError = { generic: 1, memory: 64, outputTooSmall: 70 } as const
