/** A small tag: tint and word, with an icon when it is a state. `line` is for facts about data: null, empty, bytes. */
import type { ReactNode } from 'react'
import { Icon, type IconName } from './Icon.js'

export type Tone = 'ok' | 'warn' | 'err' | 'live' | 'idle' | 'line'

export function Badge({ tone = 'idle', icon, children }: { tone?: Tone; icon?: IconName; children: ReactNode }) {
  return (
    <span className={tone === 'idle' ? 'badge' : `badge ${tone}`}>
      {icon && <Icon name={icon} small />}
      {children}
    </span>
  )
}
