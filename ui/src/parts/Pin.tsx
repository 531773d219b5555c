/** A star that pins a topic or group to the rail, per cluster. */
import { useApp, useConnection, usePrefs } from '../app/app.js'
import { Button } from './Button.js'

export function usePin(is: 'topic' | 'group', name: string): { pinned: boolean; toggle(): void } {
  const { prefs, frame } = useApp()
  const cluster = useConnection(connection => connection.status.cluster.name)
  const pinned = usePrefs(state => state.pins.some(pin => pin.cluster === cluster && pin.is === is && pin.name === name))
  const toggle = () => {
    prefs.setState(({ pins }) => ({
      pins: pinned
        ? pins.filter(pin => !(pin.cluster === cluster && pin.is === is && pin.name === name))
        : [...pins, { cluster, is, name }],
    }))
    frame.announce(pinned ? `${name} unpinned` : `${name} pinned`)
  }
  return { pinned, toggle }
}

export function PinButton({ is, name }: { is: 'topic' | 'group'; name: string }) {
  const { pinned, toggle } = usePin(is, name)
  return <Button kind="bare" small icon="star" label={`Pin ${name} to the rail`} pressed={pinned} onPress={toggle} />
}
