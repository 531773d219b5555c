/** Facts as label over value; what is not known is a dash with its reason, never a zero. */
import type { ReactNode } from 'react'

export interface FactItem {
  label: string
  value: ReactNode
}

export function KvStrip({ items }: { items: readonly FactItem[] }) {
  return (
    <dl className="kv">
      {items.map(({ label, value }) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}

export function KvList({ items, className = '' }: { items: readonly FactItem[]; className?: string }) {
  return (
    <dl className={`kvl ${className}`}>
      {items.map(({ label, value }) => (
        <div key={label} className="pair">
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}

export function Unknown({ because }: { because: string }) {
  return (
    <span className="t3" title={because}>
      –<span className="sr">{because}</span>
    </span>
  )
}
