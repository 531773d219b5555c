/** The seven families of Wire by API key: a hue and a three-letter code each. */
import { type ApiFamily, apiFamilies } from '../wire-protocol.js'

const keys: Record<Exclude<ApiFamily, 'met'>, readonly number[]> = {
  prd: [0],
  // Fetch, ListOffsets, OffsetForLeaderEpoch, ShareFetch, ShareAcknowledge
  fet: [1, 2, 23, 78, 79],
  // commits, coordinators, members, group descriptions (classic, KIP-848, share, streams)
  grp: [8, 9, 10, 11, 12, 13, 14, 15, 16, 42, 47, 68, 69, 76, 77, 88, 89, 90, 91, 92],
  // InitProducerId to TxnOffsetCommit, DescribeProducers, Describe/ListTransactions
  txn: [22, 24, 25, 26, 27, 28, 61, 65, 66],
  // create, delete, alter; delegation tokens; elections; quotas; SCRAM; features; client metrics; voters
  adm: [19, 20, 21, 30, 31, 33, 34, 37, 38, 39, 40, 43, 44, 45, 49, 51, 57, 64, 80, 81],
  // SaslHandshake, ApiVersions, SaslAuthenticate
  aut: [17, 18, 36],
}

const familyIndex = new Uint8Array(256)
for (const [family, list] of Object.entries(keys)) {
  for (const key of list) familyIndex[key] = apiFamilies.indexOf(family as ApiFamily)
}

/** Its position in `apiFamilies`; what is not listed describes or lists. */
export const familyIndexOf = (apiKey: number): number => familyIndex[apiKey & 0xff]

export const familyOf = (apiKey: number): ApiFamily => apiFamilies[familyIndexOf(apiKey)]

/** Heartbeat, ConsumerGroupHeartbeat, ShareGroupHeartbeat, StreamsGroupHeartbeat: folded when nothing is wrong with them. */
export const isHeartbeat = (apiKey: number): boolean => apiKey === 12 || apiKey === 68 || apiKey === 76 || apiKey === 88

/**
 * Frames that carry credentials are never kept: SaslAuthenticate, AlterUserScramCredentials and the four APIs of delegation tokens, whose
 * answers hold the HMAC.
 */
export function hiddenBecause(apiKey: number): 'SASL' | 'credentials' | null {
  if (apiKey === 36) return 'SASL'
  return apiKey === 51 || (apiKey >= 38 && apiKey <= 41) ? 'credentials' : null
}
