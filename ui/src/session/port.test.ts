import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { PortSession } from './port-session.js'
import { STREAM_CREDIT } from './protocol.js'
import { type CallHandlers, type StreamContext, type StreamHandlersOf, servePort } from './serve-port.js'
import { faultOf, SessionError } from './session.js'
import { fault } from './testing/fake.js'

let channel: MessageChannel
let page: PortSession
let goodbyes: number
const calls = {} as CallHandlers
const streams = {} as StreamHandlersOf

beforeEach(() => {
  channel = new MessageChannel()
  goodbyes = 0
  servePort(channel.port2, { calls, streams, fault: faultOf }, () => goodbyes++)
  page = new PortSession(channel.port1)
})
afterEach(() => channel.port2.close())

/** Messages keep their order: when two calls in turn were answered, all that was sent before them was taken, and answered where it needs no time. */
async function settled(): Promise<void> {
  calls['session.open'] = async () => ({}) as never
  for (let i = 0; i < 2; i++) await page.call('session.open', {} as never)
}

describe('calls', () => {
  test('are answered by number, whatever order the answers come in', async () => {
    const answers: ((name: string) => void)[] = []
    calls['topics.list'] = () =>
      new Promise(resolve => answers.push(name => resolve({ topics: [], clusterId: name, controller: 1, at: 0 })))
    const first = page.call('topics.list', { topics: null })
    const second = page.call('topics.list', { topics: null })
    await settled()
    answers[1]('second')
    answers[0]('first')
    expect([(await first).clusterId, (await second).clusterId]).toEqual(['first', 'second'])
  })

  test('that fail reject with the fault, its parts whole', async () => {
    calls['groups.list'] = () => Promise.reject(new SessionError(fault('Groups not read')))
    await expect(page.call('groups.list', {})).rejects.toMatchObject({
      fault: { what: 'Groups not read', code: 'REQUEST_TIMED_OUT', errno: 7, broker: 3 },
    })
  })

  test('that are aborted reject at once, and the session hears of it', async () => {
    let heard: AbortSignal | undefined
    calls['topics.list'] = (_, { signal }) => {
      heard = signal
      return new Promise(() => undefined)
    }
    const abort = new AbortController()
    const answer = page.call('topics.list', { topics: null }, { signal: abort.signal })
    await settled()
    abort.abort()
    await expect(answer).rejects.toThrow(/abort/)
    await settled()
    expect(heard?.aborted).toBe(true)
  })

  test('tell who asked', async () => {
    let origin = ''
    calls['groups.list'] = async (_, context) => {
      origin = context.origin.view
      return { groups: [], partial: { asked: 0, answered: 0, faults: [] }, at: 0 }
    }
    await page.call('groups.list', {}, { view: 'groups' })
    expect(origin).toBe('groups')
  })

  test('carry int64 and bytes unchanged', async () => {
    calls['produce.partitionFor'] = async ({ key }) => ({ hash: key[0], partition: key.length, partitions: 12, leader: 1 })
    expect(await page.call('produce.partitionFor', { topic: 't', key: Uint8Array.from([7, 8]) })).toMatchObject({ hash: 7, partition: 2 })
  })
})

describe('streams', () => {
  test('are held back until the page has taken what was sent', async () => {
    let sent = 0
    streams['wire.figures'] = async (_, context: StreamContext<'wire.figures'>) => {
      for (;;) {
        await context.ready()
        context.send({} as never)
        sent++
      }
    }
    // A page that takes what comes and gives no credit of its own accord.
    const subscribe = { is: 'subscribe', id: 99, stream: 'wire.figures', params: {}, origin: { view: '' } }
    channel.port1.postMessage(subscribe)
    await settled()
    expect(sent).toBe(STREAM_CREDIT)
    channel.port1.postMessage({ is: 'credit', id: 99, count: 1 })
    await settled()
    expect(sent).toBe(STREAM_CREDIT + 1)
    channel.port1.postMessage({ is: 'unsubscribe', id: 99 })
  })

  test('end for the page when the handler is done, once, and not after it let go', async () => {
    streams['session.status'] = async () => undefined
    const closed: unknown[] = []
    page.subscribe('session.status', {}, { event: () => undefined, closed: end => closed.push(end) })
    await settled()
    const second = page.subscribe('session.status', {}, { event: () => undefined, closed: end => closed.push(end) })
    second.close()
    await settled()
    expect(closed).toEqual([null])
  })

  test('take commands', async () => {
    const heard: string[] = []
    streams.scan = (_, context) => {
      context.onCommand = command => heard.push(command)
      return new Promise(() => undefined)
    }
    const scan = page.subscribe('scan', {} as never, { event: () => undefined })
    scan.command('pause')
    scan.command('stop')
    await settled()
    expect(heard).toEqual(['pause', 'stop'])
  })

  test('a page that goes away lets go of everything it asked for', async () => {
    const signals: AbortSignal[] = []
    streams.scan = (_, { signal }) => {
      signals.push(signal)
      return new Promise(() => undefined)
    }
    calls['groups.list'] = (_, { signal }) => {
      signals.push(signal)
      return new Promise(() => undefined)
    }
    page.subscribe('scan', {} as never, { event: () => undefined })
    const answer = page.call('groups.list', {})
    await settled()
    page.close()
    await expect(answer).rejects.toThrow('The session was closed')
    await vi.waitFor(() => expect(goodbyes).toBe(1))
    expect(signals.map(signal => signal.aborted)).toEqual([true, true])
  })
})
