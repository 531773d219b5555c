import { ClientError } from '../../error.js'
import { basicConsistentPartitioner } from './basic-consistent.js'
import type { Partitioner } from './partitioner.js'

/** Records must say their partition; one that does not is refused with `INVALID_RECORD`. */
export function manualPartitioner(): Partitioner {
  return basicConsistentPartitioner(topic => (_, n) => {
    throw new ClientError(
      'INVALID_RECORD',
      `partition is required with manualPartitioner: ${topic} has ${n}, counted from 0, and the record names none`,
    )
  })
}
