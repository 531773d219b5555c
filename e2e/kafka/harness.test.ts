import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { cached } from '../scripts/cache.mjs'
import { liveBrokers, until } from './admin.js'
import { startKafka } from './kafka.js'
import { type CodecName, kcatConsume, kcatGroup, kcatHeaders, kcatProduce } from './kcat.js'
import { consoleConsume, consoleProduce, describeGroup, dumpLog } from './tools.js'
import { useKafka } from './use.js'

const codecs: CodecName[] = ['none', 'gzip', 'snappy', 'lz4', 'zstd']
const text = (bytes: Buffer | null) => bytes?.toString() ?? null

describe('one broker', () => {
  const kafka = useKafka()

  test('what kcat writes it reads back, byte for byte: keys, nulls, empties, binary, repeated headers', async () => {
    await kafka().createTopic('bytes')
    const binary = Buffer.from([0, 10, 255, 0, 13, 10, 128])
    const headers = [
      ['h', '1'],
      ['h', '2'],
      ['empty', ''],
      ['none', null],
    ] as const
    await kcatProduce(kafka().bootstrap, 'bytes', [
      { key: 'k', value: 'v', headers },
      { key: null, value: 'no key' },
      { key: '', value: '' },
      { key: 'tombstone', value: null },
      { key: null, value: null },
      { key: binary, value: binary },
    ])
    const read = await kcatConsume(kafka().bootstrap, 'bytes')
    expect(read.map(({ key, value }) => [key, value])).toEqual([
      [Buffer.from('k'), Buffer.from('v')],
      [null, Buffer.from('no key')],
      [Buffer.from(''), Buffer.from('')],
      [Buffer.from('tombstone'), null],
      [null, null],
      [binary, binary],
    ])
    expect(read.map(({ offset }) => offset)).toEqual([0n, 1n, 2n, 3n, 4n, 5n])
    expect(read[0].headers).toEqual(kcatHeaders(headers))
    expect(read[1].headers).toHaveLength(0)
  })

  test.each(codecs)('kcat writes %s batches, and the log holds them so', async codec => {
    await kafka().createTopic(codec)
    const value = 'long enough for a codec to be worth its while '.repeat(50)
    await kcatProduce(kafka().bootstrap, codec, [{ value }], { codec })
    expect((await kcatConsume(kafka().bootstrap, codec)).map(({ value }) => text(value))).toEqual([value])
    const [batch] = await dumpLog(kafka().broker(1), codec)
    expect(batch.get('compresscodec')).toBe(codec)
    expect(batch.get('isvalid')).toBe('true')
  })

  test("Kafka's console tools agree with kcat", async () => {
    await kafka().createTopic('console')
    await consoleProduce(kafka().bootstrap, 'console', [
      {
        key: 'a',
        value: '1',
        headers: [
          ['h', 'x'],
          ['h', 'y'],
        ],
      },
      { key: null, value: 'no key' },
      { key: 'gone', value: null },
    ])
    await kcatProduce(kafka().bootstrap, 'console', [
      {
        key: '',
        value: '',
        headers: [
          ['none', null],
          ['empty', ''],
        ],
      },
    ])
    const [java, kcat] = await Promise.all([consoleConsume(kafka().bootstrap, 'console', 4), kcatConsume(kafka().bootstrap, 'console')])
    expect(java.map(({ key, value }) => [text(key), text(value)])).toEqual([
      ['a', '1'],
      [null, 'no key'],
      ['gone', null],
      ['', ''],
    ])
    expect(kcat.map(({ key, value, offset, timestamp }) => [text(key), text(value), offset, timestamp])).toEqual(
      java.map(({ key, value, offset, timestamp }) => [text(key), text(value), offset, timestamp]),
    )
    expect(java[0].headers.map(([name, value]) => [name, text(value)])).toEqual([
      ['h', 'x'],
      ['h', 'y'],
    ])
    expect(java[3].headers.map(([name, value]) => [name, text(value)])).toEqual([
      ['none', null],
      ['empty', ''],
    ])
  })

  test('end offsets and committed offsets can be asked for', async () => {
    await kafka().createTopic('group')
    await kcatProduce(kafka().bootstrap, 'group', [{ value: '1' }, { value: '2' }, { value: '3' }])
    expect(await kafka().endOffset('group')).toBe(3n)
    expect(await kcatGroup(kafka().bootstrap, 'readers', 'group')).toBe(3)
    await kcatProduce(kafka().bootstrap, 'group', [{ value: '4' }])
    expect(await describeGroup(kafka().bootstrap, 'readers')).toEqual([{ topic: 'group', partition: 0, committed: 3n, end: 4n, lag: 1n }])
  })

  test('a broker that was killed comes back with its records, at the same address', async () => {
    await kafka().createTopic('kept')
    await kcatProduce(kafka().bootstrap, 'kept', [{ value: 'before' }])
    await kafka().broker(1).kill()
    expect(kafka().broker(1).running).toBe(false)
    await kafka().restart(1)
    await kcatProduce(kafka().bootstrap, 'kept', [{ value: 'after' }])
    expect((await kcatConsume(kafka().bootstrap, 'kept')).map(({ value }) => text(value))).toEqual(['before', 'after'])
  })
})

describe('three brokers', () => {
  const kafka = useKafka({ brokers: 3 })

  test('partitions are spread over all, each with three copies in sync', async () => {
    await kafka().createTopic('spread', { partitions: 3 })
    const partitions = await kafka().partitions('spread')
    expect(new Set(partitions.map(({ leader }) => leader))).toEqual(new Set([1, 2, 3]))
    for (const { isr } of partitions) expect([...isr].sort()).toEqual([1, 2, 3])
  })

  test('a leader is moved to a broker that is named', async () => {
    await kafka().createTopic('moved', { replicas: [[1, 2]] })
    await kafka().moveLeader('moved', 0, 2)
    expect((await kafka().leader('moved')).id).toBe(2)
    await kafka().moveLeader('moved', 0, 3)
    expect((await kafka().partitions('moved'))[0].replicas[0]).toBe(3)
  })

  test('a killed leader is followed by another, and nothing that was acknowledged is lost', async () => {
    await kafka().createTopic('survives')
    await kcatProduce(kafka().bootstrap, 'survives', [{ value: 'before' }], { settings: { acks: 'all' } })
    const first = await kafka().leader('survives')
    await first.kill()
    await until('another broker leads', async () => (await kafka().leader('survives')).id !== first.id)
    await kcatProduce(kafka().bootstrap, 'survives', [{ value: 'after' }], { settings: { acks: 'all' } })
    await kafka().restart(first.id)
    expect(await liveBrokers(first)).toEqual(expect.arrayContaining([1, 2, 3]))
    expect((await kcatConsume(kafka().bootstrap, 'survives')).map(({ value }) => text(value))).toEqual(['before', 'after'])
  })

  test('a broker that is told to stop hands its leaders over first', async () => {
    await kafka().createTopic('handed', { replicas: [[2, 1, 3]] })
    await kafka().broker(2).stop()
    expect((await kafka().leader('handed')).id).not.toBe(2)
    await kafka().restart(2)
  })
})

describe('what it leaves behind', () => {
  const alive = (pid: number) => {
    try {
      process.kill(pid, 0)
      return true
    } catch {
      return false
    }
  }

  test('closing ends the processes and removes what they wrote', async () => {
    const kafka = await startKafka({ warm: false })
    const pid = kafka.broker(1).pid ?? 0
    expect(alive(pid)).toBe(true)
    await kafka.close()
    expect(alive(pid)).toBe(false)
    expect(existsSync(kafka.root)).toBe(false)
  })

  test('closing ends ZooKeeper too, and a broker stopped meanwhile comes back to it', async () => {
    const kafka = await startKafka({ release: '2.8.2', warm: false })
    // Killed, it could not register again before its old session has ended.
    await kafka.broker(1).stop()
    await kafka.restart(1)
    const pids = [kafka.broker(1), kafka.zookeeper].map(process => process?.pid ?? 0)
    expect(pids.map(alive)).toEqual([true, true])
    await kafka.close()
    expect(pids.map(alive)).toEqual([false, false])
    expect(existsSync(kafka.root)).toBe(false)
  })

  test('a broker dies with the process that started it, also when that is killed', async () => {
    const script = `
      import { runnerImport } from 'vite'
      const { module } = await runnerImport(${JSON.stringify(join(import.meta.dirname, 'kafka.ts'))}, { configFile: false, logLevel: 'error' })
      const kafka = await module.startKafka({ warm: false })
      console.log(JSON.stringify({ pid: kafka.broker(1).pid, root: kafka.root }))
      setInterval(() => {}, 1000)`
    const parent = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
    const [line] = await once(parent.stdout, 'data')
    const { pid, root } = JSON.parse(String(line))
    expect(alive(pid)).toBe(true)
    parent.kill('SIGKILL')
    await until('the broker and its directory are gone', async () => !alive(pid) && !existsSync(root), 10_000)
  })

  test('a broker that cannot start says why, in its own words', async () => {
    const broken = startKafka({ settings: { 'log.cleaner.threads': -1 } })
    const error = await broken.catch((error: Error) => error)
    expect(String(error)).toContain('log.cleaner.threads')
    const [, log] = String(error).match(/^--- (.*)$/m) ?? []
    expect(await readFile(log, 'utf8')).toContain('ConfigException')
    await rm(join(log, '..', '..'), { recursive: true })
  })
})

describe('the cache', () => {
  test('a thing is made once however many ask, and a failure leaves nothing', async () => {
    const name = `test-${process.pid}`
    let made = 0
    const make = async (directory: string) => {
      made++
      await sleep(50)
      await writeFile(join(directory, 'file'), 'whole')
    }
    await expect(cached(name, () => Promise.reject(new Error('no network')))).rejects.toThrow('no network')
    const paths = await Promise.all([cached(name, make), cached(name, make), cached(name, make)])
    expect(made).toBe(1)
    expect(new Set(paths).size).toBe(1)
    expect(await readFile(join(paths[0], 'file'), 'utf8')).toBe('whole')
    expect((await readdir(join(paths[0], '..'))).filter(entry => entry.includes(name))).toEqual([name])
    await rm(paths[0], { recursive: true })
  })

  test('a lock whose holder died does not hold', async () => {
    const gone = spawn(process.execPath, ['-e', '0'])
    await once(gone, 'exit')
    const name = `test-dead-${process.pid}`
    const scratch = await mkdtemp(join(tmpdir(), 'milena-'))
    const path = await cached(name, async () => {}).then(made => rm(made, { recursive: true }).then(() => made))
    await writeFile(`${path}.lock`, String(gone.pid))
    expect(await cached(name, async () => {})).toBe(path)
    await rm(path, { recursive: true })
    await rm(scratch, { recursive: true })
  })
})
