/** Headers as rows: order and duplicates are kept, a value is text, bytes or null. */
import { plural } from '../format/numbers.js'
import { Button } from '../parts/Button.js'
import { Select } from '../parts/Select.js'
import { type HeaderDraft, type HeaderKind, headerKinds } from './draft.js'

const words: Record<HeaderKind, string> = { text: 'string', hex: 'hex', base64: 'base64', null: 'null' }

export interface HeaderRowsProps {
  headers: readonly HeaderDraft[]
  problems: ReadonlyMap<number, string> | undefined
  onChange(headers: HeaderDraft[]): void
}

export function HeaderRows({ headers, problems, onChange }: HeaderRowsProps) {
  const put = (id: number, change: Partial<HeaderDraft>) =>
    onChange(headers.map(header => (header.id === id ? { ...header, ...change } : header)))
  const add = () => onChange([...headers, { id: Math.max(0, ...headers.map(header => header.id)) + 1, key: '', kind: 'text', text: '' }])
  return (
    <div role="group" aria-label="Headers">
      <div className="lrow">
        <span className="b">Headers</span>
        <span className="t2 sz">{headers.length === 0 ? 'none' : `${plural(headers.length, 'row')}, sent in this order`}</span>
        <span className="grow" />
        <Button kind="bare" small icon="plus" onPress={add}>
          Header
        </Button>
      </div>
      {headers.map((header, index) => (
        <div key={header.id}>
          <div className="hr">
            <input
              className="inp mono"
              aria-label={`Key of header ${index + 1}`}
              placeholder="key"
              spellCheck={false}
              value={header.key}
              onChange={event => put(header.id, { key: event.target.value })}
            />
            <Select
              bare
              label={`Type of header ${index + 1}`}
              value={header.kind}
              options={headerKinds.map(value => ({ value, label: words[value] }))}
              onChange={kind => put(header.id, { kind })}
            />
            <input
              className={problems?.has(header.id) ? 'inp mono bad' : 'inp mono'}
              aria-label={`Value of header ${index + 1}`}
              aria-invalid={problems?.has(header.id)}
              placeholder={header.kind === 'null' ? 'null' : 'empty'}
              readOnly={header.kind === 'null'}
              spellCheck={false}
              value={header.kind === 'null' ? '' : header.text}
              onChange={event => put(header.id, { text: event.target.value })}
            />
            <Button
              kind="bare"
              small
              icon="close"
              label={`Remove header ${header.key || index + 1}`}
              onPress={() => onChange(headers.filter(each => each.id !== header.id))}
            />
          </div>
          {problems?.has(header.id) && (
            <p className="hint err" role="status">
              {problems.get(header.id)}
            </p>
          )}
        </div>
      ))}
    </div>
  )
}
