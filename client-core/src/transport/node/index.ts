export { type Listener, type ListenOptions, listenTcp } from './listen.js'
export { type TcpOptions, tcp } from './tcp.js'
export { type TlsOptions, tls } from './tls.js'
