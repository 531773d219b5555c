import type { ListOffsetsRequest } from '../protocol/api/list-offsets.js'
import type { MetadataRequest } from '../protocol/api/metadata.js'

/**
 * The body as a version takes it, where an older version says the same in other words: Metadata v0 takes an empty list for all topics, and
 * ListOffsets before v2 knows no isolation, since where it is the newest there are no transactions either (KIP-98).
 */
export function suited(key: number, version: number, body: unknown): unknown {
  if (key === 3 && version === 0 && (body as MetadataRequest).topics === null) return { ...(body as MetadataRequest), topics: [] }
  if (key === 2 && version < 2) return { ...(body as ListOffsetsRequest), isolationLevel: 0 }
  return body
}
