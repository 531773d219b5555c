import { AT, broken, cursor, END, shared, spend, take, view } from '../bytes/reader.js'
import { putByte, putUvarint, written } from '../bytes/writer.js'
import { type Coder, type Place, refused, shown } from './coder.js'
import { defaultOf, hasTags, isObject, means, type Values } from './defaults.js'
import { MAX_COUNT, SHORT, sizedCoder } from './scalars.js'
import type { Field, Fields, FieldType, UnknownTags, VersionRange } from './schema.js'
import { type Member, readTags, type Tag, writeTags } from './tags.js'

export const within = (range: VersionRange | undefined, version: number): boolean =>
  range !== undefined && version >= range.since && version <= range.until

/** What a field is at one version. */
export function presence(field: Field, version: number): 'plain' | 'tagged' | 'absent' {
  if (!within(field, version)) return 'absent'
  return field.tag === undefined ? 'plain' : 'tagged'
}

export const isNullable = ({ nullable }: Field, version: number): boolean => within(nullable, version)

/** Fields that every version has and that Kafka gives no default must be given. */
const isRequired = ({ since, until, default: stated }: Field) => !since && until === Number.POSITIVE_INFINITY && stated === undefined

/**
 * A struct at one version: the plain fields in order, then, in flexible versions, the tagged section. One that may be null has a byte in
 * front: 1, and for null -1, or 0 where the struct is a tagged field.
 */
export function structCoder(fields: Fields, place: Place): Coder {
  const { path, version, flexible, nullable } = place
  const least = place.tagged ? 1 : 0
  const names = Object.keys(fields)
  const count = names.length
  const members: (Member & { readonly plain: boolean; readonly required: boolean })[] = []
  const known: Member[] = []
  let size = nullable ? Number.NaN : +flexible
  const readers = names.map((name): Coder['read'] => {
    const field = fields[name]
    const { type, tag, ignorable } = field
    const coder = within(field, version)
      ? type.coder({ ...place, path: `${path}.${name}`, nullable: isNullable(field, version), tagged: tag !== undefined })
      : undefined
    const plain = coder && tag === undefined
    const fallback = defaultOf(field)
    const member = { name, coder, fallback, plain: !!plain, required: isRequired(field) }
    if (coder || !ignorable) members.push(member)
    if (plain) {
      size += coder.size
      return coder.read
    }
    if (coder) known[tag!] = member
    return () => fallback
  })

  /*
   * A constructor of its own per struct gives objects of one shape, with room for exactly their fields: half the memory and time of an
   * object literal that grows. Every field is there, in the table's order, whatever the version: code that reads them stays monomorphic.
   */
  function Struct(this: Values): void {
    spend(24 + 8 * count, path)
    // Never run: V8 leaves room in new objects for the assignments that it counts here, and eight more, until it has seen a few of them.
    if (count < 0) this.a = this.b = this.c = this.d = this.e = this.f = this.g = this.h = count
    for (let i = 0; i < count; i++) this[names[i]] = readers[i]()
    if (flexible) readTags(this, known, path)
  }
  Struct.prototype = Object.prototype
  const made = () => new (Struct as unknown as new () => Values)()
  const make = nullable ? () => (view.getInt8(take(1, 'struct')) < least ? null : made()) : made

  return {
    // What has no bytes must not be told by its bytes.
    size: size || Number.NaN,
    read: size <= SHORT ? () => shared(fields, size, make) : make,
    write: given => {
      if (nullable) {
        putByte(given === null ? least - 1 : 1)
        if (given === null) return
      }
      if (!isObject(given)) throw refused(place, `${shown(given)} is no object`)
      let tags: Tag[] | undefined
      for (let i = 0; i < members.length; i++) {
        const { name, coder, fallback, plain, required } = members[i]
        const value = given[name]
        if (plain) {
          if (value === undefined && required) throw refused(place, `the field ${name} is missing`)
          coder!.write(value === undefined ? fallback : value)
        } else if (!means(value, fallback)) {
          if (!coder) throw refused(place, `this version has no field ${name}, which is set`)
          tags ??= []
          tags.push([known.indexOf(members[i]), written(coder.write, value)])
        }
      }
      if (hasTags(given)) {
        if (!flexible) throw refused(place, 'this version has no tagged fields')
        tags ??= []
        for (const [tag, bytes] of given.unknownTags as UnknownTags) {
          if (known[tag] || !(bytes instanceof Uint8Array))
            throw refused(place, `unknownTags has ${shown(bytes)} for tag ${tag}, which is ${known[tag]?.name ?? 'no Uint8Array'}`)
          tags.push([tag, [bytes]])
        }
      }
      if (tags) writeTags(tags)
      else if (flexible) putUvarint(0)
    },
  }
}

export const noItems: readonly unknown[] = Object.freeze([])

export function arrayCoder(of: FieldType, place: Place): Coder {
  const { read, write, size } = of.coder({ ...place, nullable: false })
  // 0 for NaN: a variable that is a fraction for some arrays would be one for all, and decoding Metadata take a tenth longer.
  const each = size | 0
  const make = (count: number) => {
    spend(48 + 8 * count, place.path)
    const items = new Array<unknown>(count)
    for (let i = 0; i < count; i++) items[i] = read()
    return items
  }
  return sizedCoder(
    place,
    'array',
    MAX_COUNT,
    count => {
      if (!count) return noItems
      // An item takes a byte at least.
      if (count > cursor[END] - cursor[AT]) throw broken('array', `${count} items cannot stand in ${cursor[END] - cursor[AT]} bytes`)
      return each && count * each <= SHORT ? shared(of, count * each, make, count) : make(count)
    },
    value => Array.isArray(value) && value,
    items => {
      for (let i = 0; i < items.length; i++) write(items[i])
    },
  )
}
