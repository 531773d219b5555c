import { alterConfigs, describeConfigs, describeLogDirs, incrementalAlterConfigs, listGroups, listTransactions } from './brokers.js'
import { consumerGroupDescribe, deleteGroups, describeGroups, findCoordinator } from './coordinators.js'
import { deleteRecords, describeProducers, listOffsets, offsetForLeaderEpoch } from './leaders.js'
import { offsetFetch } from './offset-fetch.js'
import type { Sharder } from './sharder.js'

/** By API key. */
export const sharders: ReadonlyMap<number, Sharder> = new Map<number, Sharder>([
  [2, listOffsets as Sharder],
  [9, offsetFetch as Sharder],
  [10, findCoordinator as Sharder],
  [15, describeGroups as Sharder],
  [16, listGroups as Sharder],
  [21, deleteRecords as Sharder],
  [23, offsetForLeaderEpoch as Sharder],
  [32, describeConfigs as Sharder],
  [33, alterConfigs as Sharder],
  [35, describeLogDirs as Sharder],
  [42, deleteGroups as Sharder],
  [44, incrementalAlterConfigs as Sharder],
  [61, describeProducers as Sharder],
  [66, listTransactions as Sharder],
  [69, consumerGroupDescribe as Sharder],
])
