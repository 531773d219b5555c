import { expect, test } from 'vitest'
import { saysHere, type Watched, whenGone } from './page-watch.js'

test('a page that let go of its lock is gone, although it said nothing', async () => {
  const channel = new MessageChannel()
  let gone = 0
  whenGone(channel.port2, () => gone++)
  channel.port2.start()
  // A page of its own: when its frame is taken away, its locks are free.
  const frame = document.createElement('iframe')
  document.body.append(frame)
  const inner = frame.contentWindow as Window & { navigator: Navigator }
  await new Promise<void>(resolve => {
    void inner.navigator.locks.request('milena-page-test', () => {
      resolve()
      return new Promise<never>(() => {})
    })
  })
  channel.port1.postMessage({ is: 'here', lock: 'milena-page-test' } satisfies Watched)
  await new Promise(resolve => setTimeout(resolve, 100))
  expect(gone).toBe(0)
  frame.remove()
  for (let i = 0; i < 100 && gone === 0; i++) await new Promise(resolve => setTimeout(resolve, 20))
  expect(gone).toBe(1)
})

test('a page says its lock only once it holds it', async () => {
  const said: Watched[] = []
  saysHere(message => said.push(message))
  for (let i = 0; i < 50 && said.length === 0; i++) await new Promise(resolve => setTimeout(resolve, 10))
  expect(said).toHaveLength(1)
  const { held } = await navigator.locks.query()
  expect(held?.map(lock => lock.name)).toContain(said[0].lock)
})
