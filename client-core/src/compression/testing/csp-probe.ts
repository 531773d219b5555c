import type { CodecName } from '../codec.js'
import { codec } from '../index.js'
import { logs, same } from './samples.js'

/** What each codec did where this runs: `ok`, or the error. `new Function` is there to show that the policy is in force. */
export async function probe(): Promise<Record<string, string>> {
  const large = logs(9 * 2 ** 20)
  return {
    'new Function': await outcome(() => new Function('return 1')()),
    gzip: await outcome(() => roundTrip('gzip', logs(2000))),
    'gzip, large': await outcome(() => roundTrip('gzip', large)),
    snappy: await outcome(() => roundTrip('snappy', logs(200_000))),
    lz4: await outcome(() => roundTrip('lz4', logs(200_000))),
    zstd: await outcome(() => roundTrip('zstd', logs(200_000))),
    'zstd, large': await outcome(() => roundTrip('zstd', large)),
  }
}

async function roundTrip(name: CodecName, bytes: Uint8Array): Promise<void> {
  const loaded = await codec(name)
  if (!same(await loaded.decompress(await loaded.compress(bytes)), bytes)) throw new Error('the content changed')
}

async function outcome(work: () => unknown): Promise<string> {
  try {
    await work()
    return 'ok'
  } catch (error) {
    return error instanceof Error ? error.name : String(error)
  }
}
