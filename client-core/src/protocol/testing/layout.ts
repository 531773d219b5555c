import type { Message } from '../message.js'
import type { Field, Fields, FieldType } from '../schema.js'
import { isNullable, presence } from '../struct.js'
import { type Definition, type FieldDefinition, fieldsOf, versionRange, within } from './definitions.js'

/** One field at one version, flattened, in the order of the wire: what our tables and Kafka's definitions are compared by. */
export interface FieldAt {
  /** `topicData[].name` */
  readonly path: string
  readonly type: string
  readonly nullable: boolean
  readonly tag: number | undefined
  readonly default: string | undefined
  readonly ignorable: boolean
}

export function ourLayout(message: Message, version: number): FieldAt[] {
  return ourFields(message.fields, version, '')
}

function ourFields(fields: Fields, version: number, prefix: string): FieldAt[] {
  return Object.entries(fields).flatMap(([name, field]) => {
    if (presence(field, version) === 'absent') return []
    const [type, inner, suffix] = ourType(field.type)
    const path = prefix + name
    const at: FieldAt = {
      path,
      type,
      nullable: isNullable(field, version),
      tag: field.tag,
      default: ourDefault(field),
      ignorable: field.ignorable === true,
    }
    return [at, ...(inner === undefined ? [] : ourFields(inner, version, `${path}${suffix}.`))]
  })
}

function ourType(type: FieldType): [name: string, inner: Fields | undefined, suffix: string] {
  if (type.kind === 'array') {
    const [name, inner] = ourType(type.of)
    return [`[]${name}`, inner, '[]']
  }
  return type.kind === 'struct' ? ['struct', type.fields, ''] : [type.kind, undefined, '']
}

const ourDefault = (field: Field): string | undefined => (field.default === undefined ? undefined : String(field.default))

export function kafkaLayout(definition: Definition, version: number): FieldAt[] {
  return kafkaFields(definition, definition.fields ?? [], version, '')
}

function kafkaFields(definition: Definition, fields: readonly FieldDefinition[], version: number, prefix: string): FieldAt[] {
  return fields.flatMap(field => {
    if (!within(versionRange(field.versions ?? field.taggedVersions), version)) return []
    const inner = fieldsOf(definition, field)
    const isArray = field.type.startsWith('[]')
    const path = prefix + field.name[0].toLowerCase() + field.name.slice(1)
    const at: FieldAt = {
      path,
      type: inner === undefined ? field.type : isArray ? '[]struct' : 'struct',
      nullable: within(versionRange(field.nullableVersions), version),
      tag: within(versionRange(field.taggedVersions), version) ? Number(field.tag) : undefined,
      default: kafkaDefault(field),
      ignorable: field.ignorable === true,
    }
    return [at, ...(inner === undefined ? [] : kafkaFields(definition, inner, version, `${path}${isArray ? '[]' : ''}.`))]
  })
}

function kafkaDefault(field: FieldDefinition): string | undefined {
  // A null that is no text means nothing: Kafka takes the type's zero.
  if (field.default === undefined || field.default === null) return undefined
  const text = String(field.default)
  return /^0x[0-9a-f]+$/i.test(text) ? String(BigInt(text)) : text
}
