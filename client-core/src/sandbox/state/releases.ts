import { versionsFromString } from '../../protocol/versions.js'

/** What a release of Kafka does otherwise than the newest. */
export interface Release {
  /** The highest version of each API that it has. */
  readonly versions: ReadonlyMap<number, number>
  /** Whether it still has the versions that 4.0 dropped (KIP-896). */
  readonly oldVersions: boolean
  /** Whether controllers are brokers, of which one alone takes changes: ZooKeeper's time. From 3.3 on KRaft is meant. */
  readonly zookeeper: boolean
  /** Whether the answer to ApiVersions of an unknown version names the one that is known (KIP-511). */
  readonly namesApiVersions: boolean
  /** Of records that it stores: 0 before 0.10, 1 before 0.11. */
  readonly magic: 0 | 1 | 2
}

/** @throws ClientError `INVALID_OPTION` for a release that is not known. */
export function releaseOf(name: string): Release {
  const versions = versionsFromString(name)
  const [, first, second] = /(\d+)\.(\d+)/.exec(name) ?? []
  const since = (major: number, minor: number) => Number(first) > major || (Number(first) === major && Number(second) >= minor)
  return {
    versions,
    oldVersions: !since(4, 0),
    zookeeper: !since(3, 3),
    namesApiVersions: since(2, 4),
    magic: since(0, 11) ? 2 : since(0, 10) ? 1 : 0,
  }
}
