import { wrong } from '../options/check.js'

export interface Address {
  host: string
  port: number
}

const byName = /^([^\s/@?#,:[\]%]+)(?::(\d{1,5}))?$/
const bracketed = /^\[([^\]]+)\](?::(\d{1,5}))?$/

/**
 * `host`, `host:port`, `[ipv6]:port` or a bare IPv6 address. The port defaults to 9092.
 * @throws ClientError `INVALID_OPTION` naming `path`.
 */
export function parseAddress(address: string, path = 'address'): Address {
  if (isIpv6(address)) return { host: address, port: 9092 }
  const [, inBrackets, port = '9092'] = bracketed.exec(address) ?? []
  const [, host = inBrackets, namePort = port] = byName.exec(address) ?? []
  const number = Number(namePort)
  if (host === undefined || (host === inBrackets && !isIpv6(host)) || number < 1 || number > 65_535) {
    throw wrong(path, `host:port, with an IPv6 address in brackets${hint(address)}`, address)
  }
  return { host, port: number }
}

function hint(address: string): string {
  if (address.includes(',')) return ' (one entry for each broker)'
  return address.includes('://') ? ' (no scheme before it)' : ''
}

/** Eight groups of hexadecimal digits, or fewer around one `::`; the last two may be an IPv4 address; a zone may follow. */
function isIpv6(text: string): boolean {
  const [address, zone] = text.split('%')
  if (zone !== undefined && !/^[\w.-]+$/.test(zone)) return false
  const halves = address.split('::')
  const groups = halves.flatMap(half => (half === '' ? [] : half.split(':')))
  const endsInIpv4 = /^\d{1,3}(\.\d{1,3}){3}$/.test(groups.at(-1) ?? '')
  const hex = endsInIpv4 ? groups.slice(0, -1) : groups
  const count = groups.length + (endsInIpv4 ? 1 : 0)
  if (halves.length > 2 || !hex.every(group => /^[0-9a-f]{1,4}$/i.test(group))) return false
  return halves.length === 2 ? count < 8 : count === 8
}
