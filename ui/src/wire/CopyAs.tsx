/** Copies the frame that is shown: hex, base64, or its decoded body as JSON. */
import { useApp } from '../app/app.js'
import { toBase64, toHex } from '../format/encodings.js'
import { copyText } from '../parts/copy.js'
import { Icon } from '../parts/Icon.js'
import { Popover } from '../parts/Popover.js'
import { faultOf } from '../session/session.js'
import type { FrameState, WireSide } from '../session/wire-protocol.js'
import type { Wire } from './wire.js'

interface CopyAsProps {
  wire: Wire
  id: number
  side: WireSide
  frame: FrameState
}

export function CopyAs({ wire, id, side, frame }: CopyAsProps) {
  const app = useApp()
  const what = side === 'request' ? 'Request' : 'Response'
  const copy = async (text: string | Promise<string>, form: string) => {
    try {
      await copyText(app.frame, await text, `${what} as ${form}`)
    } catch (error) {
      const { message } = faultOf(error, `${what} not copied`)
      app.frame.toast({ tone: 'err', text: `${what} not copied: ${message}`, action: null })
    }
  }
  return (
    <Popover
      label={`Copy the ${side}`}
      className="btn bare sm"
      trigger={
        <>
          <Icon name="copy" small /> Copy as
        </>
      }
    >
      {close => {
        const item = (form: string, text: () => string | Promise<string>) => (
          <button
            type="button"
            className="opt"
            onClick={() => {
              close()
              void copy(text(), form)
            }}
          >
            {what} as {form}
          </button>
        )
        if (frame.is !== 'kept') return <p className="why">There are no bytes of the {side} to copy.</p>
        return (
          <>
            {item('hex', () => toHex(frame.bytes))}
            {item('base64', () => toBase64(frame.bytes))}
            {frame.unreadable === null && item('JSON', () => wire.ask('wire.json', { id, side }))}
          </>
        )
      }}
    </Popover>
  )
}
