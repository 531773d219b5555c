/** One topic: what the list knows of it at once, then its own Metadata. */
import { useEffect, useMemo } from 'react'
import { useStore } from 'zustand'
import { useApp, useConnection } from '../app/app.js'
import type { TopicInfo } from '../session/protocol.js'
import { faultOf } from '../session/session.js'
import { type RemoteState, remote } from '../store/remote.js'

export interface TopicView extends RemoteState<TopicInfo> {
  reload(): void
}

export function useTopic(topic: string): TopicView {
  const app = useApp()
  const connected = useConnection(connection => connection.status.state === 'connected')
  const listed = useStore(app.topics.list.store, state => state.value?.topics.find(each => each.name === topic) ?? null)
  const own = useMemo(
    () =>
      remote(
        async signal => {
          const { topics } = await app.session.call('topics.list', { topics: [topic] }, { view: topic, signal })
          return topics[0]
        },
        error => faultOf(error, 'Topic not read'),
      ),
    [app, topic],
  )
  const state = useStore(own.store)
  useEffect(() => {
    if (connected) void own.load()
  }, [own, connected])
  const fault = state.fault ?? state.value?.fault ?? null
  return { ...state, value: state.value ?? listed, fault, reload: () => void own.load() }
}
