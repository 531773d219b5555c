/** One topic: its messages, partitions and configs, and the produce panel beside them. */
import { lazy, Suspense, useState } from 'react'
import { useApp, useConnection, useRoute } from '../app/app.js'
import { useShortcuts } from '../app/shortcuts.js'
import { grouped } from '../format/numbers.js'
import { MessagesView } from '../messages/MessagesView.js'
import { messagesQuery } from '../messages/query.js'
import { Button } from '../parts/Button.js'
import { Page } from '../parts/Page.js'
import { PinButton } from '../parts/Pin.js'
import { FaultNote } from '../parts/States.js'
import { type TabItem, Tabs } from '../parts/Tabs.js'
import { writeQuery } from '../route/query.js'
import type { TopicTab } from '../route/route.js'
import type { RecordRow, TopicInfo } from '../session/protocol.js'
import { ConfigsTab } from './ConfigsTab.js'
import { PartitionsTab } from './PartitionsTab.js'
import { useTopic } from './use-topic.js'

const ProducePanel = lazy(() => import('../produce/ProducePanel.js'))

type AnyTab = TopicTab | 'groups' | 'acls' | 'schemas' | 'analyse'

export default function TopicPage({ topic, tab }: { topic: string; tab: TopicTab }) {
  const app = useApp()
  const view = useTopic(topic)
  const side = useRoute(route => route.query.get('side') === 'produce')
  const refused = useProduceReason(view.value)
  const [model, setModel] = useState<RecordRow | null>(null)

  const select = (next: AnyTab) => {
    if (next === 'messages' || next === 'partitions' || next === 'configs') {
      app.router.navigate({ ...app.router.store.getState(), place: { page: 'topic', topic, tab: next } })
    }
  }
  const produce = (row: RecordRow | null = null) => {
    setModel(row)
    if (!side) app.router.setQuery(now => writeQuery(messagesQuery, now, { side: 'produce' }), { layer: true })
  }
  const closeSide = () => app.router.closeLayer(now => writeQuery(messagesQuery, now, { side: null }))
  useShortcuts(app.shortcuts, {
    title: topic,
    shortcuts: [{ keys: 'p', label: 'Produce', run: () => (refused ? app.frame.announce(refused, 'assertive') : produce()) }],
  })
  return (
    <>
      <Page label={`Topic ${topic}`}>
        <Tabs<AnyTab> label="Topic" tabs={tabsOf(view.value)} selected={tab} onSelect={select} panel="topic">
          <span className="recacts">
            <PinButton is="topic" name={topic} />
            <Button small icon="plus" shortcut="p" reason={refused} onPress={() => produce()}>
              Produce
            </Button>
          </span>
        </Tabs>
        {view.fault && <FaultNote fault={view.fault} onRetry={view.reload} />}
        <div role="tabpanel" id={`topic-${tab}`} aria-label={tab} className="tabpage">
          {tab === 'messages' && (
            <MessagesView
              view={topic}
              topics={[topic]}
              partitions={view.value?.partitions.map(each => each.partition) ?? []}
              onReproduce={produce}
            />
          )}
          {tab === 'partitions' && <PartitionsTab topic={topic} view={view} />}
          {tab === 'configs' && <ConfigsTab topic={topic} />}
        </div>
      </Page>
      {side && (
        <Suspense fallback={<aside className="side" aria-busy="true" />}>
          <ProducePanel
            key={model ? `${model.partition}:${model.offset}` : ''}
            topic={topic}
            info={view.value}
            model={model}
            refused={refused}
            onClose={closeSide}
          />
        </Suspense>
      )}
    </>
  )
}

/** Why nothing can be produced here; null when it can. */
function useProduceReason(info: TopicInfo | null): string | null {
  const readOnly = useConnection(connection => connection.status.readOnly)
  if (readOnly) return readOnly
  return info?.internal ? 'An internal topic: only the brokers write to it' : null
}

function tabsOf(info: TopicInfo | null): TabItem<AnyTab>[] {
  return [
    { id: 'messages', label: 'Messages' },
    { id: 'partitions', label: 'Partitions', note: info ? grouped(info.partitions.length) : undefined },
    { id: 'configs', label: 'Configs' },
    { id: 'groups', label: 'Groups', reason: 'this version shows groups from the Groups page only' },
    { id: 'acls', label: 'ACLs', reason: 'this version does not read ACLs' },
    { id: 'schemas', label: 'Schemas', reason: 'no registry configured' },
    { id: 'analyse', label: 'Analyse', reason: 'this version does not analyse topics' },
  ]
}
