/** Which groups the list shows, in which order. */
import { matches } from '../filter/match.js'
import type { Filter } from '../filter/parse.js'
import type { Sort } from '../parts/grid-columns.js'
import { flag, text } from '../route/query.js'
import type { GroupInfo, GroupSummary } from '../session/protocol.js'
import type { Fact } from '../store/lazy-facts.js'
import { rankOf } from './state-badge.js'

export const groupsQuery = { f: text(), state: text(), type: text(), lag: flag(), sort: text() }

export const groupFields = ['state', 'type', 'protocol', 'coordinator', 'lag', 'members'] as const

export type Summaries = ReadonlyMap<string, Fact<GroupSummary>>

export interface GroupChoice {
  filter: Filter
  state: string
  type: string
  withLag: boolean
}

export function chosenGroups(groups: readonly GroupInfo[], choice: GroupChoice, summaries: Summaries): GroupInfo[] {
  return groups.filter(group => {
    if (choice.state && stateOf(group, summaries) !== choice.state) return false
    if (choice.type && group.type !== choice.type) return false
    if (choice.withLag && (summaries.get(group.group)?.value?.lag ?? 0n) <= 0n) return false
    return matches(choice.filter, field => fieldOf(group, field, summaries))
  })
}

/** The state as last described, else as listed. */
export const stateOf = (group: GroupInfo, summaries: Summaries): string | null => summaries.get(group.group)?.value?.state ?? group.state

function fieldOf(group: GroupInfo, field: string | null, summaries: Summaries) {
  const summary = summaries.get(group.group)?.value
  switch (field) {
    case 'state':
      return stateOf(group, summaries)
    case 'type':
      return group.type
    case 'protocol':
      return group.protocolType
    case 'coordinator':
      return group.coordinator
    case 'lag':
      return summary?.lag ?? null
    case 'members':
      return summary?.members ?? null
    default:
      return group.group
  }
}

/** By state, what needs a look first, then by lag; or by a column. */
export function sortGroups(groups: readonly GroupInfo[], sort: Sort, summaries: Summaries): GroupInfo[] {
  const keyed = groups.map(group => ({ group, keys: keysOf(group, sort?.column ?? '', summaries) }))
  const turn = sort?.down ? -1 : 1
  keyed.sort((a, b) => turn * compareKeys(a.keys, b.keys) || (a.group.group < b.group.group ? -1 : 1))
  return keyed.map(({ group }) => group)
}

type Key = string | number | bigint

function keysOf(group: GroupInfo, column: string, summaries: Summaries): Key[] {
  const summary = summaries.get(group.group)?.value
  const lag = summary?.lag ?? -1n
  switch (column) {
    case 'group':
      return [group.group]
    case 'type':
      return [group.type ?? '']
    case 'members':
      return [summary?.members ?? -1]
    case 'coordinator':
      return [group.coordinator]
    case 'lag':
      return [lag]
    default:
      return [rankOf(stateOf(group, summaries)), -lag]
  }
}

function compareKeys(a: readonly Key[], b: readonly Key[]): number {
  for (let at = 0; at < a.length; at++) {
    if (a[at] < b[at]) return -1
    if (a[at] > b[at]) return 1
  }
  return 0
}
