/** The members of a group and what each reads; for KIP-848 groups also what the coordinator wants it to read. */
import { useMemo } from 'react'
import { plural } from '../format/numbers.js'
import { Badge } from '../parts/Badge.js'
import { Grid } from '../parts/Grid.js'
import type { Column } from '../parts/grid-columns.js'
import { Empty } from '../parts/States.js'
import { contract } from '../route/query.js'
import type { GroupDetail, GroupMember } from '../session/protocol.js'
import { MemberName } from './LagTab.js'

type Assignment = GroupMember['assignment']

export function MembersTab({ detail }: { detail: GroupDetail }) {
  const byId = useMemo(() => new Map(detail.members.map(member => [member.memberId, member])), [detail.members])
  const columns = useMemo(() => columnsOf(detail.members.some(member => member.target !== null)), [detail.members])
  if (detail.members.length === 0) {
    return (
      <Empty>
        <p>No members now. The group keeps its commits until they expire.</p>
      </Empty>
    )
  }
  return (
    <Grid<GroupMember>
      view="members"
      label="Members"
      ids={detail.members.map(member => member.memberId)}
      useItem={id => byId.get(id)}
      columns={columns}
      narrow={TwoLines}
    />
  )
}

const countOf = (assignment: Assignment) => assignment.reduce((sum, each) => sum + each.partitions.length, 0)
const wordsOf = (assignment: Assignment) => assignment.map(({ topic, partitions }) => `${topic} ${contract(partitions)}`).join(', ')
const same = (a: Assignment, b: Assignment) => wordsOf(a) === wordsOf(b)

function Assigned({ assignment }: { assignment: Assignment }) {
  if (countOf(assignment) === 0) return <span className="t3">nothing</span>
  return (
    <span className="mono ell" title={wordsOf(assignment)}>
      {wordsOf(assignment)}
    </span>
  )
}

function Target({ member }: { member: GroupMember }) {
  if (member.target === null) return null
  if (same(member.target, member.assignment)) return <span className="t2">as assigned</span>
  return (
    <>
      <Badge tone="live" icon="refresh">
        moving
      </Badge>
      <Assigned assignment={member.target} />
    </>
  )
}

function columnsOf(targets: boolean): readonly Column<GroupMember>[] {
  const columns: Column<GroupMember>[] = [
    { id: 'member', head: 'Member', width: 220, priority: 1, flex: true, cell: member => <MemberName member={member} /> },
    {
      id: 'instance',
      head: 'Instance',
      name: 'Static instance id',
      width: 130,
      priority: 3,
      mono: true,
      cell: member => (member.instanceId ? member.instanceId : <span className="t3">dynamic</span>),
    },
    {
      id: 'host',
      head: 'Host',
      width: 120,
      priority: 2,
      mono: true,
      cell: member => <span className="t2">{member.host.replace(/^\//, '')}</span>,
    },
    { id: 'count', head: 'Partitions', width: 80, priority: 1, right: true, cell: member => countOf(member.assignment) },
    {
      id: 'assigned',
      head: 'Assigned',
      width: 'fr',
      least: 160,
      priority: 1,
      flex: true,
      cell: member => <Assigned assignment={member.assignment} />,
    },
  ]
  if (!targets) return columns
  return [
    ...columns,
    { id: 'target', head: 'Target', width: 200, priority: 2, flex: true, cell: member => <Target member={member} /> },
    { id: 'epoch', head: 'Epoch', width: 64, priority: 3, right: true, mono: true, cell: member => member.epoch ?? '–' },
  ]
}

function TwoLines(member: GroupMember) {
  return (
    <div className="two">
      <div>
        <MemberName member={member} />
        <span className="grow" />
        <span className="t2">{plural(countOf(member.assignment), 'partition')}</span>
      </div>
      <div className="t2">
        <Assigned assignment={member.assignment} />
      </div>
    </div>
  )
}
