/** Who asked: a view of a page, or a loop of the client. */
import type { RequestRow } from '../session/wire-protocol.js'
import type { Wire } from './wire.js'

/** The client's own reasons to ask. */
const loops = new Map<string, string>([
  ['metadata', 'The client refreshes what it knows of topics in use.'],
  ['routing', 'The client looks for the broker that leads a partition.'],
  ['coordinator', 'The client looks for the broker that coordinates a group.'],
  ['connect', 'The session connects, and greets each broker.'],
  ['dial', 'The client opens a connection and asks what the broker speaks.'],
  ['ping', 'The client asks whether a broker answers.'],
])

export function InitiatorPane({ wire, row }: { wire: Wire; row: RequestRow }) {
  const { initiator, retryOf, attempt } = row
  return (
    <div className="scroll">
      <p>
        <b className="b">{initiator}</b>
      </p>
      <p className="t2">{loops.get(initiator) ?? 'A view of a page asked for it.'}</p>
      {retryOf !== null && (
        <p className="t2">
          Attempt {attempt}, a retry of{' '}
          <button type="button" className="link" onClick={() => wire.inspect(retryOf)}>
            #{retryOf}
          </button>
          .
        </p>
      )}
      <p>
        <button type="button" className="link" onClick={() => wire.setQuery({ scope: 'all', text: `init:${quoted(initiator)}` })}>
          Only requests of this initiator
        </button>
      </p>
    </div>
  )
}

export const quoted = (text: string): string => (/^[\w.-]+$/.test(text) ? text : `"${text.replaceAll('"', '\\"')}"`)
