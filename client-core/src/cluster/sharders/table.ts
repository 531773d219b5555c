import { listGroups, listTransactions } from './brokers.js'
import { alterConfigs, describeConfigs, incrementalAlterConfigs } from './configs.js'
import { deleteGroups, describeById, describeGroups, describeShareGroupOffsets, findCoordinator } from './coordinators.js'
import { listOffsets, offsetForLeaderEpoch } from './leaders.js'
import { offsetFetch } from './offset-fetch.js'
import { deleteRecords, describeProducers, writeTxnMarkers } from './partitions.js'
import { alterReplicaLogDirs, describeLogDirs } from './replicas.js'
import type { Sharder } from './sharder.js'
import { addPartitionsToTxn, describeTransactions } from './transactions.js'

/** By API key. */
export const sharders: ReadonlyMap<number, Sharder> = new Map<number, Sharder>([
  [2, listOffsets as Sharder],
  [9, offsetFetch as Sharder],
  [10, findCoordinator as Sharder],
  [15, describeGroups as Sharder],
  [16, listGroups as Sharder],
  [21, deleteRecords as Sharder],
  [23, offsetForLeaderEpoch as Sharder],
  [24, addPartitionsToTxn as Sharder],
  [27, writeTxnMarkers as Sharder],
  [32, describeConfigs as Sharder],
  [33, alterConfigs as Sharder],
  [34, alterReplicaLogDirs as Sharder],
  [35, describeLogDirs as Sharder],
  [42, deleteGroups as Sharder],
  [44, incrementalAlterConfigs as Sharder],
  [61, describeProducers as Sharder],
  [65, describeTransactions as Sharder],
  [66, listTransactions as Sharder],
  [69, describeById as Sharder],
  [77, describeById as Sharder],
  [89, describeById as Sharder],
  [90, describeShareGroupOffsets as Sharder],
])
