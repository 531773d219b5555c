/** At most one line under the top bar: the one that matters most now. */

import { clock } from '../format/time.js'
import { Button } from '../parts/Button.js'
import { Icon } from '../parts/Icon.js'
import { useApp, useConnection, useNow, usePrefs } from './app.js'

export function Banner() {
  const app = useApp()
  const { status, lastConnectedAt } = useConnection(connection => connection)
  const zone = usePrefs(prefs => prefs.zone)
  const now = useNow()
  if (status.state === 'connected' || status.state === 'idle' || (status.state === 'connecting' && status.attempt <= 1 && !status.fault))
    return null
  const offline = status.state === 'offline'
  const wait = status.nextAttemptAt === null ? null : Math.max(0, Math.ceil((status.nextAttemptAt - now) / 1000))
  return (
    <div className={offline ? 'banner err' : 'banner'} role="status">
      <Icon name="warn" />
      <span className="ell">
        <b className="b">{offline ? 'Offline' : 'Reconnecting'}</b>
        {status.fault && (
          <>
            {' · '}
            {status.fault.what} · <span className="mono">{status.fault.code}</span> · {status.fault.message}
          </>
        )}
        {status.attempt > 0 && ` · attempt ${status.attempt}`}
        {wait !== null && ` · next in ${wait} s`}
        {lastConnectedAt !== null && ` · as of ${clock(BigInt(lastConnectedAt), zone)}`}
        {status.fault?.next && ` · ${status.fault.next}`}
      </span>
      <span className="grow" />
      <Button small onPress={() => void app.session.call('session.retry', {}, { view: 'connection' }).catch(() => undefined)}>
        Retry now
      </Button>
    </div>
  )
}
