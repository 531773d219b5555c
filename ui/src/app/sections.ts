/** The sections of the rail. One that cannot be served stays, with its reason. */
import type { IconName } from '../parts/Icon.js'
import type { Place } from '../route/route.js'

export interface Section {
  id: string
  label: string
  icon: IconName
  /** The second key after `g`. */
  key: string
  place: Place | null
  reason?: string
  /** The pages that light it up. */
  pages: readonly Place['page'][]
}

export const clusterSections: readonly Section[] = [
  { id: 'topics', label: 'Topics', icon: 'topics', key: 't', place: { page: 'topics' }, pages: ['topics', 'topic'] },
  { id: 'messages', label: 'Messages', icon: 'messages', key: 'm', place: { page: 'messages' }, pages: ['messages'] },
  { id: 'groups', label: 'Groups', icon: 'groups', key: 'g', place: { page: 'groups' }, pages: ['groups', 'group'] },
  {
    id: 'brokers',
    label: 'Brokers',
    icon: 'brokers',
    key: 'b',
    place: null,
    pages: [],
    reason: 'Brokers: this version reads topics, records and groups only',
  },
  {
    id: 'security',
    label: 'Security',
    icon: 'key',
    key: 's',
    place: null,
    pages: [],
    reason: 'Security: this version does not read ACLs and users',
  },
  { id: 'schemas', label: 'Schemas', icon: 'schemas', key: 'c', place: null, pages: [], reason: 'Schemas: no registry configured' },
  {
    id: 'transactions',
    label: 'Transactions',
    icon: 'transactions',
    key: 'x',
    place: null,
    pages: [],
    reason: 'Transactions: this version does not read them',
  },
]

export const clientSections: readonly Section[] = [
  { id: 'wire', label: 'Wire', icon: 'wire', key: 'w', place: { page: 'wire' }, pages: ['wire'] },
  { id: 'metrics', label: 'Metrics', icon: 'metrics', key: 'e', place: { page: 'metrics' }, pages: ['metrics'] },
]
