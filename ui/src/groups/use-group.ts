/** One group, read again every few seconds while the page is seen; each partition keeps its last answer for rates. */
import { useEffect, useMemo } from 'react'
import { useStore } from 'zustand'
import { useApp, useConnection } from '../app/app.js'
import type { GroupDetail } from '../session/protocol.js'
import { faultOf } from '../session/session.js'
import { type RemoteState, remote } from '../store/remote.js'

export const refreshes = ['off', '2', '5', '15'] as const
export type Refresh = (typeof refreshes)[number]

export interface GroupLook {
  detail: GroupDetail
  /** The look before, when it is of the same group. */
  before: GroupDetail | null
}

export interface GroupView extends RemoteState<GroupLook> {
  reload(): void
}

export function useGroup(group: string, refresh: Refresh): GroupView {
  const { session } = useApp()
  const connected = useConnection(connection => connection.status.state === 'connected')
  const own = useMemo(() => {
    let last: GroupDetail | null = null
    return remote<GroupLook>(
      async signal => {
        const detail = await session.call('groups.detail', { group }, { view: `group ${group}`, signal })
        const look = { detail, before: last }
        last = detail
        return look
      },
      error => faultOf(error, 'Group not read'),
    )
  }, [session, group])
  const state = useStore(own.store)
  useEffect(() => {
    if (connected) void own.load()
  }, [own, connected])
  useEffect(() => {
    if (refresh === 'off' || !connected) return
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') void own.load()
    }, Number(refresh) * 1000)
    return () => clearInterval(timer)
  }, [own, refresh, connected])
  return { ...state, reload: () => void own.load() }
}
