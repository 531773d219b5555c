import { expect, test } from 'vitest'
import { Inbox } from './inbox.js'
import { outcome } from './testing/streams.js'

const read = async (inbox: Inbox) => {
  const got: number[] = []
  for await (const chunk of inbox) got.push(chunk[0])
  return got
}

test('counts what waits and keeps the order over many chunks', async () => {
  let taken = 0
  const inbox = new Inbox(() => {
    taken += 1
  })
  for (let i = 0; i < 5000; i++) inbox.push(new Uint8Array([i & 255, 0]))
  expect(inbox.bytes).toBe(10_000)
  inbox.finish()
  expect(await read(inbox)).toEqual(Array.from({ length: 5000 }, (_, i) => i & 255))
  expect([inbox.bytes, taken]).toEqual([0, 5000])
})

test('what came before a failure is read first; the failure stays for every later reader', async () => {
  const inbox = new Inbox()
  const broken = new Error('broken')
  inbox.push(new Uint8Array([1]))
  inbox.finish(broken)
  inbox.finish(new Error('too late'))
  inbox.push(new Uint8Array([2]))
  expect((await inbox.next()).value).toEqual(new Uint8Array([1]))
  expect(await outcome(inbox.next())).toBe(broken)
  expect(await outcome(inbox.next())).toBe(broken)
})

test('discarding with a reason replaces an end that was not seen, never an earlier failure', async () => {
  const reason = new Error('closed here')
  const ended = new Inbox()
  ended.push(new Uint8Array(5))
  ended.finish()
  ended.discard(reason)
  expect([await outcome(ended.next()), ended.bytes]).toEqual([reason, 0])
  const broken = new Error('broken')
  const failed = new Inbox()
  failed.finish(broken)
  failed.discard(reason)
  expect(await outcome(failed.next())).toBe(broken)
})

test('an empty chunk is no chunk', async () => {
  const inbox = new Inbox()
  const next = inbox.next()
  inbox.push(new Uint8Array(0))
  inbox.push(new Uint8Array([9]))
  expect((await next).value).toEqual(new Uint8Array([9]))
})
