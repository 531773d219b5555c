export * from './consumer-protocol.js'
export * from './control-records.js'
export * from './principal.js'
