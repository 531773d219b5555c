import { webSocket } from '@milena/client-core/transport/websocket'
import { type Account, type Task, traffic } from './traffic.js'

/** Runs in a page that a bridge serves. */
export interface ChaosPage {
  traffic(task: Task, token: string): Promise<Account>
}

const page: ChaosPage = {
  traffic: (task, token) => traffic(webSocket({ url: new URL('/', location.href).href, token }), task),
}
Object.assign(globalThis, { chaosPage: page })
