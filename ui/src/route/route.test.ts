import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { choice, contract, count, flag, int64, maybe, numbers, readQuery, text, writeQuery } from './query.js'
import { formatHash, type Place, parseHash, type Route } from './route.js'

const name = fc.string({ minLength: 1, unit: 'grapheme' })
const place: fc.Arbitrary<Place> = fc.oneof(
  fc.constantFrom<Place>({ page: 'topics' }, { page: 'groups' }, { page: 'messages' }, { page: 'wire' }, { page: 'metrics' }),
  fc.record({ page: fc.constant('topic' as const), topic: name, tab: fc.constantFrom('messages', 'partitions', 'configs') }),
  fc.record({ page: fc.constant('group' as const), group: name, tab: fc.constantFrom('lag', 'members') }),
)

describe('the hash', () => {
  test('gives back every place, name and value', () => {
    const routes = fc.record({
      cluster: name,
      place,
      query: fc.array(fc.tuple(name, fc.string({ unit: 'grapheme' }))).map(pairs => new Map(pairs)),
    })
    fc.assert(
      fc.property(routes, (route: Route) => {
        expect(parseHash(formatHash(route))).toEqual(route)
      }),
    )
  })

  test('reads as people write it', () => {
    expect(parseHash('#/shop-prod-eu/topics/orders.events/messages?from=newest&p=0-11&open=3:48203377537')).toEqual({
      cluster: 'shop-prod-eu',
      place: { page: 'topic', topic: 'orders.events', tab: 'messages' },
      query: new Map([
        ['from', 'newest'],
        ['p', '0-11'],
        ['open', '3:48203377537'],
      ]),
    })
  })

  test.each(['', '#', '#/', '#/shop'])('%j is the topics list', hash => {
    expect(parseHash(hash).place).toEqual({ page: 'topics' })
  })

  test('a topic without a tab opens its messages; a strange page is said to be unknown', () => {
    expect(parseHash('#/c/topics/__proto__').place).toEqual({ page: 'topic', topic: '__proto__', tab: 'messages' })
    expect(parseHash('#/c/brokers/1').place).toMatchObject({ page: 'unknown' })
  })

  test('broken escapes do not throw', () => {
    expect(parseHash('#/c/topics/100%').place).toMatchObject({ topic: '100%' })
  })
})

describe('query values', () => {
  const schema = {
    f: text(),
    on: flag(),
    from: choice(['newest', 'oldest'] as const, 'newest'),
    p: numbers(),
    at: int64(),
    stop: count(100, 5000),
    side: maybe(['produce'] as const),
  }

  test('at their default stay out of the URL; others are read back', () => {
    const written = writeQuery(schema, new Map(), {
      f: 'a b',
      on: true,
      from: 'newest',
      p: [0, 1, 2, 7],
      at: 9_007_199_254_740_993n,
      stop: 100,
      side: null,
    })
    expect([...written.keys()]).toEqual(['f', 'on', 'p', 'at'])
    expect(written.get('p')).toBe('0-2,7')
    expect(readQuery(schema, written)).toEqual({
      f: 'a b',
      on: true,
      from: 'newest',
      p: [0, 1, 2, 7],
      at: 9_007_199_254_740_993n,
      stop: 100,
      side: null,
    })
  })

  test('that do not parse are the default', () => {
    const bad = new Map([
      ['from', 'yesterday'],
      ['p', '1-'],
      ['at', 'x'],
      ['stop', '999999'],
      ['side', 'admin'],
    ])
    expect(readQuery(schema, bad)).toEqual({ f: '', on: false, from: 'newest', p: null, at: null, stop: 100, side: null })
  })

  test('keep the keys that another view owns', () => {
    expect(writeQuery(schema, new Map([['psort', '-end']]), { f: 'x' }).get('psort')).toBe('-end')
  })

  test('a range does not allocate without bound', () => {
    expect(numbers().read('0-999999')).toHaveLength(10_000)
  })

  test('numbers contract to ranges', () => {
    expect(contract([5, 1, 2, 3, 9])).toBe('1-3,5,9')
    expect(contract([])).toBe('')
  })
})
