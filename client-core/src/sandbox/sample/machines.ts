import type { Random } from '../../random.js'
import { iso, keep, type Source } from './source.js'

const pages = ['/', '/t-shirts', '/mugs', '/cart', '/checkout', '/account', '/search?q=cap', '/sale', '/p/TEE-NVY-M', '/p/MUG-04']
const agents = ['Firefox/143', 'Chrome/146', 'Safari/26', 'curl/8.14']

/** Many small records without a key. */
export const pageviews: Source = {
  name: 'clickstream.pageviews',
  topic: { partitions: 24, configs: { 'retention.ms': '259200000', ...keep(512) } },
  ...{ history: 20_000, hours: 1, perSecond: 6, batch: 60, codec: 'lz4', offset: 1_284_550_000_000 },
  producers: { firstId: 80n, count: 2 },
  events: random => ({
    next: atMs => ({
      value: `{"t":${Math.floor(atMs)},"page":"${random.pick(pages)}","session":"${random.hex(8)}","ms":${random.int(20, 900)},"ua":"${random.pick(agents)}"}`,
    }),
  }),
}

/** Lines of text. From some time on it was the broker that stamped their time. */
export const auditLog: Source = {
  name: 'audit.log',
  topic: { partitions: 3, configs: { 'retention.ms': '31536000000', ...keep(512) } },
  later: { 'message.timestamp.type': 'LogAppendTime' },
  ...{ history: 2500, hours: 12, perSecond: 0.4, batch: 24, codec: 'gzip', offset: 3_904_118_000 },
  events: random => ({ next: atMs => ({ key: random.pick(['auth', 'admin', 'api']), value: auditLine(random, atMs) }) }),
}

function auditLine(random: Random, atMs: number): string {
  const user = random.pick(['ada', 'mlindt', 'deploy-bot', 'root'])
  const from = `10.${random.int(0, 40)}.${random.int(0, 255)}.${random.int(1, 254)}`
  const what = random.pick([
    'login ok',
    'login failed: wrong password',
    'role granted: orders-admin',
    'token revoked',
    'read customers/10412',
  ])
  return `${iso(atMs)} ${random.pick(['INFO', 'INFO', 'INFO', 'WARN'])} user=${user} from=${from} ${what}`
}

/** Binary: a device id, a time, then pairs of a sensor and a float. The key is 8 bytes. */
export const telemetry: Source = {
  name: 'device.telemetry',
  topic: { partitions: 8, configs: { 'retention.ms': '86400000', 'max.message.bytes': '262144', ...keep(256) } },
  ...{ history: 5000, hours: 3, perSecond: 2, batch: 25, codec: 'zstd', offset: 77_120_000 },
  producers: { firstId: 90n, count: 4 },
  events: random => ({
    next: atMs => {
      const device = BigInt(random.int(1, 60)) * 0x1000_0001n
      const sensors = random.int(2, 6)
      const view = new DataView(new ArrayBuffer(17 + sensors * 5))
      view.setUint8(0, 0xd1)
      view.setBigUint64(1, device)
      view.setBigUint64(9, BigInt(Math.floor(atMs)) * 1_000_000n)
      for (let i = 0; i < sensors; i++) {
        view.setUint8(17 + i * 5, i)
        view.setFloat32(18 + i * 5, 15 + random.next() * 20)
      }
      const key = new DataView(new ArrayBuffer(8))
      key.setBigUint64(0, device)
      return { key: new Uint8Array(key.buffer), value: new Uint8Array(view.buffer) }
    },
  }),
}

/** A few records of ordinary size and one of about 300 kB. */
export const catalogExport: Source = {
  name: 'catalog.export',
  topic: { partitions: 1, configs: { 'max.message.bytes': '4194304', 'retention.ms': '-1' } },
  ...{ history: 5, hours: 20, perSecond: 0, batch: 1, offset: 0 },
  events: random => {
    let number = 0
    return {
      next: atMs => {
        const items = ++number === 4 ? 3000 : 12
        const rows = Array.from({ length: items }, (_, i) => ({
          sku: `SKU-${100_000 + i}`,
          title: `Article ${i} of export ${number}`,
          price: random.int(5, 300) + 0.99,
          stock: random.int(0, 99),
          tags: ['new', 'web'],
        }))
        return { key: `export-${number}`, value: JSON.stringify({ exported_at: iso(atMs), items: rows }) }
      },
    }
  },
}
