import { joined } from '../../bytes/writer.js'
import { ApiVersionsResponse } from '../../protocol/api/api-versions.js'
import { apis } from '../../protocol/apis.js'
import { errnoOf } from '../../protocol/errors.js'
import { decodeRequest, encodeResponseFrame, type RequestHeader, readRequestHeader } from '../../protocol/frame.js'
import type { Input, Output, RequestMessage } from '../../protocol/message.js'
import type { Interceptions } from '../control/interceptions.js'
import type { Intercepted, Verdict } from '../control/verdict.js'
import type { Handler, RequestContext } from '../handlers/handler.js'
import { handlersByKey } from '../handlers/index.js'
import { Disconnect } from '../refusal.js'
import type { Login } from '../sasl/login.js'
import { LoginRefused } from '../sasl/refused.js'
import type { Users } from '../sasl/users.js'
import { CLUSTER } from '../state/acls.js'
import type { Cluster } from '../state/cluster.js'
import type { Connection } from './connection.js'
import { API_VERSIONS_KEY, offersOf, type Range, rangeOf } from './offers.js'
import { pause } from './pause.js'

type Reply = Input<RequestMessage['response']> | undefined
type Chunks = readonly Uint8Array[] | undefined

/** One request, read and understood. */
interface Call {
  readonly header: RequestHeader
  readonly message: RequestMessage
  readonly handler: Handler | undefined
  readonly request: Output<RequestMessage>
  readonly context: RequestContext
}

/** From a frame to the frame that answers it. What a broker would not answer cuts the connection. */
export class Dispatcher {
  constructor(
    private readonly cluster: Cluster,
    private readonly interceptions: Interceptions,
    private readonly users: Users,
    /** A handler failed in a way that is no rule of the broker's: a mistake of the sandbox's own. */
    private readonly fault: (error: unknown) => void,
  ) {}

  /** @throws Disconnect when the connection has to end. */
  readonly answer = async (frame: Uint8Array, connection: Connection): Promise<Chunks> => {
    try {
      return await this.#answer(frame, connection)
    } catch (error) {
      if (error instanceof Disconnect) throw error
      this.fault(error)
      throw new Disconnect(`the sandbox itself failed: ${error}`)
    }
  }

  async #answer(frame: Uint8Array, connection: Connection): Promise<Chunks> {
    connection.broker.requests++
    const { login } = connection
    if (login?.expectsBare) return bareAnswer(login, frame)
    const header = understand(() => readRequestHeader(frame))
    const isAdmitted = login?.admits(header.apiKey, apis.get(header.apiKey)?.name ?? `API ${header.apiKey}`) ?? true
    const range = rangeOf(connection.broker, this.interceptions, header.apiKey)
    if (!range || header.apiVersion < range[0] || header.apiVersion > range[1]) {
      if (range && header.apiKey === API_VERSIONS_KEY)
        return unsupportedApiVersions(header, range, this.cluster.release?.namesApiVersions ?? true)
      throw new Disconnect(`API ${header.apiKey} version ${header.apiVersion} is not spoken here`)
    }
    const call = this.#read(frame, header, connection)
    if (!isAdmitted) return outOfPlace(call)
    const proceed = once(() => this.#handle(call))
    const judged = await this.interceptions.judge(intercepted(call, proceed))
    if (!judged) return encode(call, await proceed())
    const { verdict } = judged
    if (verdict.do === 'hang') {
      await judged.released(connection.gone)
      return encode(call, await proceed())
    }
    return this.#carryOut(verdict, call, proceed)
  }

  #read(frame: Uint8Array, header: RequestHeader, connection: Connection): Call {
    const handler = handlersByKey.get(header.apiKey)
    const message = handler?.message ?? this.interceptions.scripted(header.apiKey)!
    const { body } = understand(() => decodeRequest(message, frame))
    const { broker, listener, gone, principal, host } = connection
    const { cluster, interceptions } = this
    const { clientId } = header
    const throttleMs = isLogin(message.key)
      ? 0
      : cluster.throttles.msFor({ clientId, user: connection.login?.user, api: message.api, broker: broker.id })
    const may: RequestContext['may'] = (operation, type, name) => cluster.acls.allows(principal, host, operation, type, name)
    const offers = message.key === API_VERSIONS_KEY ? offersOf(broker, interceptions) : []
    const context = { cluster, broker, listener, clientId, connection, gone, offers, throttleMs, users: this.users, principal, may }
    return { header, message, handler, request: body, context }
  }

  async #handle({ handler, context, request, header, message }: Call): Promise<Reply> {
    if (!handler) throw new Disconnect(`the sandbox has no handler for ${message.name}: an interception has to answer it`)
    const { cluster, broker, throttleMs, connection } = context
    const refused = handler.controller && cluster.controllerAlone && broker.id !== cluster.controllerId ? 'NOT_CONTROLLER' : undefined
    const forbidden = handler.needs && !context.may(handler.needs, 'CLUSTER', CLUSTER) ? 'CLUSTER_AUTHORIZATION_FAILED' : undefined
    const code = refused ?? forbidden
    const reply = code
      ? handler.failure(request, errnoOf(code), header.apiVersion)
      : await handler.handle(context, request, header.apiVersion)
    if (throttleMs === 0) return reply
    connection.muteAfterAnswer(throttleMs)
    const { throttleTimeMs } = message.response.fields
    const hasField = throttleTimeMs && header.apiVersion >= throttleTimeMs.since && header.apiVersion <= throttleTimeMs.until
    return reply && hasField ? { ...reply, throttleTimeMs: throttleMs } : reply
  }

  async #carryOut(verdict: Exclude<Verdict, { do: 'hang' }>, call: Call, proceed: () => Promise<Reply>): Promise<Chunks> {
    switch (verdict.do) {
      case 'answer':
        return encode(call, verdict.response)
      case 'fail': {
        if (verdict.after && (await proceed()) === undefined) return undefined
        const failure = call.handler?.failure(call.request, errnoOf(verdict.code), call.header.apiVersion)
        if (!failure) throw new Disconnect(`the sandbox does not know where ${call.message.name} has its errors: use answer()`)
        return encode(call, failure)
      }
      case 'close':
        if (verdict.after) await proceed()
        throw new Disconnect('cut by an interception')
      case 'delay':
        await pause(this.cluster.clock, verdict.ms, call.context.gone)
        return encode(call, await proceed())
      case 'send': {
        const bytes = verdict.bytes(joined(encode(call, await proceed()) ?? []))
        return bytes instanceof Uint8Array ? [bytes] : bytes
      }
    }
  }
}

/** Kafka's answer to a request in the middle of a login, the last on its connection. */
function outOfPlace(call: Call): Chunks {
  const { message, handler, request, header, context } = call
  const reason = `Unexpected Kafka request of type ${message.api} during SASL authentication`
  if (!handler) throw new Disconnect(reason)
  context.connection.endAfterAnswer(reason)
  return encode(call, handler.failure(request, errnoOf('ILLEGAL_SASL_STATE'), header.apiVersion))
}

/** Messages of a mechanism's in frames of their own, after SaslHandshake v0. A refusal has no words there. */
async function bareAnswer(login: Login, frame: Uint8Array): Promise<Chunks> {
  try {
    const { bytes } = (await login.take(frame)) ?? { bytes: new Uint8Array() }
    const size = new Uint8Array(4)
    new DataView(size.buffer).setInt32(0, bytes.length)
    return [size, bytes]
  } catch (error) {
    if (error instanceof LoginRefused) throw new Disconnect(error.message)
    throw error
  }
}

const SASL_HANDSHAKE_KEY = 17
const SASL_AUTHENTICATE_KEY = 36
/** No quota is asked before somebody is logged in. */
const isLogin = (apiKey: number) => apiKey === SASL_HANDSHAKE_KEY || apiKey === SASL_AUTHENTICATE_KEY

function intercepted({ header, message, request, context }: Call, proceed: () => Promise<Reply>): Intercepted {
  const { apiKey, apiVersion, correlationId, clientId } = header
  return { api: message.api, apiKey, version: apiVersion, correlationId, clientId, broker: context.broker.id, request, proceed }
}

/** The answer that every client can read; since KIP-511 it names the one API that has to be asked again. */
function unsupportedApiVersions({ correlationId }: RequestHeader, [minVersion, maxVersion]: Range, named: boolean): Chunks {
  const apiKeys = named ? [{ apiKey: API_VERSIONS_KEY, minVersion, maxVersion }] : []
  return encodeResponseFrame(ApiVersionsResponse, 0, correlationId, { errorCode: errnoOf('UNSUPPORTED_VERSION'), apiKeys })
}

function encode({ header, message }: Call, reply: Reply): Chunks {
  return reply && encodeResponseFrame(message.response, header.apiVersion, header.correlationId, reply)
}

/** What cannot be read is answered by closing. */
function understand<T>(read: () => T): T {
  try {
    return read()
  } catch (error) {
    throw new Disconnect(String(error))
  }
}

function once<T>(work: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined
  return () => (result ??= work())
}
