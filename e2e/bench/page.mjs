import { Client, Offset } from '@milena/client-core'
import { webSocket } from '@milena/client-core/transport/websocket'

/**
 * Consumes a topic in a page, through the bridge, as contestants do in Node.
 * @param {{ url: string, token: string, cluster: string, brokers: string[], topic: string, partitions: number, count: number }} task
 */
export async function consume({ url, token, cluster, brokers, topic, partitions, count }) {
  const offsets = Object.fromEntries(Array.from({ length: partitions }, (_, partition) => [partition, Offset.atStart()]))
  const transport = webSocket({ url, token, cluster })
  const client = new Client({ seedBrokers: brokers, transport, consumer: { partitions: { [topic]: offsets } } })
  let [records, bytes] = [0, 0]
  while (records < count) {
    const fetches = await client.pollFetches()
    for (const { error } of fetches.errors()) throw error
    fetches.eachRecord(record => {
      records++
      bytes += record.value?.length ?? 0
    })
  }
  await client.close()
  return { records, bytes }
}

/**
 * Receives as many bytes and throws them away: what a WebSocket costs a page by itself.
 * @param {{ flood: string, wireBytes: number }} task
 */
export function receive({ flood, wireBytes }) {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`${flood}?bytes=${wireBytes}`)
    socket.binaryType = 'arraybuffer'
    let bytes = 0
    socket.onmessage = ({ data }) => {
      bytes += data.byteLength
      if (bytes >= wireBytes) socket.close()
    }
    socket.onclose = () => (bytes >= wireBytes ? resolve({ bytes }) : reject(new Error(`only ${bytes} bytes came`)))
  })
}
