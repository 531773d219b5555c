import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import { INFO_PATH } from '@milena/client-core/transport/tunnel'
import { isOurHost, isOurOrigin } from './admission.js'
import { corsHeaders, securityHeaders } from './headers.js'
import type { Settings } from './options.js'
import { serveFile } from './static.js'
import { sameToken } from './token.js'
import { version } from './version.js'

const NO_EXPLORER = 'The bridge is running. It serves no explorer: the option `ui` names no folder with a built one.\n'

/** The bridge's HTTP side: the explorer's files, `/v1/info` for whoever has the token, `/healthz`. */
export function httpHandler(settings: Settings, connections: () => number) {
  return (request: IncomingMessage, response: ServerResponse) => {
    const { host, origin } = request.headers
    if (!isOurHost(host, settings)) return answer(response, 403, securityHeaders(undefined))
    const headers = { ...securityHeaders(host), ...(origin && settings.origins.includes(origin) ? corsHeaders(origin) : {}) }
    if (!isOurOrigin(origin, host, settings)) return answer(response, 403, headers)
    if (request.method === 'OPTIONS') return answer(response, 204, headers)
    if (request.method !== 'GET' && request.method !== 'HEAD') return answer(response, 405, { ...headers, allow: 'GET, HEAD' })
    const path = (request.url ?? '/').split('?', 1)[0]
    if (path === '/healthz') return answer(response, 200, { ...headers, 'cache-control': 'no-store' }, 'ok\n')
    if (path === INFO_PATH) return info(request, response, { ...headers, 'cache-control': 'no-store' })
    files(request, response, path, headers).catch(() => response.destroy())
  }

  function info(request: IncomingMessage, response: ServerResponse, headers: OutgoingHttpHeaders) {
    const token = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? ''
    if (!sameToken(token, settings.token)) return answer(response, 401, { ...headers, 'www-authenticate': 'Bearer' })
    const clusters = settings.clusters.map(({ id, bootstrap }) => ({ id, bootstrap }))
    const body = { name: 'milena-bridge', version, clusters, connections: connections(), max: settings.maxConnections }
    answer(response, 200, { ...headers, 'content-type': 'application/json' }, JSON.stringify(body))
  }

  async function files(request: IncomingMessage, response: ServerResponse, path: string, headers: OutgoingHttpHeaders): Promise<void> {
    if (settings.ui !== undefined && (await serveFile(settings.ui, path, request, response, headers))) return
    const empty = path === '/' || path === '/index.html'
    answer(response, 404, headers, empty ? NO_EXPLORER : '')
  }
}

function answer(response: ServerResponse, status: number, headers: OutgoingHttpHeaders, body = ''): void {
  const all = { 'content-type': 'text/plain; charset=utf-8', ...headers }
  response
    .writeHead(status, status === 204 ? headers : { ...all, 'content-length': Buffer.byteLength(body) })
    .end(status === 204 ? undefined : body)
}
