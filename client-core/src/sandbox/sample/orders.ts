import type { Random } from '../../random.js'
import type { HeaderInput } from '../../records/batch-builder.js'
import { bytesOf, type Event, iso, keep, type Source } from './source.js'

const skus = ['TEE-NVY-M', 'TEE-BLK-L', 'MUG-04', 'CAP-RED', 'SOCK-3P', 'HOODIE-GRY-S', 'POSTER-A2', 'BAG-CANVAS']
const methods = ['card', 'sepa', 'gift_card', 'paypal']
const carriers = ['dhl', 'ups', 'gls', 'post']
const currencies = ['EUR', 'EUR', 'EUR', 'CHF', 'SEK']

interface Order {
  id: string
  amount: number
  currency: string
  stage: 'placed' | 'paid' | 'shipped'
}

/** The life of orders: placed, paid, shipped, delivered or cancelled, and at the end a tombstone. Keys are order ids; numbers go beyond 2^53. */
export const ordersEvents: Source = {
  name: 'orders.events',
  topic: { partitions: 12, configs: { 'cleanup.policy': 'compact,delete', 'retention.ms': '2592000000', ...keep(1024) } },
  ...{ history: 12_000, hours: 6, perSecond: 2, batch: 20, codec: 'zstd', offset: 48_203_377_000 },
  producers: { firstId: 17n, count: 3 },
  events: random => {
    const open: Order[] = []
    let ledger = 9_007_199_254_740_992n
    let number = 7_730_000
    return {
      next(atMs) {
        ledger += BigInt(random.int(1, 9))
        if (open.length < 40 || random.chance(0.3)) {
          const order: Order = {
            id: `order-${number++}`,
            amount: random.int(900, 24_000),
            currency: random.pick(currencies),
            stage: 'placed',
          }
          open.push(order)
          return event(random, order, 'OrderPlaced', ledger, `"lines":[${lines(random)}],"placed_at":"${iso(atMs)}"`)
        }
        return advance(random, open, ledger, atMs)
      },
    }
  },
}

function advance(random: Random, open: Order[], ledger: bigint, atMs: number): Event {
  const index = random.int(0, open.length - 1)
  const order = open[index]
  const done = () => open.splice(index, 1)
  if (order.stage === 'placed') {
    if (random.chance(0.1)) {
      done()
      return event(random, order, 'OrderCancelled', ledger, `"reason":"${random.pick(['payment_timeout', 'customer', 'out_of_stock'])}"`)
    }
    order.stage = 'paid'
    return event(
      random,
      order,
      'OrderPaid',
      ledger,
      `"method":"${random.pick(methods)}","risk_score":${random.chance(0.2) ? 'null' : random.next().toFixed(3)},"captured_at":"${iso(atMs)}"`,
    )
  }
  if (order.stage === 'paid') {
    order.stage = 'shipped'
    return event(
      random,
      order,
      'OrderShipped',
      ledger,
      `"carrier":"${random.pick(carriers)}","label":"JJD0140000${random.int(10_000, 99_999)}","parcels":${random.int(1, 3)}`,
    )
  }
  done()
  if (random.chance(0.02)) return { key: order.id, value: new Uint8Array(0), headers: tracing(random) }
  if (random.chance(0.25)) return { key: order.id, value: null, headers: [{ key: 'reason', value: 'gdpr-erasure' }] }
  return event(random, order, 'OrderDelivered', ledger, `"delivered_at":"${iso(atMs)}"`)
}

function event(random: Random, { id, amount, currency }: Order, type: string, ledger: bigint, rest: string): Event {
  // By hand: JSON.stringify has no integers beyond 2^53.
  const value = `{"type":"${type}","order_id":"${id}","ledger_seq":${ledger},"total":{"amount":${amount},"currency":"${currency}"},${rest}}`
  return { key: id, value, headers: headersOf(random) }
}

function lines(random: Random): string {
  return Array.from({ length: random.int(1, 3) }, () => `{"sku":"${random.pick(skus)}","qty":${random.int(1, 3)}}`).join(',')
}

/** Some have the same key twice, some values are bytes, some are null: all of it is Kafka. */
function headersOf(random: Random): HeaderInput[] {
  if (random.chance(0.3)) return []
  const headers = tracing(random)
  if (random.chance(0.15)) headers.push({ key: 'x-retry', value: '1' }, { key: 'x-retry', value: '2' })
  if (random.chance(0.2)) headers.push({ key: 'x-sig', value: random.bytes(32) })
  if (random.chance(0.2)) headers.push({ key: 'x-parent', value: null })
  return headers
}

const tracing = (random: Random): HeaderInput[] => [
  { key: 'traceparent', value: `00-${random.hex(32)}-${random.hex(16)}-01` },
  { key: 'content-type', value: 'application/json' },
]

/** What could not be worked off: the record as it was, and why in the headers. */
export const ordersDlq: Source = {
  name: 'orders.dlq',
  topic: { partitions: 3, configs: { 'retention.ms': '7776000000' } },
  ...{ history: 160, hours: 48, perSecond: 0, batch: 1, offset: 18_000 },
  events: random => ({
    next: atMs => ({
      key: `order-${random.int(7_700_000, 7_739_999)}`,
      value: random.chance(0.4)
        ? bytesOf('{"type":"OrderPaid","order_id":').slice(0, random.int(5, 30))
        : `{"type":"Order${random.pick(['Payed', 'Shiped'])}","at":"${iso(atMs)}"}`,
      headers: [
        { key: 'dlq.topic', value: 'orders.events' },
        { key: 'dlq.error', value: random.pick(['SyntaxError: unexpected end of JSON', 'unknown event type', 'no such customer']) },
        { key: 'dlq.attempts', value: String(random.int(3, 10)) },
      ],
    }),
  }),
}
