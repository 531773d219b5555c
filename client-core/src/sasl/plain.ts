import { checkTexts, SaslFailure, type SaslMechanism, type Supplied, supply } from './mechanism.js'
import { utf8 } from './text.js'

export interface PlainCredentials {
  username: string
  password: string
  /** Who to act as, where that is somebody else than `username`. Kafka's own brokers allow nobody else. */
  authzid?: string
}

/** PLAIN (RFC 4616): the password goes over the wire as it is, so that it wants TLS. */
export function plain(credentials: Supplied<PlainCredentials>): SaslMechanism {
  const ask = supply('PLAIN', credentials, (given, wrong) => {
    checkTexts(given, wrong, ['username', 'password'], ['authzid'])
    for (const name of ['username', 'password', 'authzid'] as const) {
      if (given[name]?.includes('\0')) throw wrong(name, 'holds a NUL character, which PLAIN uses to separate its parts')
    }
  })
  return {
    name: 'PLAIN',
    async authenticate(_, signal) {
      const { username, password, authzid = '' } = await ask(signal)
      return { first: utf8(`${authzid}\0${username}\0${password}`), next: done }
    },
  }
}

function done(message: Uint8Array): undefined {
  if (message.length > 0) throw new SaslFailure('the broker said something where PLAIN has nothing left to say: this is not PLAIN')
}
