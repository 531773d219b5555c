import { describe, expect, test } from 'vitest'
import { setup } from '../testing/setup.js'

describe('simulated consumers', () => {
  test('commit what they can read in the time that passed, and catch up', async () => {
    const { sandbox, clock } = await setup({ topics: { orders: 2 } })
    for (const partition of [0, 1])
      sandbox.append(
        'orders',
        partition,
        Array.from({ length: 100 }, () => ({ value: 'x' })),
      )
    const group = sandbox.group('billing', { members: 2, topics: ['orders'], offsets: { orders: { 0: 0n, 1: 0n } } })
    const stop = group.consume({ perSecond: 40 })
    expect(group.lag).toBe(200n)
    await clock.advance(1000)
    expect(group.lag).toBe(160n)
    await clock.advance(9000)
    expect(group.lag).toBe(0n)
    expect([group.committed('orders', 0), group.committed('orders', 1)]).toEqual([100n, 100n])
    stop()
    expect(clock.pending).toBe(0)
  })

  test('what one partition does not need goes to the others, and lag can be kept', async () => {
    const { sandbox, clock } = await setup({ topics: { orders: 3 } })
    sandbox.append(
      'orders',
      1,
      Array.from({ length: 100 }, () => ({ value: 'x' })),
    )
    const group = sandbox.group('billing', { members: 1, topics: ['orders'] })
    group.consume({ perSecond: 30, keepBehind: 5n })
    await clock.advance(3000)
    expect(group.committed('orders', 1)).toBe(90n)
    await clock.advance(3000)
    expect(group.committed('orders', 1)).toBe(95n)
  })

  test('stand still while the group is not stable, and stop with the sandbox', async () => {
    const { sandbox, clock } = await setup({ topics: { orders: 1 } })
    sandbox.append('orders', 0, [{ value: 'x' }])
    const group = sandbox.group('billing', { members: 1, topics: ['orders'] })
    group.consume({ perSecond: 10 })
    group.state = 'PreparingRebalance'
    await clock.advance(5000)
    expect(group.committed('orders', 0)).toBe(undefined)
    group.state = 'Stable'
    await clock.advance(1000)
    expect(group.committed('orders', 0)).toBe(1n)
    await sandbox.close()
    expect(clock.pending).toBe(0)
  })
})
