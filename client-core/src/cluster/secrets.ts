import type { FrameView } from '../hooks/hooks.js'

/** What must not reach a hook, and so no log and no trace: passwords and tokens, and what may be used in their place. */
const secrets = new Map<number, 'request' | 'response' | 'both'>([
  [36, 'both'], // SaslAuthenticate
  [38, 'response'], // CreateDelegationToken: the token's HMAC, which is its password
  [39, 'request'], // RenewDelegationToken
  [40, 'request'], // ExpireDelegationToken
  [41, 'response'], // DescribeDelegationToken
  [51, 'request'], // AlterUserScramCredentials: the salted password
])

export function holdsSecret(apiKey: number, direction: 'request' | 'response'): boolean {
  const where = secrets.get(apiKey)
  return where === 'both' || where === direction
}

interface Configs {
  readonly resources: readonly { readonly configs: readonly { readonly value?: string | null }[] }[]
}

/**
 * AlterConfigs and IncrementalAlterConfigs without the values, which may be passwords (`ssl.key.password`, `sasl.jaas.config`): which ones are, only
 * the broker knows. It gives none of those back. Undefined for any other request.
 */
export function withoutValues<T>(apiKey: number, body: T): T | undefined {
  if (apiKey !== 33 && apiKey !== 44) return undefined
  const resources = (body as unknown as Configs).resources.map(resource => ({
    ...resource,
    configs: resource.configs.map(config => ({ ...config, value: config.value && '***' })),
  }))
  return { ...body, resources }
}

/** A frame that shows its size alone. */
export class RedactedFrame implements FrameView {
  readonly redacted = true
  constructor(readonly byteLength: number) {}
  take(): Uint8Array {
    return new Uint8Array(0)
  }
}
