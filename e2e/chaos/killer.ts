import { setTimeout as sleep } from 'node:timers/promises'
import { until } from '../kafka/admin.js'
import type { Kafka } from '../kafka/kafka.js'

const DEAD_MS = 1_000

/** Kills brokers as a crash does, one after the other, each restarted and back in every ISR before the next; ends whole. Gives how many. */
export async function killBrokers(kafka: Kafka, topic: string, seed: number, stop: AbortSignal): Promise<number> {
  let kills = 0
  while (!stop.aborted) {
    const victim = kafka.brokers[(Math.imul(seed + kills, 0x9e3779b1) >>> 16) % kafka.brokers.length]
    await victim.kill()
    kills++
    await sleep(DEAD_MS)
    await comeBack(kafka, victim.id)
    await until(`${topic} is in sync everywhere`, () => inSync(kafka, topic), 60_000)
  }
  return kills
}

/** A broker that was killed may end again while it starts, when the cluster has not given up its former self yet. */
async function comeBack(kafka: Kafka, id: number): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await kafka.restart(id)
    } catch (error) {
      if (attempt === 3 || kafka.broker(id).running) throw error
      await sleep(DEAD_MS)
    }
  }
}

async function inSync(kafka: Kafka, topic: string): Promise<boolean> {
  const states = await kafka.partitions(topic)
  return states.length > 0 && states.every(({ isr, replicas }) => isr.length === replicas.length)
}
