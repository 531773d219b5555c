import { errorForCode } from '../../protocol/errors.js'
import type { Input, Output, RequestMessage } from '../../protocol/message.js'
import type { Connection } from '../network/connection.js'
import type { Listener } from '../network/listener.js'
import type { Users } from '../sasl/users.js'
import type { Operation, ResourceType } from '../state/acls.js'
import type { Broker } from '../state/broker.js'
import type { Cluster } from '../state/cluster.js'

/** Who asks whom, and through which door. */
export interface RequestContext {
  readonly cluster: Cluster
  /** The broker that was asked. */
  readonly broker: Broker
  readonly listener: Listener
  readonly clientId: string | null
  readonly connection: Connection
  /** Aborted once nobody waits for the answer any more. */
  readonly gone: AbortSignal
  /** What the broker offers: ApiVersions' answer, and given to it alone. */
  readonly offers: readonly ApiRange[]
  /** How long the client is to be held off after this request. */
  readonly throttleMs: number
  readonly users: Users
  /** `User:alice`. */
  readonly principal: string
  /** Whether the rules let the asker do this. */
  readonly may: (operation: Operation, type: ResourceType, name: string) => boolean
}

export interface ApiRange {
  readonly apiKey: number
  readonly minVersion: number
  readonly maxVersion: number
}

/** One API of the broker. */
export interface Handler<M extends RequestMessage = RequestMessage> {
  readonly message: M
  /** The versions that are answered. */
  readonly versions: readonly [min: number, max: number]
  /** The versions that ApiVersions names, where they differ. */
  readonly advertised?: readonly [min: number, max: number]
  /** The versions where brokers are told to be older than 4.0, which dropped some (KIP-896). Default: `versions`. */
  readonly legacy?: readonly [min: number, max: number]
  /** With ZooKeeper only the controller takes it; others answer NOT_CONTROLLER. */
  readonly controller?: true
  /** What the asker must be allowed on the cluster as a whole. */
  readonly needs?: Operation
  /** The answer; undefined when there is none to send. Throwing `Disconnect` cuts the connection. */
  handle(context: RequestContext, request: Output<M>, version: number): Reply<M> | Promise<Reply<M>>
  /** The answer that carries `errorCode` in every place where the broker would put it, and nothing done. May cut the connection, too. */
  failure(request: Output<M>, errorCode: number, version: number): Input<M['response']>
}
export type Reply<M extends RequestMessage> = Input<M['response']> | undefined

/** Lets the compiler infer the messages of a handler. */
export function handler<M extends RequestMessage>(message: M, rest: Omit<Handler<M>, 'message'>): Handler<M> {
  return { message, ...rest }
}

/** Kafka's own words where it has no others. */
export const wordsFor = (errorCode: number): string => errorForCode(errorCode).description

/** Groups pairs by topic, consecutive ones only, as brokers do to keep the order in which partitions were asked for. */
export function byTopic<P, T>(items: readonly P[], same: (a: P, b: P) => boolean, topic: (first: P, all: readonly P[]) => T): T[] {
  const groups: P[][] = []
  for (const item of items) {
    const last = groups.at(-1)
    if (last && same(last[0], item)) last.push(item)
    else groups.push([item])
  }
  return groups.map(group => topic(group[0], group))
}
