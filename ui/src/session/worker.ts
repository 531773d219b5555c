/**
 * The worker that holds the session: shared by all tabs of a bridge where the browser can, else one tab's own. The same file serves both.
 */
import { webSocket } from '@milena/client-core/transport/websocket'
import { readBridgeInfo } from './host/bridge-info.js'
import { Host } from './host/host.js'
import { createSessionClient } from './kafka/real-client.js'
import { whenGone } from './page-watch.js'
import type { Port } from './port-session.js'
import { Recorder } from './recorder/recorder.js'

/** The parts of the two worker scopes that are used; the page's own types know neither. */
interface SharedScope {
  onconnect: ((event: MessageEvent) => void) | null
}

const now = () => performance.timeOrigin + performance.now()
const isShared = 'onconnect' in globalThis

const host = new Host({
  home: isShared ? 'shared-worker' : 'worker',
  recorder: new Recorder({ now }),
  now,
  readInfo: readBridgeInfo,
  makeClient: ({ bridge, token, cluster, seeds, hooks }) =>
    createSessionClient({ transport: webSocket({ url: bridge, token: token ?? undefined, cluster }), seeds, hooks, now }),
  setTimeout: (run, ms) => setTimeout(run, ms),
  clearTimeout: timer => clearTimeout(timer as number),
})

function serve(port: Port & EventTarget): void {
  const goodbye = host.serve(port)
  whenGone(port, goodbye)
}

if (isShared) {
  const scope = globalThis as typeof globalThis & SharedScope
  scope.onconnect = ({ ports: [port] }) => {
    serve(port)
    port.start()
  }
} else serve(globalThis as typeof globalThis & Port)
