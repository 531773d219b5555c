import { data, type Input } from '../message.js'
import { array, byDefault, ignorable, int32, since, string } from '../schema.js'

/**
 * What a member that uses the `sticky` assignor puts into `userData` of its subscription: what it had, without a version in front. v1: the
 * generation it had it in (KIP-341); Java takes bytes that are no v1 for v0.
 */
export const StickyAssignorUserData = data(
  'StickyAssignorUserData',
  { versions: [0, 1] },
  {
    previousAssignment: array({ topic: string, partitions: array(int32) }),
    generation: int32(since(1), byDefault(-1), ignorable),
  },
)
export type StickyAssignorUserData = Input<typeof StickyAssignorUserData>

/** What a member that uses the `cooperative-sticky` assignor puts there before v2 of the subscription, which has the generation itself. */
export const CooperativeStickyAssignorUserData = data('CooperativeStickyAssignorUserData', { versions: [0, 0] }, { generation: int32 })
export type CooperativeStickyAssignorUserData = Input<typeof CooperativeStickyAssignorUserData>
