import { Refusal } from '../refusal.js'

/** Entity types with their names; null is the default of that type. */
export type QuotaEntity = ReadonlyMap<string, string | null>

const entityTypes = ['user', 'client-id', 'ip']
const clientKeys = ['producer_byte_rate', 'consumer_byte_rate', 'request_percentage', 'controller_mutation_rate']
const ipKeys = ['connection_creation_rate']
/** What clients may add to. */
const MAX_ENTITIES = 10_000

/** What was set for users, clients and addresses (KIP-546). The sandbox keeps it and does not measure: who is to be held off is said by `throttle`. */
export class Quotas {
  readonly #all = new Map<string, { entity: QuotaEntity; values: Map<string, number> }>()

  get entries(): readonly { entity: QuotaEntity; values: ReadonlyMap<string, number> }[] {
    return [...this.#all.values()]
  }

  /** Undefined takes a value away. @throws Refusal. */
  alter(entity: QuotaEntity, changes: ReadonlyMap<string, number | undefined>, validateOnly: boolean): void {
    checkEntity(entity)
    for (const [key, value] of changes) checkChange(entity, key, value)
    if (validateOnly) return
    const id = JSON.stringify([...entity].sort(([a], [b]) => (a < b ? -1 : 1)))
    const known = this.#all.get(id) ?? { entity, values: new Map<string, number>() }
    if (!this.#all.has(id) && this.#all.size >= MAX_ENTITIES) throw new Refusal('POLICY_VIOLATION', 'there are too many quotas')
    for (const [key, value] of changes) {
      if (value === undefined) known.values.delete(key)
      else known.values.set(key, value)
    }
    if (known.values.size > 0) this.#all.set(id, known)
    else this.#all.delete(id)
  }
}

function checkEntity(entity: QuotaEntity): void {
  if (entity.size === 0) throw new Refusal('INVALID_REQUEST', 'Invalid empty entity')
  for (const [type, name] of entity) {
    if (!entityTypes.includes(type)) throw new Refusal('INVALID_REQUEST', `Unhandled client quota entity type: ${type}`)
    if (name === '') throw new Refusal('INVALID_REQUEST', `Empty ${type} not supported`)
  }
  if (entity.has('ip') && entity.size > 1) throw new Refusal('INVALID_REQUEST', 'Invalid quota entity combination')
}

function checkChange(entity: QuotaEntity, key: string, value: number | undefined): void {
  const keys = entity.has('ip') ? ipKeys : clientKeys
  if (!keys.includes(key)) throw new Refusal('INVALID_REQUEST', `Invalid configuration key ${key}`)
  if (value === undefined) return
  if (!(value > 0)) throw new Refusal('INVALID_REQUEST', `Quota ${key} must be greater than 0`)
  const isWhole = key !== 'request_percentage' && key !== 'controller_mutation_rate'
  if (isWhole && !Number.isInteger(value))
    throw new Refusal('INVALID_REQUEST', `Cannot convert quota value ${value} of ${key} to an integer`)
}
