/** Copy any part: the value exactly as received, or in the forms that other tools take. */
import { useApp, useConnection } from '../app/app.js'
import { toBase64, toCArray, toHex } from '../format/encodings.js'
import { validUtf8 } from '../format/utf8.js'
import { copyText } from '../parts/copy.js'
import { Icon } from '../parts/Icon.js'
import { Kbd } from '../parts/Kbd.js'
import { Popover } from '../parts/Popover.js'
import type { RecordRow } from '../session/protocol.js'
import { exactText, formattedText, kcatCommand, recordJson, typescriptCall } from './record-copy.js'

interface Choice {
  label: string
  what: string
  keys?: string
  text: string | null
  /** Why there is nothing to copy. */
  reason?: string
}

export function CopyMenu({ row, onLink }: { row: RecordRow; onLink(): void }) {
  const app = useApp()
  return (
    <Popover
      className="btn bare sm"
      label="Copy"
      trigger={
        <>
          <Icon name="copy" small />
          Copy <Kbd keys="c" />
        </>
      }
    >
      {close => (
        <Choices
          row={row}
          onChoose={choice => {
            if (choice.text === null) return app.frame.announce(choice.reason ?? '', 'assertive')
            close()
            void copyText(app.frame, choice.text, choice.what)
          }}
          onLink={() => {
            close()
            onLink()
          }}
        />
      )}
    </Popover>
  )
}

function Choices({ row, onChoose, onLink }: { row: RecordRow; onChoose(choice: Choice): void; onLink(): void }) {
  const brokers = useConnection(connection => connection.status.brokers)
  return (
    <>
      {choicesOf(row, brokers).map(choice => (
        <button
          key={choice.label}
          type="button"
          className="opt"
          aria-disabled={choice.text === null || undefined}
          onClick={() => onChoose(choice)}
        >
          {choice.label}
          {choice.text === null && <span className="t3">{choice.reason}</span>}
          <span className="grow" />
          {choice.keys && <Kbd keys={choice.keys} />}
        </button>
      ))}
      <button type="button" className="opt" onClick={onLink}>
        Link to the record
        <span className="grow" />
        <Kbd keys="y" />
      </button>
    </>
  )
}

function choicesOf(row: RecordRow, brokers: readonly { host: string; port: number }[]): Choice[] {
  const part = (label: string, bytes: Uint8Array | null, keys: string): Choice => ({
    label,
    keys,
    what: label,
    text: exactText(bytes),
    reason: bytes === null ? 'is null' : 'is not UTF-8: take hex or base64',
  })
  const value = row.value
  const all: Choice[] = [
    part('Value', value, 'c'),
    { label: 'Value, formatted', what: 'Value', keys: 'C', text: value && formattedText(value), reason: 'is not text' },
    { label: 'Value as hex', what: 'Value', text: value && toHex(value), reason: 'is null' },
    { label: 'Value as base64', what: 'Value', text: value && toBase64(value), reason: 'is null' },
    part('Key', row.key, 'k'),
    { label: 'Key as base64', what: 'Key', text: row.key && toBase64(row.key), reason: 'is null' },
    { label: 'Offset', what: 'Offset', text: String(row.offset) },
    { label: 'Timestamp, ms', what: 'Timestamp', text: String(row.timestamp) },
    { label: 'Record as JSON', what: 'Record', text: recordJson(row) },
    { label: 'kcat command', what: 'Command', text: kcatCommand(row, brokers) },
    { label: 'TypeScript', what: 'Code', text: typescriptCall(row) },
  ]
  return all
}

/** The forms that a range of bytes is copied in. */
export function ByteCopies({ bytes }: { bytes: Uint8Array }) {
  const { frame } = useApp()
  const text = validUtf8(bytes)
  const copy = (what: string, value: string) => () => void copyText(frame, value, what)
  return (
    <>
      <button type="button" className="link" onClick={copy('Hex', toHex(bytes))}>
        hex
      </button>
      <button type="button" className="link" onClick={copy('Base64', toBase64(bytes))}>
        base64
      </button>
      <button type="button" className="link" onClick={copy('C array', toCArray(bytes))}>
        C array
      </button>
      {text !== null && (
        <button type="button" className="link" onClick={copy('Text', text)}>
          UTF-8
        </button>
      )}
    </>
  )
}
