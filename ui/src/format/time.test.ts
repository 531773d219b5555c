import { describe, expect, test } from 'vitest'
import { clock, fullTime, parseTime, timeText, zoneLabel } from './time.js'

const moment = 1_795_095_067_391n

describe('a timestamp', () => {
  test('is written in its zone, to the millisecond, with the offset from UTC', () => {
    expect(fullTime(moment, 'utc')).toBe('2026-11-19 13:31:07.391 +00:00')
    expect(fullTime(moment, 'Europe/Berlin')).toBe('2026-11-19 14:31:07.391 +01:00')
    expect(fullTime(moment, 'America/St_Johns')).toBe('2026-11-19 10:01:07.391 −03:30')
    expect(clock(moment, 'Asia/Kolkata')).toBe('19:01:07.391')
  })

  test('of −1 is no timestamp, and 0 is one', () => {
    expect(timeText(-1n, 'utc')).toBeNull()
    expect(fullTime(-1n, 'utc')).toBe('no timestamp')
    expect(fullTime(0n, 'utc')).toBe('1970-01-01 00:00:00.000 +00:00')
  })

  test('beyond the calendar is shown as raw ms', () => {
    expect(fullTime(9_223_372_036_854_775_807n, 'utc')).toBe('9223372036854775807 ms')
    expect(timeText(8_640_000_000_000_001n, 'utc')?.date).toBe('')
    expect(timeText(8_640_000_000_000_000n, 'utc')?.date).toBe('275760-09-13')
  })
})

test('the zone label is the offset that holds at that moment', () => {
  expect(zoneLabel('utc', Number(moment))).toBe('UTC')
  expect(zoneLabel('Europe/Berlin', Number(moment))).toBe('UTC+01:00')
  expect(zoneLabel('Europe/Berlin', Date.UTC(2026, 6, 1))).toBe('UTC+02:00')
})

describe('a typed time', () => {
  const now = Date.UTC(2026, 10, 20, 12, 0, 0)
  const read = (text: string, zone = 'utc') => parseTime(text, zone, now)

  test('may be a date and time in the zone chosen', () => {
    expect(read('2026-11-20 14:31:07.391')).toBe(BigInt(Date.UTC(2026, 10, 20, 14, 31, 7, 391)))
    expect(read('2026-11-20 14:31', 'Europe/Berlin')).toBe(BigInt(Date.UTC(2026, 10, 20, 13, 31)))
    expect(read('2026-07-01T14:31', 'Europe/Berlin')).toBe(BigInt(Date.UTC(2026, 6, 1, 12, 31)))
    expect(read('2026-11-20')).toBe(BigInt(Date.UTC(2026, 10, 20)))
  })

  test('may name its own offset', () => {
    expect(read('2026-11-20T14:31:00Z', 'Europe/Berlin')).toBe(BigInt(Date.UTC(2026, 10, 20, 14, 31)))
    expect(read('2026-11-20 14:31 +05:30')).toBe(BigInt(Date.UTC(2026, 10, 20, 9, 1)))
  })

  test('may be a clock time of today, a span ago, or epoch ms', () => {
    expect(read('09:15')).toBe(BigInt(Date.UTC(2026, 10, 20, 9, 15)))
    expect(read('5 min ago')).toBe(BigInt(now - 300_000))
    expect(read('2h')).toBe(BigInt(now - 7_200_000))
    expect(read('1795095067391')).toBe(moment)
  })

  test.each(['', 'soon', '25:00', '12:60', '2026-13-01 10:00', '2026-11-20 10'])('%j is none', text => {
    expect(read(text)).toBeNull()
  })
})
