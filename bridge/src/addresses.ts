import { lookup as systemLookup } from 'node:dns'
import { BlockList, isIP, type LookupFunction } from 'node:net'

/**
 * Kinds of IP address. `forbidden` ones are no broker's: link-local (where clouds keep their metadata services), unspecified, multicast and
 * reserved. `loopback` is this machine.
 */
export type IpKind = 'forbidden' | 'loopback' | 'ordinary'

const forbidden = new BlockList()
for (const [net, prefix] of [
  ['0.0.0.0', 8],
  ['169.254.0.0', 16],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const)
  forbidden.addSubnet(net, prefix)
for (const [net, prefix] of [
  ['::', 128],
  ['fe80::', 10],
  ['ff00::', 8],
  ['fd00:ec2::254', 128],
] as const)
  forbidden.addSubnet(net, prefix, 'ipv6')

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8)
loopback.addAddress('::1', 'ipv6')

/** The kind of an IP address in any spelling; IPv4 inside IPv6 counts as the IPv4 address it is. */
export function ipKind(address: string): IpKind {
  const bare = address.replace(/%.*$/, '')
  const family = isIP(bare) === 6 ? 'ipv6' : 'ipv4'
  if (forbidden.check(bare, family)) return 'forbidden'
  return loopback.check(bare, family) ? 'loopback' : 'ordinary'
}

/** Whether a configured name means this machine. */
export function isLoopbackName(host: string): boolean {
  return host === 'localhost' || (isIP(host) !== 0 && ipKind(host) === 'loopback')
}

/**
 * Looks a name up and lets the answer through only when every address of it passes: the socket then connects to what was checked, so a name
 * cannot change its address between check and use. `check` throws for an address that may not be used.
 */
export function checkedLookup(check: (ip: string) => void, lookup: LookupFunction = systemLookup): LookupFunction {
  return (host, options, answer) => {
    lookup(host, options, (error, found, family) => {
      if (!error) {
        try {
          for (const each of Array.isArray(found) ? found : [{ address: found }]) check(each.address)
        } catch (denied) {
          answer(denied instanceof Error ? denied : new Error(String(denied)), '', 0)
          return
        }
      }
      answer(error, found, family)
    })
  }
}
