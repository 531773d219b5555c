import { expect, test } from 'vitest'
import { buildStale } from './scripts/build.mjs'
import { sizes } from './scripts/size.mjs'

test('what a page loads stays within its budget', async () => {
  await buildStale({ only: 'explorer' })
  const measured = await sizes()
  expect(measured.filter(({ budget }) => budget !== undefined)).toHaveLength(4)
  for (const { name, bytes, budget = Number.POSITIVE_INFINITY } of measured) {
    expect(bytes, name).toBeGreaterThan(1000)
    expect(bytes, name).toBeLessThanOrEqual(budget)
  }
})
