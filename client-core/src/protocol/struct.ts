import { broken, type Reader, shared, spend } from '../bytes/reader.js'
import { type Coder, type Place, refused, shown } from './coder.js'
import { defaultOf, hasTags, isDefault, type Values } from './defaults.js'
import { int8, int32, SHORT, sizedCoder } from './scalars.js'
import type { Field, Fields, FieldType, VersionRange } from './schema.js'
import { type Member, readTags, writeTags } from './tags.js'

export const within = (range: VersionRange | undefined, version: number): boolean =>
  range !== undefined && version >= range.since && version <= range.until

/** What a field is at one version. */
export function presence(field: Field, version: number): 'plain' | 'tagged' | 'absent' {
  if (!within(field, version)) return 'absent'
  return field.tag === undefined ? 'plain' : 'tagged'
}

export const isNullable = ({ nullable }: Field, version: number): boolean => within(nullable, version)

/** A struct at one version: the plain fields in order, then, in flexible versions, the tagged section. */
export function structCoder(fields: Fields, place: Place): Coder {
  const { path, version, flexible } = place
  const plain: Member[] = []
  const tagged: Member[] = []
  const absent: [name: string, field: Field][] = []
  const names = Object.keys(fields)
  let min = flexible ? 1 : 0
  let fixed = true
  const readers = names.map((name): Coder['read'] => {
    const field = fields[name]
    const { type, tag, ignorable } = field
    const fallback = defaultOf(field)
    if (within(field, version)) {
      const inside = { ...place, path: `${path}.${name}`, nullable: isNullable(field, version), tagged: tag !== undefined }
      const coder = type.coder(inside)
      const member = { name, field, coder }
      if (tag === undefined) {
        plain.push(member)
        min += coder.min
        fixed &&= !!coder.fixed
        return coder.read
      }
      tagged[tag] = member
    } else if (!ignorable) absent.push([name, field])
    return () => fallback
  })
  const count = names.length

  /*
   * A constructor of its own per struct gives objects of one shape, with room for exactly their fields: half the memory and time of an
   * object literal that grows. Every field is there, in the table's order, whatever the version: code that reads them stays monomorphic.
   */
  function Struct(this: Values, from: Reader): void {
    spend(from, 24 + 8 * count, path)
    // Never run: V8 leaves room in new objects for the assignments that it counts here, and eight more, until it has seen a few of them.
    if (count < 0) this.a = this.b = this.c = this.d = this.e = this.f = this.g = this.h = count
    for (let i = 0; i < count; i++) this[names[i]] = readers[i](from)
    if (flexible) readTags(from, this, tagged, place)
  }
  Struct.prototype = Object.prototype

  return {
    min,
    fixed,
    read: from => new (Struct as unknown as new (from: Reader) => Values)(from),
    write: (to, given) => {
      if (typeof given !== 'object' || !given) throw refused(place, `${shown(given)} is no object`)
      const value = given as Values
      for (const [name, field] of absent) {
        if (!isDefault(field, value[name])) throw refused(place, `this version has no field ${name}, which is set`)
      }
      for (const { name, field, coder } of plain) {
        let item = value[name]
        if (item === undefined) {
          // Fields that every version has and that Kafka gives no default must be given.
          const { since, until, default: stated } = field
          if (since === 0 && until === Number.POSITIVE_INFINITY && stated === undefined)
            throw refused(place, `the field ${name} is missing`)
          item = defaultOf(field)
        }
        coder.write(to, item)
      }
      if (flexible) writeTags(to, value, tagged, place)
      else if (hasTags(value)) throw refused(place, 'this version has no tagged fields')
    },
  }
}

/** A struct that may be null has one byte in front: 1, and for null -1, or 0 where the struct is a tagged field. */
export function nullableStructCoder(fields: Fields, place: Place): Coder {
  const inner = structCoder(fields, place)
  if (!place.nullable) return inner
  const flag = int8.coder(place)
  const least = place.tagged ? 1 : 0
  return {
    min: 1,
    read: from => ((flag.read(from) as number) < least ? null : inner.read(from)),
    write: (to, value) => {
      flag.write(to, value === null ? least - 1 : 1)
      if (value !== null) inner.write(to, value)
    },
  }
}

export const noItems: readonly unknown[] = Object.freeze([])

export function arrayCoder(of: FieldType, place: Place): Coder {
  const { read, write, min, fixed } = of.coder({ ...place, nullable: false })
  const isStruct = of.kind === 'struct'
  const item = isStruct && fixed && min <= SHORT ? (from: Reader) => shared(from, of, min, read) : read

  const make = (from: Reader, count: number) => {
    spend(from, 48 + 8 * count, place.path)
    const items = new Array<unknown>(count)
    for (let i = 0; i < count; i++) items[i] = item(from)
    return items
  }
  return sizedCoder(
    place,
    'array',
    int32,
    (from, count) => {
      if (!count) return noItems
      const size = count * min
      const left = from.end - from.offset
      if (size > left || count > left) throw broken(from, 'array', `${count} items need at least ${size} bytes and ${left} are left`)
      return fixed && !isStruct && size <= SHORT ? shared(from, of, size, make, count) : make(from, count)
    },
    value => Array.isArray(value) && value,
    (to, items) => {
      for (let i = 0; i < items.length; i++) write(to, items[i])
    },
  )
}
