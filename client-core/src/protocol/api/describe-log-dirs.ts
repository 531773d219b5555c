import { api, type Input, type Output } from '../message.js'
import { array, bool, byDefault, ignorable, int16, int32, int64, nullable, since, string } from '../schema.js'

const describeLogDirs = api(35, 'DescribeLogDirs', { versions: [0, 5], flexible: 2 })

/** The answer to DescribeLogDirsRequest. */
export const DescribeLogDirsResponse = describeLogDirs.response({
  throttleTimeMs: int32,
  errorCode: int16(since(3), ignorable),
  results: array({
    errorCode: int16,
    logDir: string,
    topics: array({
      name: string,
      partitions: array({
        partitionIndex: int32,
        partitionSize: int64,
        offsetLag: int64,
        isFutureKey: bool,
      }),
    }),
    totalBytes: int64(since(4), byDefault(-1n), ignorable),
    usableBytes: int64(since(4), byDefault(-1n), ignorable),
    isCordoned: bool(since(5), byDefault(false), ignorable),
  }),
})
export type DescribeLogDirsResponse = Output<typeof DescribeLogDirsResponse>

/** What a broker's log directories hold (KIP-113). v4: sizes of the volume (KIP-827); v5: whether it is cordoned. */
export const DescribeLogDirsRequest = describeLogDirs.request(DescribeLogDirsResponse, {
  topics: array({ topic: string, partitions: array(int32) }, nullable()),
})
export type DescribeLogDirsRequest = Input<typeof DescribeLogDirsRequest>
