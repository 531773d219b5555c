import { wrong } from '../options/check.js'

export interface Address {
  host: string
  port: number
}

/**
 * `host`, `host:port`, `[ipv6]:port` or a bare IPv6 address. The port defaults to 9092.
 * @throws ClientError `INVALID_OPTION` naming `path`.
 */
export function parseAddress(address: string, path = 'address'): Address {
  const fail = () => wrong(path, 'host:port, with an IPv6 address in brackets', address)
  const bracketed = /^\[([0-9a-fA-F:.%\w]+)\](?::(\d{1,5}))?$/.exec(address)
  const colons = address.split(':').length - 1
  const [host, port] = bracketed
    ? [bracketed[1], bracketed[2]]
    : colons > 1
      ? [address, undefined]
      : (address.split(':') as [string, string | undefined])
  if (!host || /[\s/@?#]/.test(host)) throw fail()
  if (port === undefined) return { host, port: 9092 }
  if (!/^\d{1,5}$/.test(port) || Number(port) < 1 || Number(port) > 65_535) throw fail()
  return { host, port: Number(port) }
}

export const formatAddress = ({ host, port }: Address): string => (host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`)
