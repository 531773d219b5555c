/** The session's status as the page knows it. */
import { createStore, type StoreApi } from 'zustand/vanilla'
import type { OpenSession, SessionStatus } from '../session/protocol.js'
import type { Session } from '../session/session.js'
import { faultOf } from '../session/session.js'

export const noStatus: SessionStatus = {
  state: 'idle',
  cluster: { name: '-', id: null, environment: 'local', kind: 'kafka' },
  readOnly: null,
  brokers: [],
  steps: [],
  fault: null,
  attempt: 0,
  nextAttemptAt: null,
  home: 'page',
}

/** When each state began, so that "as of 14:31:07" can be said while offline. */
export interface Connection {
  status: SessionStatus
  lastConnectedAt: number | null
}

export function createConnection(session: Session, open: OpenSession): StoreApi<Connection> {
  const store = createStore<Connection>(() => ({ status: noStatus, lastConnectedAt: null }))
  const take = (status: SessionStatus) => {
    const { lastConnectedAt, status: before } = store.getState()
    const left = before.state === 'connected' && status.state !== 'connected'
    store.setState({ status, lastConnectedAt: left ? Date.now() : lastConnectedAt })
  }
  session.subscribe('session.status', {}, { event: take })
  session
    .call('session.open', open)
    .then(take, error => take({ ...noStatus, state: 'offline', fault: faultOf(error, 'Session not opened') }))
  return store
}
