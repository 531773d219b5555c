import type { Coder, Place } from './coder.js'
import { refused, shown } from './coder.js'
import { defaultOf, isDefault } from './defaults.js'
import type { Field, Fields, FieldType } from './schema.js'
import { type TagField, tagCoder } from './tags.js'

type Values = Record<string, unknown>

/** What a field is at one version. */
export function presence(field: Field, version: number): 'plain' | 'tagged' | 'absent' {
  const { since, until, tag } = field.spec
  if (version < since || version > until) return 'absent'
  return tag === undefined ? 'plain' : 'tagged'
}

export function isNullable(field: Field, version: number): boolean {
  const { nullable } = field.spec
  return nullable !== undefined && version >= nullable.since && version <= nullable.until
}

/**
 * A struct at one version: the plain fields in order, then the tagged section. Every struct of a table comes out with the same properties in the
 * same order whatever the version, so that code reading them stays monomorphic.
 */
export function structCoder(fields: Fields, place: Place, coderOf: (type: FieldType, place: Place) => Coder): Coder {
  const { version, flexible } = place
  const names: string[] = []
  const coders: Coder[] = []
  const absent: [string, Field][] = []
  const tagged: TagField[] = []
  const template: Values = {}
  for (const [name, field] of Object.entries(fields)) {
    template[name] = defaultOf(field)
    const here = presence(field, version)
    if (here === 'absent') {
      if (!field.spec.ignorable) absent.push([name, field])
      continue
    }
    const coder = coderOf(field.spec.type, { ...place, path: `${place.path}.${name}`, nullable: isNullable(field, version) })
    if (here === 'tagged') tagged.push({ name, field, tag: field.spec.tag!, coder })
    else {
      names.push(name)
      coders.push(coder)
    }
  }
  const readers = coders.map(coder => coder.read)
  const writers = coders.map(coder => coder.write)
  const fallbacks = names.map(name => template[name])
  const required = names.map(name => isRequired(fields[name]))
  const tags = flexible ? tagCoder(tagged, place) : undefined
  const count = names.length

  return {
    read: from => {
      const value = { ...template }
      for (let i = 0; i < count; i++) value[names[i]] = readers[i](from)
      if (tags !== undefined) tags.read(from, value)
      return value
    },
    write: (to, given) => {
      if (typeof given !== 'object' || given === null) throw refused(place, `${shown(given)} is not an object`)
      const value = given as Values
      for (const [name, field] of absent) if (!isDefault(field, value[name])) throw refused(place, `this version has no field ${name}`)
      for (let i = 0; i < count; i++) {
        const item = value[names[i]]
        if (item === undefined && required[i]) throw refused(place, `the field ${names[i]} is missing`)
        writers[i](to, item === undefined ? fallbacks[i] : item)
      }
      if (tags !== undefined) tags.write(to, value)
      else if (value.unknownTags instanceof Map && value.unknownTags.size > 0) throw refused(place, 'this version has no tagged fields')
    },
    min: coders.reduce((sum, coder) => sum + coder.min, tags === undefined ? 0 : 1),
  }
}

/** Fields that every version has and that Kafka gives no default must be given. */
function isRequired(field: Field): boolean {
  const { since, until, default: fallback } = field.spec
  return since === 0 && until === Number.POSITIVE_INFINITY && fallback === undefined
}
