import { ClientError, KafkaError, TransportError } from '@milena/client-core'
import { describe, expect, test } from 'vitest'
import { SessionError } from '../session.js'
import { clientFault, faultFrom, kafkaFault } from './faults.js'

describe('an error in the page’s words', () => {
  test('Kafka’s: name, number, who said it, what to do; the name is not said twice', () => {
    const fault = faultFrom(new KafkaError('MESSAGE_TOO_LARGE', '1,204,331 B is over 1,048,588'), 'Record not produced', 1)
    expect(fault).toMatchObject({
      what: 'Record not produced',
      code: 'MESSAGE_TOO_LARGE',
      errno: 10,
      from: 'kafka',
      broker: 1,
      retriable: false,
    })
    expect(fault.message).toBe('1,204,331 B is over 1,048,588')
    expect(fault.next).toContain('max.message.bytes')
  })

  test('the transport’s, also when the client has wrapped it', () => {
    const refused = new TransportError('ECONNREFUSED', 'broker 3 (b3:9092) refused', true)
    const expected = { code: 'ECONNREFUSED', errno: null, from: 'transport', broker: 3, next: expect.stringContaining('listens') }
    expect(faultFrom(refused, 'x')).toMatchObject({ ...expected, retriable: true })
    expect(faultFrom(new ClientError('CONNECTION_CLOSED', 'broker 3 (b3:9092): broke', { cause: refused }), 'x')).toMatchObject(expected)
  })

  test('the client’s own', () => {
    const fault = faultFrom(new ClientError('REQUEST_TIMEOUT', 'no answer to Fetch from broker 2 (b:9092) within 100 ms'), 'x')
    expect(fault).toMatchObject({ code: 'REQUEST_TIMEOUT', from: 'client', broker: 2, retriable: true })
  })

  test('a fault that was thrown is itself; what is no error of ours keeps its words', () => {
    const fault = clientFault('Topic not read', 'NO_TOPIC', 'there is none')
    expect(faultFrom(new SessionError(fault), 'other')).toBe(fault)
    expect(faultFrom(new Error('boom'), 'x')).toMatchObject({ code: 'INTERNAL', message: 'boom', retriable: false })
    expect(faultFrom('text', 'x').message).toBe('text')
  })

  test('a code in an answer: what the broker said, else what the code means', () => {
    expect(kafkaFault(3, 'x', null).message).toContain('does not know this topic')
    expect(kafkaFault(3, 'x', null, 'said so').message).toBe('said so')
    expect(kafkaFault(9_999, 'x', null)).toMatchObject({ code: 'UNKNOWN_SERVER_ERROR', errno: 9_999 })
  })
})
