import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { pad, sliceAt } from './chart.js'
import { extent, linear, logarithmic, mirrored, roundUp, short } from './scale.js'

test('an axis ends at a round number that holds every value, and not far above', () => {
  fc.assert(
    fc.property(fc.double({ min: 1e-6, max: 1e12, noNaN: true }), value => {
      const top = roundUp(value)
      expect(top).toBeGreaterThanOrEqual(value * 0.998)
      expect(top).toBeLessThanOrEqual(value * 1.35)
    }),
  )
  expect([0, -3, Number.NaN].map(roundUp)).toEqual([1, 1, 1])
})

test('linear: zero at the bottom, the top at the top', () => {
  const scale = linear(20)
  expect(scale.ticks.map(tick => tick.label)).toEqual(['0', '10', '20'])
  expect([scale.at(0), scale.at(10), scale.at(20)]).toEqual([0, 0.5, 1])
})

test('mirrored: received above the middle, sent below it', () => {
  const scale = mirrored(4, short)
  expect(scale.ticks.map(tick => tick.label)).toEqual(['4 ↓', '0', '4 ↑'])
  expect([scale.at(4), scale.at(0), scale.at(-4)]).toEqual([1, 0.5, 0])
})

describe('logarithmic', () => {
  test('whole decades around the values', () => {
    expect(logarithmic(4, 340).ticks.map(tick => tick.value)).toEqual([1, 10, 100, 1000])
    expect(logarithmic(0.4, 3).ticks.map(tick => tick.value)).toEqual([0.1, 1, 10])
  })
  test('what is below the first decade lies on its line', () => {
    const scale = logarithmic(4, 340)
    expect([scale.at(0), scale.at(0.001), scale.at(1000)]).toEqual([0, 0, 1])
  })
})

test('the extent leaves gaps out', () => {
  expect(extent([[Number.NaN, 3, 1], [7]])).toEqual([1, 7])
  expect(extent([[Number.NaN]])).toBeNull()
})

test('a place on the canvas is a slice, also beyond its edges', () => {
  const width = 400
  expect([sliceAt(0, width, 90), sliceAt(pad.left, width, 90), sliceAt(width, width, 90), sliceAt(9_999, width, 90)]).toEqual([
    0, 0, 89, 89,
  ])
})
