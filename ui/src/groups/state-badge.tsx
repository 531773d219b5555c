/** A group's state in Kafka's word, with its colour and mark. */
import { Badge, type Tone } from '../parts/Badge.js'
import type { IconName } from '../parts/Icon.js'

interface Look {
  tone: Tone
  icon?: IconName
  /** Sorting: what needs a look comes first. */
  rank: number
}

const looks = new Map<string, Look>([
  ['Dead', { tone: 'err', icon: 'close', rank: 0 }],
  ['PreparingRebalance', { tone: 'live', icon: 'refresh', rank: 1 }],
  ['CompletingRebalance', { tone: 'live', icon: 'refresh', rank: 1 }],
  ['Assigning', { tone: 'live', icon: 'refresh', rank: 1 }],
  ['Reconciling', { tone: 'live', icon: 'refresh', rank: 1 }],
  ['Stable', { tone: 'ok', icon: 'check', rank: 2 }],
  ['Empty', { tone: 'idle', rank: 3 }],
])

export const rankOf = (state: string | null): number => looks.get(state ?? '')?.rank ?? 4

export function StateBadge({ state }: { state: string | null }) {
  if (state === null) return <span className="t3">not told</span>
  const look = looks.get(state)
  if (!look) return <Badge>{state}, not known to this version</Badge>
  return (
    <Badge tone={look.tone} icon={look.icon}>
      {state}
    </Badge>
  )
}
