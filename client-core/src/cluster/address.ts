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

/** As a URL takes it in brackets; a zone may follow. */
function isIpv6(text: string): boolean {
  const [, address = ''] = /^([\da-f:.]+)(?:%[\w.-]+)?$/i.exec(text) ?? []
  try {
    return new URL(`http://[${address}]`) !== undefined
  } catch {
    return false
  }
}
