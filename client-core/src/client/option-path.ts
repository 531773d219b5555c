import { ClientError } from '../error.js'
import type { ResolvedOptions } from './options.js'

type Group = 'producer' | 'consumer'
type In<G extends Group> = `${G}.${keyof ResolvedOptions[G] & string}`

/** Where an option stands: `clientId`, `producer.lingerMs`. */
export type OptionPath = (keyof ResolvedOptions & string) | { [G in Group]: In<G> }[Group]

/** What stands there. */
export type OptionAt<P extends OptionPath> = P extends keyof ResolvedOptions
  ? ResolvedOptions[P]
  : P extends `${infer G extends Group}.${infer K}`
    ? K extends keyof ResolvedOptions[G]
      ? ResolvedOptions[G][K]
      : never
    : never

/** @throws ClientError `INVALID_OPTION` for a path that leads nowhere. */
export function optionAt<P extends OptionPath>(options: ResolvedOptions, path: P): OptionAt<P> {
  let value: unknown = options
  for (const name of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name))
      throw new ClientError('INVALID_OPTION', `${path} is not an option`)
    value = (value as Record<string, unknown>)[name]
  }
  return value as OptionAt<P>
}
