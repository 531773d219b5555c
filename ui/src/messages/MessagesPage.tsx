/** Messages of several topics at once: the same view as a topic's tab, with the topics chosen here. */
import { useEffect, useMemo, useState } from 'react'
import { useStore } from 'zustand'
import { useApp, useConnection, useRoute } from '../app/app.js'
import { matches } from '../filter/match.js'
import { parseFilter } from '../filter/parse.js'
import { plural } from '../format/numbers.js'
import { Check } from '../parts/CheckBox.js'
import { FilterInput } from '../parts/FilterInput.js'
import { Page } from '../parts/Page.js'
import { Popover } from '../parts/Popover.js'
import { Empty } from '../parts/States.js'
import { readQuery, writeQuery } from '../route/query.js'
import { MessagesView } from './MessagesView.js'
import { messagesQuery } from './query.js'

const SHOWN = 60

export default function MessagesPage() {
  const app = useApp()
  const connected = useConnection(connection => connection.status.state === 'connected')
  const param = useRoute(route => readQuery(messagesQuery, route.query).topics)
  const topics = useMemo(() => param.split(',').filter(Boolean), [param])
  const names = useStore(app.topics.list.store, state => state.value?.topics)
  useEffect(() => {
    if (connected && app.topics.list.store.getState().value === null) void app.topics.list.load()
  }, [app, connected])
  const set = (chosen: readonly string[]) =>
    app.router.setQuery(now => writeQuery(messagesQuery, now, { topics: chosen.join(','), open: '' }), { replace: true })
  const partitions =
    topics.length === 1 ? (names?.find(topic => topic.name === topics[0])?.partitions.map(each => each.partition) ?? null) : null
  return (
    <Page label="Messages">
      <div className="bar line">
        <h1>Messages</h1>
        <Popover
          className="inp pick sm"
          label="Topics"
          trigger={
            <>
              <span className="t2">Topics</span>
              <span className="mono ell">{topics.length === 0 ? 'none' : topics.join(', ')}</span>
            </>
          }
        >
          {() => <TopicPicker names={names?.map(topic => topic.name) ?? []} chosen={topics} onChange={set} />}
        </Popover>
        <span className="t2 p2">{topics.length > 1 ? `${plural(topics.length, 'topic')}, all their partitions` : ''}</span>
      </div>
      {topics.length === 0 ? (
        <Empty>
          <p>Choose one topic or several: their records are merged by time.</p>
        </Empty>
      ) : (
        <MessagesView
          view="messages"
          topics={topics}
          partitions={partitions}
          onReproduce={row => app.router.go({ page: 'topic', topic: row.topic, tab: 'messages' }, new Map([['side', 'produce']]))}
        />
      )}
    </Page>
  )
}

interface TopicPickerProps {
  names: readonly string[]
  chosen: readonly string[]
  onChange(chosen: string[]): void
}

function TopicPicker({ names, chosen, onChange }: TopicPickerProps) {
  const [text, setText] = useState('')
  const filter = useMemo(() => parseFilter(text), [text])
  const found = names
    .filter(name => chosen.includes(name) || matches(filter, () => name))
    .sort((a, b) => Number(chosen.includes(b)) - Number(chosen.includes(a)))
  return (
    <div className="form">
      <FilterInput small label="Filter topics" placeholder="Filter" value={text} onChange={setText} />
      <div className="ticks one">
        {found.slice(0, SHOWN).map(name => (
          <Check
            key={name}
            label={name}
            checked={chosen.includes(name)}
            onChange={on => onChange(on ? [...chosen, name] : chosen.filter(each => each !== name))}
          />
        ))}
        {found.length > SHOWN && <span className="t2">{found.length - SHOWN} more: filter them</span>}
      </div>
    </div>
  )
}
