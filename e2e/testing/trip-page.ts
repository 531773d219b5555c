import { webSocket } from '@milena/client-core/transport/websocket'
import { failure, roundTrip, type Trip } from './trip.js'

/** Runs in a page that a bridge serves: the client core, with credentials of the page's own. */
export interface TripPage {
  roundTrip(bridge: Bridged, trip: Trip): Promise<string>
  failure(bridge: Bridged, trip: Trip): ReturnType<typeof failure>
  /** Whether the page has WebCrypto. */
  hasCrypto(): boolean
}

/** How the page asks the bridge. */
export interface Bridged {
  token: string
  cluster: string
  tls?: boolean
}

const transport = (bridge: Bridged) => webSocket({ url: new URL('/', location.href).href, ...bridge })

const page: TripPage = {
  roundTrip: (bridge, trip) => roundTrip(trip, transport(bridge)),
  failure: (bridge, trip) => failure(trip, transport(bridge)),
  hasCrypto: () => globalThis.crypto?.subtle !== undefined,
}
Object.assign(globalThis, { tripPage: page })
