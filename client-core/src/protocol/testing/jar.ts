import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { inflateRawSync } from 'node:zlib'

const run = promisify(execFile)

/** Where downloads are kept between runs: `MILENA_CACHE`, or `~/.cache/milena`. */
export const cacheDir = process.env.MILENA_CACHE ?? join(homedir(), '.cache', 'milena')

/** The path of a jar from Maven's central repository, by `group:artifact:version`. Fetched once, then taken from the cache. */
export async function mavenJar(coordinates: string): Promise<string> {
  const [, artifact, version] = coordinates.split(':')
  const name = `${artifact}-${version}.jar`
  const path = join(cacheDir, 'jars', name)
  if (existsSync(path)) return path
  await mkdir(join(cacheDir, 'jars'), { recursive: true })
  // Into a folder of its own first: another test must never see half a file.
  const folder = await mkdtemp(join(cacheDir, 'fetch-'))
  try {
    await run('mvn', ['-q', '-B', 'dependency:copy', `-Dartifact=${coordinates}`, `-DoutputDirectory=${folder}`])
    await rename(join(folder, name), path)
  } catch (cause) {
    throw new Error(`${coordinates} could not be fetched: install Maven (the command mvn), or put ${name} into ${join(cacheDir, 'jars')}`, {
      cause,
    })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
  return path
}

export const kafkaClients = (version: string): Promise<string> => mavenJar(`org.apache.kafka:kafka-clients:${version}`)

/** The entries of a zip file whose name matches, inflated. */
export async function zipEntries(path: string, matches: (name: string) => boolean): Promise<Map<string, Uint8Array>> {
  const zip = await readFile(path)
  const end = zip.lastIndexOf(Buffer.from([0x50, 0x4b, 0x05, 0x06]))
  if (end < 0) throw new Error(`${path} is not a zip file`)
  const entries = new Map<string, Uint8Array>()
  let at = zip.readUInt32LE(end + 16)
  for (let left = zip.readUInt16LE(end + 10); left > 0; left--) {
    const [nameSize, extraSize, commentSize] = [28, 30, 32].map(offset => zip.readUInt16LE(at + offset))
    const name = zip.toString('utf8', at + 46, at + 46 + nameSize)
    if (matches(name)) entries.set(name, inflateEntry(zip, at))
    at += 46 + nameSize + extraSize + commentSize
  }
  return entries
}

/** `at` is where the entry stands in the central directory. */
function inflateEntry(zip: Buffer, at: number): Uint8Array {
  const method = zip.readUInt16LE(at + 10)
  const size = zip.readUInt32LE(at + 20)
  const local = zip.readUInt32LE(at + 42)
  const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28)
  const packed = zip.subarray(start, start + size)
  return method === 0 ? packed : inflateRawSync(packed)
}
