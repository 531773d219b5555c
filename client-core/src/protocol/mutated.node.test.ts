import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ClientError } from '../error.js'
import { type Api, apis } from './apis.js'
import { decodeRequest, decodeResponse, encodeFrame, encodeResponseFrame, readRequestHeader } from './frame.js'
import { anyInput } from './testing/arbitrary.js'
import { mutated, random } from './testing/mutate.js'

/** `npm run fuzz` sets how many frames, and may set the seed. */
const frames = Number(process.env.MILENA_FUZZ_FRAMES ?? 30_000)
const seed = Number(process.env.MILENA_FUZZ_SEED ?? 20_26)

interface Sample {
  readonly name: string
  readonly frame: Uint8Array
  readonly decode: (frame: Uint8Array) => unknown
}

/** A few frames of each request and response at each version, as they come off a socket, without their size. */
function corpus(): Sample[] {
  return [...apis.values()].flatMap(api => {
    const [first, last] = api.request.versions
    const versions = Array.from({ length: last - first + 1 }, (_, i) => first + i)
    return versions.flatMap(version => [...requests(api, version), ...responses(api, version)])
  })
}

function requests({ request }: Api, version: number): Sample[] {
  return fc.sample(anyInput(request, version), { seed, numRuns: 3 }).map(body => ({
    name: `${request.name} v${version}`,
    frame: whole(encodeFrame(request, version, 7, 'fuzz', body)),
    decode: decodeAny,
  }))
}

/** As a broker does: what the header asks for decides. */
function decodeAny(frame: Uint8Array): unknown {
  const { apiKey, apiVersion } = readRequestHeader(frame)
  const asked = apis.get(apiKey)?.request
  if (asked === undefined || apiVersion < asked.versions[0] || apiVersion > asked.versions[1]) return undefined
  return decodeRequest(asked, frame).body
}

function responses({ response }: Api, version: number): Sample[] {
  return fc.sample(anyInput(response, version), { seed, numRuns: 3 }).map(body => ({
    name: `${response.name} v${version}`,
    frame: whole(encodeResponseFrame(response, version, 7, body)),
    decode: frame => decodeResponse(response, version, frame).body,
  }))
}

const whole = (chunks: readonly Uint8Array[]): Uint8Array => Uint8Array.from(chunks.flatMap(chunk => [...chunk])).subarray(4)

/** Objects and array slots that decoding made; what is frozen is shared and was there before. */
function made(value: unknown): number {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array || Object.isFrozen(value)) return 0
  if (value instanceof Map) return value.size
  if (Array.isArray(value)) return value.reduce<number>((sum, item) => sum + 1 + made(item), 0)
  return Object.values(value).reduce<number>((sum, item) => sum + made(item), 1)
}

test(`${frames} mutated frames, seed ${seed}: decoded or MALFORMED, in steps and objects that their bytes bound`, () => {
  const samples = corpus()
  const next = random(seed)
  const getters = ['getInt8', 'getUint8', 'getInt16', 'getUint16', 'getInt32', 'getUint32', 'getBigInt64', 'getFloat64'] as const
  let steps = 0
  // Every number that is read, lengths and counts included: with values that take no reading, such as null, there are never more than bytes.
  const spies = getters.map(name => {
    const plain: (this: DataView, at: number) => unknown = DataView.prototype[name]
    const counted = function (this: DataView, at: number) {
      steps++
      return plain.call(this, at)
    }
    Object.assign(DataView.prototype, { [name]: counted })
    return () => Object.assign(DataView.prototype, { [name]: plain })
  })
  let [decoded, most, longest] = [0, 0, 0]
  try {
    for (let i = 0; i < frames; i++) {
      const sample = samples[i % samples.length]
      let frame = sample.frame
      for (let changes = 1 + next(3); changes > 0; changes--) frame = mutated(frame, next)
      steps = 0
      try {
        const objects = made(sample.decode(frame))
        decoded++
        if (objects > 2 * frame.length + 1) throw new Error(`${objects} objects of ${frame.length} bytes`)
      } catch (error) {
        if (!(error instanceof ClientError) || error.code !== 'MALFORMED') {
          throw new Error(`frame ${i} of seed ${seed}, ${sample.name}: ${Buffer.from(frame).toString('hex')}`, { cause: error })
        }
      }
      // A length and what it is the length of: two steps a byte at most, and a header.
      if (steps > 2 * frame.length + 20)
        throw new Error(`frame ${i} of seed ${seed}, ${sample.name}: ${steps} steps for ${frame.length} bytes`)
      most = Math.max(most, steps / (frame.length + 20))
      longest = Math.max(longest, frame.length)
    }
  } finally {
    for (const restore of spies) restore()
  }
  console.log(
    `${frames} frames of ${samples.length} samples, seed ${seed}: ${decoded} decoded, ${frames - decoded} refused; ` +
      `at most ${most.toFixed(2)} steps a byte; the longest has ${longest} bytes`,
  )
  expect(decoded).toBeGreaterThan(frames / 20)
  expect(frames - decoded).toBeGreaterThan(frames / 20)
}, 3_600_000)
