import { expect, test, vi } from 'vitest'
import type { CodecName } from './codec.js'
import { codec } from './index.js'
import { fixture } from './testing/fixtures.js'
import { sha256 } from './testing/samples.js'

// Much work in each test, perhaps on a busy machine.
vi.setConfig({ testTimeout: 60_000 })

/**
 * What other writers wrote, and the content that the reference tools (gzip, lz4 1.9.4, zstd 1.5.4, snappy-java 1.1.10) read from it. librdkafka is
 * 2.0.2; Java is snappy-java 1.1.8 and zstd-jni 1.5.2; Go is pierrec/lz4 v4, klauspost's zstd and s2, golang/snappy, as franz-go uses them.
 */
const log = 'e6f646ad67748f1539e8f64a56bdd6159ea35c6e1dc85f893e0f32e93dc296ce'
const logTwice = '3aa1ba7128157832cde0962e5ce54ef642db7de219f2b2c0c56bb7ddcdba6930'
const empty = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'
const golden: [name: string, codec: CodecName, size: number, sha256: string][] = [
  ['librdkafka-gzip', 'gzip', 206021, 'b2594f10db04597007ed0f034a0f1db5d39c22a4aab64967b0c934856d8bde68'],
  ['librdkafka-snappy', 'snappy', 206021, 'c8b4c8141243ce9097e73fe126f296deda8759aae8c4cf0d5f6a12bda0fbff3c'],
  ['librdkafka-lz4', 'lz4', 206021, '1dd1d9ade93b273b25be91cbe4e1b9d5c1c987233af696c170eb09eddf202a51'],
  // The header checksum of message sets with magic 0 covers the magic number too (KIP-57).
  ['librdkafka-magic0-lz4', 'lz4', 216901, '9955bd1f04a9373cee37ab00f4211ee954a054fefe519ab4df03f7b7ffa108b8'],
  ['librdkafka-zstd', 'zstd', 206021, '442a20345f478a35598e61a02cecc577fb3b71e090f937de0043be361542f0ba'],
  ['java-snappy-0', 'snappy', 0, empty],
  ['java-snappy-100000', 'snappy', 100_000, log],
  // Of nothing zstd-jni's stream makes nothing, not even a frame.
  ['java-zstd-0', 'zstd', 0, empty],
  ['java-zstd-100000', 'zstd', 100_000, log],
  ['go-snappy-100000', 'snappy', 100_000, log],
  ['go-s2snappy-100000', 'snappy', 100_000, log],
  // Blocks of 4 MB and a content checksum.
  ['go-lz4-100000', 'lz4', 100_000, log],
  ['go-zstd-100000', 'zstd', 100_000, log],
  ['go-zstd-200', 'zstd', 200, 'e78b436df216e3398579856070e13ea6a120c557bedab581f16fb0d9ee160350'],
  ['cli-gzip-9', 'gzip', 100_000, log],
  // Three members: one with a file name, one of nothing, one plain.
  ['cli-gzip-members', 'gzip', 200_000, logTwice],
  ['cli-lz4-linked', 'lz4', 100_000, log],
  ['cli-lz4-linked-checksums', 'lz4', 100_000, log],
  ['cli-lz4-4mb', 'lz4', 100_000, log],
  // Skippable frames before, and between, a frame without and one with a checksum.
  ['cli-zstd-frames', 'zstd', 200_000, logTwice],
  ['cli-zstd-window128', 'zstd', 100_000, log],
  // 4 KB that come again 20 MiB later, and nothing but zeros between: a window of 32 MiB that is used.
  ['cli-zstd-window32m', 'zstd', 20_979_712, '2b240cbc26b4d67723557bdb7426824c822eec6adf0982127a970be3b6ee588a'],
]

test.each(golden)('%s decodes as its reference tool decodes it', async (name, codecName, size, digest) => {
  const bytes = await (await codec(codecName)).decompress(await fixture(name))
  expect(bytes.length).toBe(size)
  expect(await sha256(bytes)).toBe(digest)
})
