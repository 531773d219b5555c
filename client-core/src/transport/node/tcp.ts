import { connect, type LookupFunction, type OnReadOpts } from 'node:net'
import type { Transport } from '../stream.js'
import { FAMILY_ATTEMPT_MS, openStream } from './dial.js'

export interface TcpOptions {
  /** Finds the addresses of a host name. Default: the system's `getaddrinfo`. */
  lookup?: LookupFunction
}

/** Plain TCP. How long a connect may take is the signal's matter. */
export function tcp({ lookup }: TcpOptions = {}): Transport {
  return {
    name: 'tcp',
    connect: (target, signal) => {
      const { host, port } = target
      const start = (onread: OnReadOpts) => connect({ host, port, lookup, onread, autoSelectFamilyAttemptTimeout: FAMILY_ATTEMPT_MS })
      return openStream(start, 'connect', target, signal)
    },
  }
}
