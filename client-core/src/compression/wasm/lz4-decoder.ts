import type { DecodeBlock } from '../lz4-block.js'
import { exportedFunction } from './exports.js'

/**
 * Decodes LZ4 blocks in one pass with every check in it, sixteen bytes at a time: 479 bytes of WebAssembly, written here as they are. Two to three
 * times as fast as a walk for the checks and the exact size, which lz4-wasm needs, and lz4-wasm's own decoder behind it.
 *
 * The first `reservedBytes` of the memory are its own; behind what is read and what is written there must be `slack` bytes, which it may read, or
 * fill with anything.
 */
export const reservedBytes = 272
export const slack = 16

/** @throws WebAssembly.CompileError where the platform has no SIMD, ReferenceError where it has no WebAssembly. */
export function createDecoder(bytes: number): { memory: Uint8Array; decode: DecodeBlock } {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(assemble(Math.ceil(bytes / 65536))))
  const memory = new Uint8Array((exports.m as WebAssembly.Memory).buffer)
  // For a match that overlaps itself within 16 bytes: where each of them comes from, and how many are whole repetitions.
  for (let offset = 1; offset < 16; offset++) {
    for (let i = 0; i < 16; i++) memory[16 * offset + i] = i % offset
    memory[steps + offset] = 16 - (16 % offset)
  }
  const decode = exportedFunction(exports, 'f')
  return { memory, decode: (_, src, end, dst, limit, floor) => decode(src, end, dst, limit, floor) }
}
const steps = 256

const [src, end, dst, limit, floor, token, size, offset, from, to, step, pattern] = Array(12).keys()
const [i32, v128, nothing] = [0x7f, 0x7b, 0x40]

const get = (local: number) => [0x20, local]
const set = (local: number, ...value: number[]) => [...value, 0x21, local]
const constant = (value: number) => [0x41, ...signed(value)]
const binary = (opcode: number) => (a: number[], b: number[]) => [...a, ...b, opcode]
const [equal, below, above, atLeast, plus, minus, and, shiftLeft, shiftRight] = [0x46, 0x49, 0x4b, 0x4f, 0x6a, 0x6b, 0x71, 0x74, 0x76].map(
  binary,
)
const load8 = (at: number[], offset = 0) => [...at, 0x2d, 0, ...unsigned(offset)]
const load16 = (at: number[]) => [...at, 0x2f, 0, 0]
const load128 = (at: number[]) => [...at, 0xfd, 0, 0, 0]
const store128 = (at: number[], value: number[]) => [...at, ...value, 0xfd, 0x0b, 0, 0]
const swizzle = (bytes: number[], indices: number[]) => [...bytes, ...indices, 0xfd, 0x0e]

const close = 0x0b
const loopWhile = (condition: number[], ...body: number[][]) => [0x03, nothing, ...body.flat(), ...condition, 0x0d, 0, close]
const when = (condition: number[], ...body: number[][]) => [...condition, 0x04, nothing, ...body.flat(), close]
const either = (condition: number[], then: number[], otherwise: number[]) => [
  ...condition,
  0x04,
  nothing,
  ...then,
  0x05,
  ...otherwise,
  close,
]
const giveBack = (value: number[]) => [...value, 0x0f]
const refuseIf = (condition: number[]) => when(condition, giveBack(constant(-1)))
const add = (local: number, value: number[]) => set(local, ...plus(get(local), value))

/** A length of 15 goes on in the bytes that follow, up to the first that is not 255. */
const lengthened = when(
  equal(get(size), constant(15)),
  loopWhile(
    equal(get(step), constant(255)),
    refuseIf(atLeast(get(src), get(end))),
    set(step, ...load8(get(src))),
    add(src, constant(1)),
    add(size, get(step)),
  ),
)
const copied = loopWhile(below(get(to), get(dst)), store128(get(to), load128(get(from))), add(from, constant(16)), add(to, constant(16)))
const repeated = [
  ...set(pattern, ...swizzle(load128(get(from)), load128(shiftLeft(get(offset), constant(4))))),
  ...set(step, ...load8(get(offset), steps)),
  ...loopWhile(below(get(to), get(dst)), store128(get(to), get(pattern)), add(to, get(step))),
]

/** `f(src, end, dst, limit, floor)`, see `DecodeBlock`. Memory is `m`. */
function assemble(pages: number): Uint8Array<ArrayBuffer> {
  const body = [
    ...[2, 6, i32, 1, v128],
    ...loopWhile(
      constant(1),
      refuseIf(atLeast(get(src), get(end))),
      set(token, ...load8(get(src))),
      add(src, constant(1)),
      set(size, ...shiftRight(get(token), constant(4))),
      lengthened,
      refuseIf(above(get(size), minus(get(end), get(src)))),
      refuseIf(above(get(size), minus(get(limit), get(dst)))),
      set(from, ...get(src)),
      set(to, ...get(dst)),
      add(src, get(size)),
      add(dst, get(size)),
      copied,
      when(equal(get(src), get(end)), giveBack(get(dst))),

      refuseIf(below(minus(get(end), get(src)), constant(2))),
      set(offset, ...load16(get(src))),
      add(src, constant(2)),
      // An offset of 0 becomes the largest number.
      refuseIf(atLeast(minus(get(offset), constant(1)), minus(get(dst), get(floor)))),
      set(size, ...and(get(token), constant(15))),
      lengthened,
      add(size, constant(4)),
      refuseIf(above(get(size), minus(get(limit), get(dst)))),
      set(from, ...minus(get(dst), get(offset))),
      set(to, ...get(dst)),
      add(dst, get(size)),
      either(below(get(offset), constant(16)), repeated, copied),
    ),
    ...[0x00, close],
  ]
  return new Uint8Array([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [1, 0x60, 5, i32, i32, i32, i32, i32, 1, i32]),
    ...section(3, [1, 0]),
    ...section(5, [1, 0, ...unsigned(pages)]),
    ...section(7, [2, 1, 0x6d, 2, 0, 1, 0x66, 0, 0]),
    ...section(10, [1, ...sized(body)]),
  ])
}

const section = (id: number, content: number[]) => [id, ...sized(content)]
const sized = (content: number[]) => [...unsigned(content.length), ...content]

// LEB128.
function unsigned(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...unsigned(value >>> 7)]
}
function signed(value: number): number[] {
  return value >= -64 && value < 64 ? [value & 127] : [(value & 127) | 128, ...signed(value >> 7)]
}
