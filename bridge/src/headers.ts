import type { OutgoingHttpHeaders } from 'node:http'

/**
 * What every response carries, those to scripts included: a worker takes its policy from the response that brought its own script. `wasm-unsafe-eval`
 * lets codecs be compiled, and nothing else. The WebSocket origins are listed because older Safari does not count them as 'self'.
 */
export function securityHeaders(host: string | undefined): OutgoingHttpHeaders {
  const sockets = host === undefined ? '' : ` ws://${host} wss://${host}`
  const policy = [
    "default-src 'none'",
    "script-src 'self' 'wasm-unsafe-eval'",
    "worker-src 'self'",
    `connect-src 'self'${sockets}`,
    "style-src 'self'",
    "img-src 'self' data: blob:",
    "font-src 'self'",
    "base-uri 'self'",
    "frame-ancestors 'none'",
    "form-action 'none'",
  ]
  return { 'content-security-policy': policy.join('; '), 'referrer-policy': 'no-referrer', 'x-content-type-options': 'nosniff' }
}

/** For a page of a listed origin: what its requests to the bridge's HTTP side need (CORS). */
export function corsHeaders(origin: string): OutgoingHttpHeaders {
  return {
    'access-control-allow-origin': origin,
    'access-control-allow-headers': 'authorization',
    'access-control-allow-methods': 'GET, HEAD',
    'access-control-max-age': '600',
    vary: 'origin',
  }
}
