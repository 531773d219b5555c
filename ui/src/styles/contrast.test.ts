/** The contrast table of the design, computed again from the tokens: change a value, and this says whether it may be. */
import { describe, expect, test } from 'vitest'
import tokens from './tokens.css?raw'

type Side = 'light' | 'dark'
type Rgb = [number, number, number]

const pairs = new Map<string, { light: string; dark: string }>()
for (const [, name, light, dark] of tokens.matchAll(/--([\w-]+):\s*light-dark\(\s*(#[0-9a-f]{6})\s*,\s*(#[0-9a-f]{6})\s*\)/g))
  pairs.set(name, { light, dark })
for (const [, name, colour] of tokens.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6})\s*;/g)) pairs.set(name, { light: colour, dark: colour })

function colour(name: string, side: Side): Rgb {
  const hex = pairs.get(name)?.[side]
  if (!hex) throw new Error(`tokens.css has no colour --${name}`)
  return [1, 3, 5].map(at => Number.parseInt(hex.slice(at, at + 2), 16)) as Rgb
}

/** WCAG 2.2 relative luminance and contrast ratio. */
function luminance(rgb: Rgb): number {
  const [r, g, b] = rgb.map(channel => {
    const value = channel / 255
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}
function contrast(a: Rgb, b: Rgb): number {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y)
  return (high + 0.05) / (low + 0.05)
}
const worst = (name: string, surfaces: readonly string[], side: Side) =>
  Math.min(...surfaces.map(surface => contrast(colour(name, side), colour(surface, side))))

const surfaces = ['bg', 'bg-rail', 'bg-sub', 'bg-raised', 'bg-inset', 'bg-hover', 'bg-selected']
const sides: Side[] = ['light', 'dark']

/** Token, where it is seen beyond the surfaces, and the worst ratio of the design in light and dark. */
const table: [string, string[], number, number][] = [
  ['text', [], 14.5, 11.3],
  ['text-2', [], 6.0, 6.1],
  ['text-3', [], 4.7, 4.8],
  ['accent', [], 5.8, 6.2],
  ['focus', [], 5.8, 6.2],
  ['live', ['live-bg'], 5.8, 6.2],
  ['ok', ['ok-bg'], 5.2, 6.9],
  ['warn', ['warn-bg'], 5.6, 7.3],
  ['err', ['err-bg'], 5.7, 6.4],
  ['fam-met', [], 4.8, 6.2],
  ['fam-prd', [], 4.9, 6.5],
  ['fam-fet', [], 4.9, 6.6],
  ['fam-grp', [], 5.6, 6.2],
  ['fam-txn', [], 5.7, 6.3],
  ['fam-adm', [], 5.4, 7.5],
  ['fam-aut', [], 6.0, 6.1],
  ['syn-key', [], 8.1, 7.7],
  ['syn-str', [], 5.5, 7.7],
  ['syn-num', [], 6.2, 6.8],
  ['syn-lit', [], 6.0, 6.9],
]

describe.each(sides)('%s', side => {
  test.each(table)('%s is readable on every surface', (name, own, light, dark) => {
    const ratio = worst(name, [...surfaces, ...own], side)
    expect(ratio).toBeGreaterThanOrEqual(4.5)
    expect(ratio).toBeCloseTo(side === 'light' ? light : dark, 0)
  })

  test.each([
    ['on-accent', ['accent-fill', 'accent-fill-hover']],
    ['on-env', ['env-prod', 'env-staging', 'env-dev', 'env-local']],
    ['text', ['bg-mark']],
    ['idle', ['idle-bg']],
    // A disabled control's reason must be readable too.
    ['text-3', ['idle-bg']],
  ])('%s is readable on what it is drawn on', (name, own) => {
    expect(worst(name, own, side)).toBeGreaterThanOrEqual(4.5)
  })

  test('the edge of a control is seen', () => {
    expect(worst('line-control', ['bg', 'bg-sub', 'bg-raised', 'bg-inset'], side)).toBeGreaterThanOrEqual(3)
  })
})
