import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createRouter, type Router } from './router.js'
import { takeStartToken } from './token.js'

let router: Router
beforeEach(() => {
  history.replaceState(null, '', '#/c/topics')
  router = createRouter(window)
})
afterEach(() => router.dispose())

const place = () => router.store.getState().place
const open = () => router.store.getState().query.get('open')
const popped = () => new Promise(resolve => addEventListener('popstate', resolve, { once: true }))

describe('the router', () => {
  test('writes the hash and tells those who listen', () => {
    const seen: unknown[] = []
    router.store.subscribe(route => seen.push(route.place))
    router.go({ page: 'topic', topic: 'a/b', tab: 'messages' })
    expect(location.hash).toBe('#/c/topics/a%2Fb/messages')
    expect(seen).toEqual([{ page: 'topic', topic: 'a/b', tab: 'messages' }])
  })

  test('follows Back', async () => {
    router.go({ page: 'groups' })
    const back = popped()
    history.back()
    await back
    expect(place()).toEqual({ page: 'topics' })
  })

  test('Back closes what was opened before it leaves the page', async () => {
    router.go({ page: 'topic', topic: 't', tab: 'messages' })
    router.setQuery(() => new Map([['open', '1:2']]), { layer: true })
    const back = popped()
    history.back()
    await back
    expect(open()).toBeUndefined()
    expect(place()).toMatchObject({ page: 'topic' })
  })

  test('closing a layer by hand leaves no entry behind', async () => {
    router.go({ page: 'topic', topic: 't', tab: 'messages' })
    router.setQuery(() => new Map([['open', '1:2']]), { layer: true })
    const length = history.length
    const back = popped()
    router.closeLayer(() => new Map())
    await back
    expect(open()).toBeUndefined()
    expect(history.length).toBe(length)
  })

  test('a layer that a link opened is closed in place', () => {
    history.replaceState(null, '', '#/c/topics/t/messages?open=1:2')
    window.dispatchEvent(new HashChangeEvent('hashchange'))
    expect(open()).toBe('1:2')
    router.closeLayer(() => new Map())
    expect(open()).toBeUndefined()
  })
})

describe('the start token', () => {
  test('leaves the URL when it is taken, and a reload of the tab still has it', () => {
    history.replaceState(null, '', '#t=s3cret')
    expect(takeStartToken(window)).toBe('s3cret')
    expect(location.href).not.toContain('s3cret')
    expect(takeStartToken(window)).toBe('s3cret')
    sessionStorage.removeItem('milena.token')
    expect(takeStartToken(window)).toBeNull()
  })

  test('may name the place to go on to', () => {
    history.replaceState(null, '', '#t=a%2Bb&to=/c/groups')
    expect(takeStartToken(window)).toBe('a+b')
    expect(location.hash).toBe('#/c/groups')
    sessionStorage.removeItem('milena.token')
  })

  test('reaches no storage that outlives the tab', () => {
    history.replaceState(null, '', '#t=s3cret')
    takeStartToken(window)
    expect(JSON.stringify({ ...localStorage })).not.toContain('s3cret')
    sessionStorage.removeItem('milena.token')
  })
})
