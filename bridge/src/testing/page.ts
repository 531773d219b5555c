import { webSocket } from '@milena/client-core/transport/websocket'

/** Runs in a page, or a worker of it, that a bridge serves: what a connect gives, in words that can cross to the test. */
export async function connecting(token: string, address: string): Promise<string> {
  const [host, port] = address.split(/:(?=\d+$)/)
  try {
    const stream = await webSocket({ url: new URL('/', location.href).href, token }).connect(
      { host, port: Number(port) },
      new AbortController().signal,
    )
    stream.close()
    return 'connected'
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error)
  }
}

/** Sends bytes, and says how the stream ended. */
export async function ended(token: string, address: string, bytes: number[]): Promise<string> {
  const [host, port] = address.split(/:(?=\d+$)/)
  const transport = webSocket({ url: new URL('/', location.href).href, token })
  const stream = await transport.connect({ host, port: Number(port) }, new AbortController().signal)
  try {
    await stream.write([new Uint8Array(bytes)])
    for await (const _ of stream.incoming);
    return 'in order'
  } catch (error) {
    return error instanceof Error && 'code' in error ? `${error.code}: ${error.message}` : String(error)
  }
}

/** Sends bytes through an echo and says how many came back unchanged. */
export async function echoed(token: string, address: string, head: number[], length: number): Promise<number> {
  const [host, port] = address.split(/:(?=\d+$)/)
  const stream = await webSocket({ url: new URL('/', location.href).href, token }).connect(
    { host, port: Number(port) },
    new AbortController().signal,
  )
  const whole = new Uint8Array(length)
  for (let i = 0; i < length; i++) whole[i] = i * 31 + (i >> 11)
  whole.set(head)
  const writing = stream.write([whole.subarray(0, 5), whole.subarray(5)])
  let at = 0
  for await (const chunk of stream.incoming) {
    for (const byte of chunk) if (byte === whole[at]) at += 1
    if (at === length) break
  }
  await writing
  stream.close()
  return at
}

Object.assign(globalThis, { connecting, echoed, ended })

// In a worker: the same, asked for by messages.
if (typeof document === 'undefined') {
  addEventListener('message', event => {
    const { call, args } = event.data
    const done = call === 'connecting' ? connecting(args[0], args[1]) : echoed(args[0], args[1], args[2], args[3])
    done.then(result => postMessage(result))
  })
}
