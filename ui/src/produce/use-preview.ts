/** Where the partitioner would put the key that is typed: asked once the typing rests. */
import { useEffect, useState } from 'react'
import { useApp } from '../app/app.js'
import { toHex } from '../format/encodings.js'
import type { PartitionPreview } from '../session/protocol.js'

const REST_MS = 150

export function usePreview(topic: string, key: Uint8Array | null): PartitionPreview | null {
  const { session } = useApp()
  const [found, setFound] = useState<{ named: string; preview: PartitionPreview } | null>(null)
  const named = key === null ? null : toHex(key)
  useEffect(() => {
    if (named === null) return
    const abort = new AbortController()
    const bytes = Uint8Array.from(named.match(/../g) ?? [], pair => Number.parseInt(pair, 16))
    const timer = setTimeout(() => {
      session.call('produce.partitionFor', { topic, key: bytes }, { view: `${topic} produce`, signal: abort.signal }).then(
        preview => setFound({ named, preview }),
        () => setFound(null),
      )
    }, REST_MS)
    return () => {
      clearTimeout(timer)
      abort.abort()
    }
  }, [session, topic, named])
  return found && found.named === named ? found.preview : null
}
