import type { Socket } from 'node:net'
import { expect, test } from 'vitest'
import { tune } from './dial.js'

test('small requests go out at once, and a peer that is gone is noticed within minutes', () => {
  const told: unknown[] = []
  const socket = {
    setNoDelay: (on: boolean) => void told.push(['no delay', on]),
    setKeepAlive: (on: boolean, ms: number) => void told.push(['keep alive', on, ms]),
  }
  tune(socket as unknown as Socket)
  expect(told).toEqual([
    ['no delay', true],
    ['keep alive', true, 60_000],
  ])
})
