/** What a page that produces and consumes loads at once; codecs come later, with the first batch that needs one. */
export { Client, Offset } from '@milena/client-core'
export { webSocket } from '@milena/client-core/transport/websocket'
