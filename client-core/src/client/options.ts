import { type ConnectionOptions, connectionSpec, type ResolvedConnectionOptions } from '../cluster/options.js'
import { type ConsumerOptions, checkConsumer, consumerSpec, type ResolvedConsumerOptions } from '../consumer/options.js'
import { resolve, type Spec } from '../options/check.js'
import { checkProducer, type ProducerOptions, producerSpec, type ResolvedProducerOptions } from '../producer/options.js'

/** Everything a client can be told, grouped by role. Only `transport` is required. */
export interface ClientOptions extends ConnectionOptions {
  producer?: ProducerOptions
  consumer?: ConsumerOptions
}
export interface ResolvedOptions extends ResolvedConnectionOptions {
  producer: ResolvedProducerOptions
  consumer: ResolvedConsumerOptions
}

const spec: Spec<ResolvedOptions> = {
  ...connectionSpec,
  producer: (v, path) => checkProducer(resolve(producerSpec, v, path)),
  consumer: (v, path) => checkConsumer(resolve(consumerSpec, v, path)),
}

/** Every option with its default filled in. @throws ClientError `INVALID_OPTION` naming the path of the first that is wrong or unknown. */
export const resolveOptions = (options: ClientOptions): ResolvedOptions => resolve(spec, options)

/** Checks options without making a client. @throws ClientError `INVALID_OPTION`. */
export function validateOptions(options: ClientOptions): void {
  resolveOptions(options)
}
