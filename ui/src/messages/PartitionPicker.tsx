/** Which partitions are read: all, ticked ones, or a range as text (`0-3,7`). */
import { useState } from 'react'
import { grouped } from '../format/numbers.js'
import { Button } from '../parts/Button.js'
import { Check } from '../parts/CheckBox.js'
import { Popover } from '../parts/Popover.js'
import { contract, numbers } from '../route/query.js'

const TICKS = 48

export interface PartitionPickerProps {
  all: readonly number[]
  /** null: all. */
  chosen: readonly number[] | null
  onChange(chosen: number[] | null): void
}

export function PartitionPicker({ all, chosen, onChange }: PartitionPickerProps) {
  const words = chosen ? contract(chosen) : `all ${grouped(all.length)}`
  return (
    <Popover
      className="inp pick sm"
      label="Partitions"
      trigger={
        <>
          <span className="t2">Partitions</span>
          <span className="ell">{words}</span>
        </>
      }
    >
      {close => <Form all={all} chosen={chosen} onChange={onChange} close={close} />}
    </Popover>
  )
}

function Form({ all, chosen, onChange, close }: PartitionPickerProps & { close(): void }) {
  const [text, setText] = useState(chosen ? contract(chosen) : '')
  const read = text.trim() === '' ? null : numbers().read(text.replace(/\s/g, ''))
  const unknown = read?.find(partition => !all.includes(partition))
  const bad = read === undefined ? 'numbers and ranges: 0-3,7' : unknown !== undefined ? `there is no partition ${unknown}` : ''
  const ticked = new Set(chosen ?? all)
  const tick = (partition: number, on: boolean) => {
    const next = all.filter(each => (each === partition ? on : ticked.has(each)))
    onChange(next.length === all.length || next.length === 0 ? null : next)
    setText(next.length === all.length ? '' : contract(next))
  }
  const apply = () => {
    if (bad) return
    onChange(read && read.length < all.length ? read : null)
    close()
  }
  return (
    <form
      className="form"
      onSubmit={event => {
        event.preventDefault()
        apply()
      }}
    >
      <span className={bad ? 'inp sm bad' : 'inp sm'}>
        <input
          className="mono"
          aria-label="Partitions as text"
          aria-invalid={bad !== ''}
          placeholder="all, or 0-3,7"
          value={text}
          onChange={event => setText(event.target.value)}
        />
      </span>
      {bad && (
        <span className="err sz" role="status">
          {bad}
        </span>
      )}
      <div className="ticks">
        {all.slice(0, TICKS).map(partition => (
          <Check key={partition} label={String(partition)} checked={ticked.has(partition)} onChange={on => tick(partition, on)} />
        ))}
        {all.length > TICKS && <span className="t2 sz">and {grouped(all.length - TICKS)} more, by text</span>}
      </div>
      <div className="opts">
        <Button
          small
          onPress={() => {
            onChange(null)
            close()
          }}
        >
          All
        </Button>
        <Button small kind="pri" onPress={apply} reason={bad || null}>
          Apply
        </Button>
      </div>
    </form>
  )
}
