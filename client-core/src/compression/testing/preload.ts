/** All codecs, loaded before tests begin: virtual time waits neither for a module nor for what it compiles. */
import { codec } from '../index.js'

await Promise.all((['gzip', 'snappy', 'lz4', 'zstd'] as const).map(codec))
