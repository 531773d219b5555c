import { once } from 'node:events'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { type Bridge, type ClusterOptions, createBridge } from '@milena/bridge'
import type { Transport } from '@milena/client-core'
import { type TlsOptions, tcp, tls } from '@milena/client-core/transport/node'
import { webSocket } from '@milena/client-core/transport/websocket'
import type { Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { useBundledPage } from './testing/bundle-page.js'
import { usePage } from './testing/page.js'
import { alice, expiredToken, goodToken, SecureKafka } from './testing/secure-kafka.js'
import { type Failure, failure, type Login, roundTrip, type Trip } from './testing/trip.js'
import type { Bridged, TripPage } from './testing/trip-page.js'

/*
 * Every way to a broker: TCP and TLS of Node, the bridge from Node, and the bridge from a page in real Chromium. What works over one works over all,
 * and what does not has the same error, once.
 */

type Way = 'Node' | 'the bridge' | 'a page'
const ways: readonly Way[] = ['Node', 'the bridge', 'a page']

let secure: SecureKafka
let bridge: Bridge
let cut: Server
let page: Page
const folder = useBundledPage(new URL('./testing/trip-page.ts', import.meta.url))
const insecure = 'bridge.test'
const browser = usePage(`--host-resolver-rules=MAP ${insecure} 127.0.0.1`)

/** How each place is spoken to, in Node's words: listeners of Kafka, some of them in a way that must fail. */
const places = (): Record<string, { listener: string; tls?: TlsOptions }> => {
  const { ca } = secure.ours
  const own = ({ cert, key }: { cert: string; key: string }) => ({ ca, cert, key })
  return {
    PLAINTEXT: { listener: 'PLAINTEXT' },
    SASL: { listener: 'SASL' },
    FEW: { listener: 'FEW' },
    SSL: { listener: 'SSL', tls: { ca } },
    TLS12: { listener: 'TLS12', tls: { ca } },
    SASLSSL: { listener: 'SASLSSL', tls: { ca } },
    MTLS: { listener: 'MTLS', tls: own(secure.certificate) },
    RENAMED: { listener: 'MISNAMED', tls: { ca, servername: 'elsewhere.example' } },
    MISNAMED: { listener: 'MISNAMED', tls: { ca } },
    EXPIRED: { listener: 'EXPIRED', tls: { ca } },
    UNKNOWN: { listener: 'SSL', tls: { ca: secure.strangers.ca } },
    'TLS-TO-PLAINTEXT': { listener: 'PLAINTEXT', tls: { ca } },
    'TLS-TO-SASL': { listener: 'SASL', tls: { ca } },
    'PLAINTEXT-TO-TLS': { listener: 'SSL' },
    'LOGIN-TO-TLS': { listener: 'SASLSSL' },
    'NO-CERTIFICATE': { listener: 'MTLS', tls: { ca } },
    'STRANGE-CERTIFICATE': { listener: 'MTLS', tls: own(secure.strange) },
    'TLS13-WANTED': { listener: 'TLS12', tls: { ca, minVersion: 'TLSv1.3' } },
    CUT: { listener: 'CUT', tls: { ca } },
  }
}
const seedOf = (listener: string) =>
  listener === 'CUT' ? `127.0.0.1:${(cut.address() as AddressInfo).port}` : secure.bootstrapOf(listener)[0]

beforeAll(async () => {
  secure = await SecureKafka.start()
  await secure.kafka.createTopic('orders')
  // Answers the first half of a handshake with the beginning of a record, and breaks off.
  cut = createServer(socket =>
    socket.on('error', () => {}).once('data', () => socket.end(new Uint8Array([0x16, 3, 3, 0, 0x7a, 2]))),
  ).listen(0, '127.0.0.1')
  await once(cut, 'listening')
  const clusters = Object.entries(places()).map(
    ([id, { listener, tls }]): ClusterOptions => ({ id, bootstrap: [seedOf(listener)], tls: tls ?? false }),
  )
  bridge = await createBridge({ port: 0, ui: folder(), publicHosts: [insecure], clusters })
})
beforeAll(async () => {
  page = await browser().browser.newPage()
  await page.goto(bridge.url)
  await page.waitForFunction(() => 'tripPage' in globalThis)
})
afterAll(async () => {
  await bridge?.close()
  cut?.close()
  await secure?.close()
})

const bridged = (place: string): Bridged => ({ token: bridge.token, cluster: place })

function transportOf(way: Way, place: string): Transport {
  if (way === 'the bridge') return webSocket({ url: bridge.url, ...bridged(place), WebSocket })
  const { tls: options } = places()[place]
  return options ? tls(options) : tcp()
}

function inPage<K extends 'roundTrip' | 'failure'>(
  what: K,
  place: string,
  trip: Trip,
  at = page,
): Promise<Awaited<ReturnType<TripPage[K]>>> {
  const args = [what, bridged(place), trip] as const
  return at.evaluate(
    ([what, bridge, trip]) => (globalThis as unknown as { tripPage: TripPage }).tripPage[what](bridge, trip) as never,
    args,
  )
}

const scram = (mechanism: 'SCRAM-SHA-256' | 'SCRAM-SHA-512'): Login => ({ mechanism, ...alice })

describe.each(ways)('over %s', way => {
  test.each<[string, (() => Login)?]>([
    ['PLAINTEXT'],
    ['SASL', () => ({ mechanism: 'PLAIN', ...alice })],
    ['SASL', () => scram('SCRAM-SHA-256')],
    ['SASL', () => scram('SCRAM-SHA-512')],
    ['SASL', () => ({ mechanism: 'OAUTHBEARER', token: goodToken() })],
    ['SSL'],
    ['TLS12'],
    ['SASLSSL', () => ({ mechanism: 'PLAIN', ...alice })],
    ['SASLSSL', () => scram('SCRAM-SHA-512')],
    ['SASLSSL', () => ({ mechanism: 'OAUTHBEARER', token: goodToken() })],
    ['MTLS'],
    ['RENAMED'],
  ])('%s %s: connect, produce and fetch', async (place, login) => {
    const value = `${way}, ${place}, ${login?.().mechanism}`
    const trip = { seed: seedOf(places()[place].listener), login: login?.(), value }
    expect(await (way === 'a page' ? inPage('roundTrip', place, trip) : roundTrip(trip, transportOf(way, place)))).toBe(value)
  })
})

describe('one error, the same in Node, through the bridge and in a page, that says which step failed and why:', () => {
  const wrong = (mechanism: Login['mechanism'], username = alice.username): Login => ({ mechanism, username, password: 'wrong-secret' })
  const refused = { name: 'ClientError', code: 'AUTHENTICATION_FAILED' }
  const plain: Login = { mechanism: 'PLAIN', ...alice }
  test.each<[string, string, Login | undefined, Partial<Failure>, RegExp]>([
    [
      'wrong password, PLAIN',
      'SASL',
      wrong('PLAIN'),
      { ...refused, step: 'authenticate' },
      /Invalid username or password; check user name/,
    ],
    [
      'wrong password, SCRAM-SHA-256',
      'SASL',
      wrong('SCRAM-SHA-256'),
      { ...refused, step: 'authenticate' },
      /invalid credentials.*; check user name/,
    ],
    ['wrong password, over TLS', 'SASLSSL', wrong('SCRAM-SHA-512'), { ...refused, step: 'authenticate' }, /invalid credentials/],
    ['unknown user', 'SASL', wrong('SCRAM-SHA-512', 'nobody'), { ...refused, step: 'authenticate' }, /invalid credentials/],
    [
      'unknown mechanism',
      'FEW',
      plain,
      { ...refused, step: 'handshake' },
      /does not offer the SASL mechanism PLAIN: it offers SCRAM-SHA-512/,
    ],
    [
      'expired token',
      'SASL',
      { mechanism: 'OAUTHBEARER', token: expiredToken() },
      { ...refused, step: 'authenticate' },
      /invalid_token.*has not run out/,
    ],
    ['no login where one is wanted', 'SASL', undefined, { code: 'FIRST_READ_EOF' }, /seems to want a login/],
    ['a login where none is asked for', 'PLAINTEXT', plain, { ...refused, step: 'handshake' }, /asks for no login on this listener/],
    ['a certificate for another name', 'MISNAMED', undefined, { code: 'ERR_TLS_CERT_ALTNAME_INVALID' }, /for another name.*`servername`/],
    ['an unknown authority', 'UNKNOWN', undefined, { code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' }, /cannot be verified; pass .* as `ca`/],
    ['a certificate that has expired', 'EXPIRED', undefined, { code: 'CERT_HAS_EXPIRED' }, /has expired; renew it/],
    [
      'TLS to a plaintext port',
      'TLS-TO-PLAINTEXT',
      undefined,
      { code: 'ECONNRESET' },
      /during the TLS handshake; it may be a plaintext listener/,
    ],
    ['TLS to a plaintext port that wants a login', 'TLS-TO-SASL', plain, { code: 'ECONNRESET' }, /it may be a plaintext listener/],
    ['plaintext to a TLS port', 'PLAINTEXT-TO-TLS', undefined, { name: 'ClientError', code: 'NOT_KAFKA' }, /turn TLS on/],
    ['a login without TLS at a TLS port', 'LOGIN-TO-TLS', plain, { name: 'ClientError', code: 'NOT_KAFKA' }, /turn TLS on/],
    [
      'no client certificate',
      'NO-CERTIFICATE',
      undefined,
      { code: 'ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE' },
      /wants a client certificate .*`cert` and `key`/,
    ],
    [
      "a stranger's client certificate",
      'STRANGE-CERTIFICATE',
      undefined,
      { code: 'ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN' },
      /client certificate that it trusts/,
    ],
    [
      'TLS 1.3 wanted of a broker with 1.2',
      'TLS13-WANTED',
      undefined,
      { code: 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION' },
      /does not speak TLS the way we do/,
    ],
    ['a handshake that is cut', 'CUT', undefined, { code: 'ECONNRESET' }, /closed the connection during the TLS handshake/],
  ])('%s', async (_, place, login, expected, words) => {
    const trip: Trip = { seed: seedOf(places()[place].listener), login }
    const failures = [
      await failure(trip, transportOf('Node', place)),
      await failure(trip, transportOf('the bridge', place)),
      await inPage('failure', place, trip),
    ]
    const [inNode, ...others] = failures
    expect(inNode).toMatchObject({ dials: 1, ...expected })
    for (const other of others) expect({ ...other, message: '' }).toEqual({ ...inNode, message: '' })
    for (const { message } of failures) {
      expect(message).toMatch(words)
      expect(message).toContain(trip.seed)
      for (const secret of ['wrong-secret', alice.password, login?.token ?? 'eyJ']) expect(message).not.toContain(secret)
    }
    // What Node takes as an option, the bridge's operator gives as a flag.
    if (/`(ca|cert|servername)`/.test(inNode.message))
      for (const { message } of others) expect(message).toContain('--ca, --cert, --key, --server-name')
  })
})

describe('a page that was not loaded from https or localhost', () => {
  test.each(['SCRAM-SHA-256', 'SCRAM-SHA-512'] as const)('has no WebCrypto, and logs in with %s all the same', async mechanism => {
    const other = await browser().open(bridge.url.replace('127.0.0.1', insecure))
    await other.waitForFunction(() => 'tripPage' in globalThis)
    expect(await other.evaluate(() => (globalThis as unknown as { tripPage: TripPage }).tripPage.hasCrypto())).toBe(false)
    const trip = { seed: seedOf('SASL'), login: scram(mechanism), value: 'without WebCrypto' }
    expect(await inPage('roundTrip', 'SASL', trip, other)).toBe(trip.value)
    expect(await inPage('failure', 'SASL', { ...trip, login: { ...trip.login, password: 'wrong-secret' } }, other)).toMatchObject({
      code: 'AUTHENTICATION_FAILED',
    })
  })
})
