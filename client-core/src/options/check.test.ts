import { describe, expect, test } from 'vitest'
import { flag, fn, int, list, oneOf, optionalText, resolve, text } from './check.js'

const inner = { lingerMs: int(10, 0, 60_000), acks: oneOf(['all', 'none'], 'all') }
const spec = {
  clientId: text('me'),
  rack: optionalText,
  idempotent: flag(true),
  retries: int(5, 0, Number.POSITIVE_INFINITY),
  names: list(text('')),
  backoff: fn<(() => number) | undefined>(undefined),
  producer: (v: unknown, path: string) => resolve(inner, v, path),
}
const refusal = (options: unknown) => {
  try {
    resolve(spec, options)
  } catch (error) {
    return error
  }
}

test('what is left out has its default', () => {
  expect(resolve(spec, {})).toEqual({
    clientId: 'me',
    rack: undefined,
    idempotent: true,
    retries: 5,
    names: [],
    backoff: undefined,
    producer: { lingerMs: 10, acks: 'all' },
  })
})

test('a number without end is one only where the option has none', () => {
  expect(resolve(spec, { retries: Number.POSITIVE_INFINITY })).toMatchObject({ retries: Number.POSITIVE_INFINITY })
})

describe('a wrong value is refused by its path, with what it may be and what it was', () => {
  test.each([
    [{ clientId: 7 }, 'clientId must be a string, not 7'],
    [{ rack: null }, 'rack must be a string, not null'],
    [{ idempotent: 'x'.repeat(1000) }, `idempotent must be true or false, not "${'x'.repeat(60)}…"`],
    [{ idempotent: 'yes' }, 'idempotent must be true or false, not "yes"'],
    [{ retries: -1 }, 'retries must be a whole number from 0 to Infinity, not -1'],
    [{ retries: 1.5 }, 'retries must be a whole number from 0 to Infinity, not 1.5'],
    [{ retries: Number.NaN }, 'retries must be a whole number from 0 to Infinity, not NaN'],
    [{ retries: 5n }, 'retries must be a whole number from 0 to Infinity, not 5n'],
    [{ names: 'a' }, 'names must be an array, not "a"'],
    [{ names: ['a', {}] }, 'names[1] must be a string, not an object'],
    [{ backoff: 5 }, 'backoff must be a function, not 5'],
    [{ producer: { lingerMs: Number.POSITIVE_INFINITY } }, 'producer.lingerMs must be a whole number from 0 to 60000, not Infinity'],
    [{ producer: { acks: 'some' } }, "producer.acks must be one of 'all', 'none', not \"some\""],
    [{ producer: [] }, 'producer must be an object, not an array'],
    [{ producer: () => {} }, 'producer must be an object, not a function'],
    [[], 'options must be an object, not an array'],
    [null, 'options must be an object, not null'],
  ])('%o', (options, message) => {
    expect(refusal(options)).toMatchObject({ name: 'ClientError', code: 'INVALID_OPTION', message })
  })
})

describe('a name that is not an option is refused, with the one that was meant', () => {
  test.each([
    [{ clientID: 'a' }, 'clientID is not an option: did you mean clientId?'],
    [{ client: 'a' }, 'client is not an option: did you mean clientId?'],
    [{ idempotentWrites: true }, 'idempotentWrites is not an option: did you mean idempotent?'],
    [{ retreis: 1 }, 'retreis is not an option: did you mean retries?'],
    [{ retrie: 1 }, 'retrie is not an option: did you mean retries?'],
    [{ backof: 1 }, 'backof is not an option: did you mean backoff?'],
    [{ producer: { linger: 1 } }, 'producer.linger is not an option: did you mean producer.lingerMs?'],
    [{ producer: { timeout: 1 } }, 'producer.timeout is not an option: known are lingerMs, acks'],
    [Object.fromEntries([['__proto__', {}]]), /^__proto__ is not an option: known are clientId/],
    [{ constructor: 1 }, /^constructor is not an option/],
  ])('%o', (options, message) => {
    expect(refusal(options)).toMatchObject({
      code: 'INVALID_OPTION',
      message: message instanceof RegExp ? expect.stringMatching(message) : message,
    })
  })
})
