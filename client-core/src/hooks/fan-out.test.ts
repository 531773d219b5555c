import { describe, expect, test } from 'vitest'
import { fanOut, hookNames } from './fan-out.js'
import type { Hooks } from './hooks.js'
import { basicLogger, silentLogger } from './logger.js'

describe('hooks', () => {
  test('that nobody listens to are not there, so that no event is built for them', () => {
    const heard = fanOut([{ onBrokerRead() {} }, {}], silentLogger)
    expect(Object.keys(heard)).toEqual(['onBrokerRead'])
  })

  test('are told in their order, each as a method of its own object', () => {
    class Counting implements Hooks {
      told: unknown[] = []
      onNewClient(event: { clientId: string }) {
        this.told.push(event)
      }
    }
    const all = [new Counting(), new Counting()]
    fanOut(all, silentLogger).onNewClient?.({ clientId: 'me' })
    expect(all.map(one => one.told)).toEqual([[{ clientId: 'me' }], [{ clientId: 'me' }]])
  })

  test('one that throws harms neither the client nor the next', () => {
    const lines: string[] = []
    const told: string[] = []
    const hooks = fanOut(
      [
        {
          onClientClosed() {
            throw new Error('mine')
          },
        },
        { onClientClosed: event => told.push(event.clientId) },
      ],
      basicLogger(line => lines.push(line), 'error'),
    )
    expect(() => hooks.onClientClosed?.({ clientId: 'me' })).not.toThrow()
    expect(told).toEqual(['me'])
    expect(lines).toEqual(['[ERROR] a hook threw: onClientClosed; error: mine'])
  })

  test('have each of the names that the client calls', () => {
    expect(hookNames.filter(name => /^onBroker/.test(name)).sort()).toEqual([
      'onBrokerConnect',
      'onBrokerDisconnect',
      'onBrokerE2E',
      'onBrokerRead',
      'onBrokerThrottle',
      'onBrokerWrite',
    ])
  })
})
