import type { Reader } from '../bytes/reader.js'
import type { Writer } from '../bytes/writer.js'
import { type Coder, type Member, type Place, refused, shown } from './coder.js'
import { defaultOf, isDefault } from './defaults.js'
import type { Field, Fields, FieldType } from './schema.js'
import { type TagCoder, tagCoder } from './tags.js'

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

/** A struct at one version: the plain fields in order, then, in flexible versions, the tagged section. */
export function structCoder(fields: Fields, place: Place, coderOf: (type: FieldType, place: Place) => Coder): Coder {
  const { version, flexible } = place
  const all = Object.entries(fields)
  const members = (kind: 'plain' | 'tagged'): Member[] =>
    all
      .filter(([, field]) => presence(field, version) === kind)
      .map(([name, field]) => {
        const inside = { ...place, path: `${place.path}.${name}`, nullable: isNullable(field, version), tagged: kind === 'tagged' }
        return { name, field, coder: coderOf(field.spec.type, inside) }
      })
  const plain = members('plain')
  const tags = flexible ? tagCoder(members('tagged'), place) : undefined
  const absent = all.filter(([, field]) => presence(field, version) === 'absent' && !field.spec.ignorable)
  return {
    read: structReader(fields, plain, tags),
    write: structWriter(plain, absent, tags, place),
    min: plain.reduce((sum, { coder }) => sum + coder.min, flexible ? 1 : 0),
    cost: plain.reduce((sum, { coder }) => sum + coder.cost, 24 + 8 * all.length),
  }
}

/**
 * Every struct of a table comes out with the same properties in the same order whatever the version, so that code which reads them stays
 * monomorphic: a field that is not on the wire, or may come as a tag, gets its default at its place.
 */
function structReader(fields: Fields, plain: readonly Member[], tags: TagCoder | undefined): Coder['read'] {
  const names = Object.keys(fields)
  const onWire = new Map(plain.map(({ name, coder }) => [name, coder.read]))
  const readers = names.map(name => {
    const fallback = defaultOf(fields[name])
    return onWire.get(name) ?? (() => fallback)
  })
  const count = names.length
  const skip = structSkipper(plain, tags)
  return (from: Reader) => {
    if (from.discarding) return skip(from)
    const value: Values = {}
    for (let i = 0; i < count; i++) value[names[i]] = readers[i](from)
    if (tags !== undefined) tags.read(from, value)
    return value
  }
}

/** What a reader that discards does: fields of a fixed size that stand together are one step. Plain loops, which make no garbage. */
function structSkipper(plain: readonly Member[], tags: TagCoder | undefined): (from: Reader) => void {
  const others = plain.filter(({ coder }) => !coder.fixed).map(({ coder }) => coder.read)
  const sizes = [0]
  for (const { coder } of plain) {
    if (coder.fixed) sizes[sizes.length - 1] += coder.min
    else sizes.push(0)
  }
  return from => {
    for (let i = 0; i < others.length; i++) {
      from.take(sizes[i], 'field')
      others[i](from)
    }
    from.take(sizes[others.length], 'field')
    if (tags !== undefined) tags.read(from, undefined)
  }
}

function structWriter(plain: readonly Member[], absent: [string, Field][], tags: TagCoder | undefined, place: Place): Coder['write'] {
  const names = plain.map(({ name }) => name)
  const writers = plain.map(({ coder }) => coder.write)
  const fallbacks = plain.map(({ field }) => (isRequired(field) ? undefined : defaultOf(field)))
  const count = names.length
  return (to: Writer, given: unknown) => {
    if (typeof given !== 'object' || given === null) throw refused(place, `${shown(given)} is not an object`)
    const value = given as Values
    for (const [name, field] of absent) {
      if (!isDefault(field, value[name])) throw refused(place, `this version has no field ${name}, which is set`)
    }
    for (let i = 0; i < count; i++) {
      let item = value[names[i]]
      if (item === undefined) item = fallbacks[i]
      if (item === undefined) throw refused(place, `the field ${names[i]} is missing`)
      writers[i](to, item)
    }
    if (tags !== undefined) tags.write(to, value)
    else if (value.unknownTags instanceof Map && value.unknownTags.size > 0) throw refused(place, 'this version has no tagged fields')
  }
}

/** Fields that every version has and that Kafka gives no default must be given. */
function isRequired(field: Field): boolean {
  const { since, until, default: fallback } = field.spec
  return since === 0 && until === Number.POSITIVE_INFINITY && fallback === undefined
}
