import { inRealTime } from '../real-time.js'
import type { Codec } from './codec.js'
import { deflate, deflateStream } from './gzip-deflate.js'
import { inflateMembers } from './gzip-inflate.js'
import { levelFor, outputLimit } from './limits.js'

const levels = { min: 1, max: 9, default: 6 }

/**
 * Input from which the platform's stream takes over, in bytes. It is two to three times as fast as pako (and off the thread in Node), but costs up to
 * 0.4 ms a call and makes it async; measured, it wins from 8 to 16 KB on.
 */
const streamFrom = 16 * 1024

/**
 * gzip: compression by pako, or by the platform's own `CompressionStream` where that is faster and the level is its only one. Decompression always by
 * pako: the platform's is no faster up to 1 MB, is async, and does not stop exactly at the limit.
 */
export const gzip: Codec = {
  name: 'gzip',
  compress(bytes, options) {
    const level = levelFor('gzip', options?.level, levels)
    const streams = level === levels.default && bytes.length >= streamFrom && typeof CompressionStream !== 'undefined'
    return streams ? inRealTime(deflateStream(bytes)) : deflate(bytes, level)
  },
  decompress: (bytes, options) => inflateMembers(bytes, outputLimit('gzip', options), options?.memory),
}
