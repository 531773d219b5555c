/** Cells of the topics list that take their own figures: a row is drawn again when its offsets come, the list is not. */
import { useStore } from 'zustand'
import { useApp } from '../app/app.js'
import { durationParts, grouped, rounded } from '../format/numbers.js'
import { Badge } from '../parts/Badge.js'
import { Unknown } from '../parts/Kv.js'
import type { Fault, TopicInfo } from '../session/protocol.js'
import { healthOf, inRate, offsetSpan } from '../store/topics.js'

export function HealthCell({ topic }: { topic: TopicInfo }) {
  if (topic.fault) {
    return (
      <Badge tone="err" icon="close">
        {topic.fault.code}
      </Badge>
    )
  }
  const { leaderless, underReplicated, offline } = healthOf(topic.partitions)
  if (leaderless > 0) {
    return (
      <Badge tone="err" icon="close">
        {leaderless} leaderless
      </Badge>
    )
  }
  if (underReplicated > 0) {
    return (
      <Badge tone="warn" icon="warn">
        {underReplicated} under-replicated
      </Badge>
    )
  }
  if (offline > 0) {
    return (
      <Badge tone="warn" icon="warn">
        {offline} with offline replicas
      </Badge>
    )
  }
  return <span className="t3">ok</span>
}

const why = (fault: Fault) => `${fault.what} · ${fault.code} · ${fault.message}`

export function SpanCell({ topic }: { topic: string }) {
  const fact = useStore(useApp().topics.offsets.store, facts => facts.get(topic))
  if (!fact) return <i className="skel" style={{ width: 72 }} />
  const span = fact.value && offsetSpan(fact.value)
  if (span == null) return <Unknown because={fact.fault ? why(fact.fault) : 'no partition answered'} />
  const missing = fact.value?.partitions.filter(partition => partition.latest === null).length ?? 0
  return (
    <span className="mono" title={missing > 0 ? `without ${missing} partitions that did not answer` : undefined}>
      {grouped(span)}
      {missing > 0 && <span className="warn"> !</span>}
    </span>
  )
}

export function RateCell({ topic }: { topic: string }) {
  const fact = useStore(useApp().topics.offsets.store, facts => facts.get(topic))
  const rate = fact ? inRate(fact) : null
  return rate === null ? <Unknown because="known after two looks at the end offsets" /> : rounded(rate)
}

export function CleanupCell({ topic }: { topic: string }) {
  const fact = useStore(useApp().topics.configs.store, facts => facts.get(topic))
  if (!fact) return <i className="skel" style={{ width: 48 }} />
  if (!fact.value) return <Unknown because={fact.fault ? why(fact.fault) : 'not known'} />
  return <span className="t2">{fact.value.cleanup ?? '–'}</span>
}

export function RetentionCell({ topic }: { topic: string }) {
  const fact = useStore(useApp().topics.configs.store, facts => facts.get(topic))
  if (!fact) return <i className="skel" style={{ width: 28 }} />
  const retention = fact.value?.retention ?? null
  const compactOnly = fact.value?.cleanup === 'compact'
  if (retention === null) return <Unknown because={fact.fault ? why(fact.fault) : 'not known'} />
  if (retention < 0n || compactOnly) return <span className="t2">∞</span>
  const { value, unit } = durationParts(Number(retention))
  return (
    <span className="t2">
      {value} {unit}
    </span>
  )
}
