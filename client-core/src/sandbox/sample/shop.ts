import { iso, keep, type Source } from './source.js'

const cities = ['Bern', 'Hamburg', 'Lyon', 'Malmö', 'Genève', 'Kraków', 'Oulu', '東京']
const names = ['Ada', 'Zoë', 'Jürgen', 'Noémie', 'Łukasz', 'Sora', 'Fatima', 'Olu']

/** Money that was captured, written in transactions; some abort, so that isolation shows. */
export const paymentsCaptures: Source = {
  name: 'payments.captures',
  topic: { partitions: 6, configs: { 'retention.ms': '34560000000', ...keep(512) } },
  ...{ history: 3000, hours: 6, perSecond: 0.5, batch: 4, offset: 2_204_118_000, transactional: true },
  producers: { firstId: 40n, count: 2 },
  events: random => ({
    next: atMs => {
      const id = `pay-${random.hex(12)}`
      const cents = random.int(900, 24_000)
      const value = `{"capture_id":"${id}","amount_cents":${cents},"currency":"EUR","psp_reference":"${random.int(10 ** 8, 10 ** 9)}${random.int(10 ** 8, 10 ** 9)}","captured_at":"${iso(atMs)}"}`
      return { key: id, value, headers: [{ key: 'idempotency-key', value: random.hex(32) }] }
    },
  }),
}

/** Stock per warehouse and article: compacted, so offsets have gaps; a tombstone when an article is dropped. */
export const inventoryLevels: Source = {
  name: 'inventory.levels',
  topic: { partitions: 6, configs: { 'cleanup.policy': 'compact', 'min.cleanable.dirty.ratio': '0.1', 'delete.retention.ms': '86400000' } },
  ...{ history: 4000, hours: 24, perSecond: 0, batch: 12, codec: 'snappy', offset: 412_006_000, gap: 60 },
  producers: { firstId: 60n, count: 1 },
  events: random => ({
    next: atMs => {
      const key = `${random.pick(['BRN', 'HAM', 'LYS'])}:${random.pick(['TEE', 'MUG', 'CAP', 'SOCK', 'BAG'])}-${random.int(100, 399)}`
      if (random.chance(0.03)) return { key, value: null }
      const on = random.int(0, 400)
      return {
        key,
        value: `{"on_hand":${on},"reserved":${Math.min(on, random.int(0, 40))},"version":${atMs}${random.int(100, 999)},"counted_at":"${iso(atMs)}"}`,
      }
    },
  }),
}

/** Customers with names that are not ASCII; a tombstone where one asked to be forgotten. */
export const customersProfiles: Source = {
  name: 'customers.profiles',
  topic: { partitions: 4, configs: { 'cleanup.policy': 'compact' } },
  ...{ history: 1200, hours: 72, perSecond: 0, batch: 30, codec: 'gzip', offset: 9_340_000, gap: 25 },
  events: random => ({
    next: atMs => {
      const id = random.int(10_000, 12_999)
      const key = `customer-${id}`
      if (random.chance(0.02)) return { key, value: null, headers: [{ key: 'reason', value: 'erasure request' }] }
      const profile = {
        ...{ id, name: `${random.pick(names)} ${random.pick(names)}sson`, city: random.pick(cities), newsletter: random.chance(0.5) },
        ...{
          tags: random.chance(0.3) ? ['vip', '🎁'] : [],
          updated_at: iso(atMs),
          notes: random.chance(0.2) ? 'calls back\nafter lunch\t(usually)' : null,
        },
      }
      return { key, value: JSON.stringify(profile, null, random.chance(0.1) ? 2 : undefined) }
    },
  }),
}
