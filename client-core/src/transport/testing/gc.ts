import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')

/** Collects garbage now, the young alone if so asked. Only in Node. */
export const gc: (how?: { type: 'minor' }) => void = runInNewContext('gc')
