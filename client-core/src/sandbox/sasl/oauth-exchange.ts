import { fromBase64, fromUtf8, utf8 } from '../../sasl/text.js'
import type { Exchange } from './exchange.js'
import { invalidCredentials, LoginRefused } from './refused.js'

/** RFC 7628 with unsecured tokens: a refusal is told in JSON first, and only what the client says to that ends the login. */
export function oauthExchange(now: () => number): Exchange {
  let refusal: string | undefined
  return message => {
    if (refusal !== undefined) throw new LoginRefused(refusal)
    const [header, ...pairs] = fromUtf8(message).split('\x01')
    const token = pairs.find(pair => /^auth=bearer /i.test(pair))?.slice('auth=bearer '.length)
    if (!/^n,(?:a=[^,]*)?,$/.test(header) || token === undefined) throw new LoginRefused(invalidCredentials('OAUTHBEARER'))
    const claims = claimsOf(token)
    if (claims?.sub !== undefined && claims.expiresAt > now())
      return { bytes: new Uint8Array(), done: { user: claims.sub, expiresAt: claims.expiresAt } }
    refusal = '{"status":"invalid_token"}'
    return { bytes: utf8(refusal) }
  }
}

/** What an unsecured token says; undefined when it is not one. */
function claimsOf(token: string): { sub: string; expiresAt: number } | undefined {
  const [header, payload, signature, more] = token.split('.')
  const { alg } = jsonIn(header) ?? {}
  const { sub, exp } = jsonIn(payload ?? '') ?? {}
  if (alg !== 'none' || signature !== '' || more !== undefined) return undefined
  return typeof sub === 'string' && sub !== '' && typeof exp === 'number' ? { sub, expiresAt: exp * 1000 } : undefined
}

function jsonIn(part: string): Record<string, unknown> | undefined {
  const base64 = part.replaceAll('-', '+').replaceAll('_', '/')
  const bytes = fromBase64(base64.padEnd(Math.ceil(base64.length / 4) * 4, '='))
  try {
    const value: unknown = JSON.parse(fromUtf8(bytes ?? new Uint8Array()))
    return typeof value === 'object' && value !== null ? { ...value } : undefined
  } catch {
    return undefined
  }
}
