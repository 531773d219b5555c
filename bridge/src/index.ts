export { type Bridge, createBridge } from './bridge.js'
export type { Dial, DialTarget } from './dial.js'
export { BridgeOptionError, type BridgeOptions, type BridgeTimes, type BrokerTls, type ClusterOptions } from './options.js'
