/** A button that opens a small panel below itself. Escape and a press elsewhere close it; focus goes in and comes back. */
import { type ReactNode, useEffect, useLayoutEffect, useRef, useState } from 'react'

export interface PopoverProps {
  /** The button's look and its words. */
  trigger: ReactNode
  label: string
  className: string
  /** Opens to the left when there is no room on the right. */
  children(close: () => void): ReactNode
}

export function Popover({ trigger, label, className, children }: PopoverProps) {
  const [open, setOpen] = useState(false)
  const button = useRef<HTMLButtonElement>(null)
  const panel = useRef<HTMLDivElement>(null)

  const close = () => {
    setOpen(false)
    button.current?.focus()
  }

  useLayoutEffect(() => {
    if (!open || !panel.current || !button.current) return
    place(panel.current, button.current.getBoundingClientRect())
    const first = panel.current.querySelector<HTMLElement>('input, button, select, [tabindex="0"]')
    first?.focus()
  }, [open])

  useEffect(() => {
    if (!open) return
    const outside = (event: PointerEvent) => {
      if (event.target instanceof Node && !panel.current?.contains(event.target) && !button.current?.contains(event.target)) setOpen(false)
    }
    document.addEventListener('pointerdown', outside)
    return () => document.removeEventListener('pointerdown', outside)
  }, [open])

  return (
    <>
      <button ref={button} type="button" className={className} aria-haspopup="dialog" aria-expanded={open} onClick={() => setOpen(!open)}>
        {trigger}
      </button>
      {open && (
        <div
          ref={panel}
          className="pop"
          role="dialog"
          aria-label={label}
          tabIndex={-1}
          onKeyDown={event => {
            if (event.key !== 'Escape') return
            event.preventDefault()
            event.stopPropagation()
            close()
          }}
          onBlur={event => {
            if (
              event.relatedTarget instanceof Node &&
              !event.currentTarget.contains(event.relatedTarget) &&
              event.relatedTarget !== button.current
            )
              setOpen(false)
          }}
        >
          {children(close)}
        </div>
      )}
    </>
  )
}

const GAP = 4

function place(panel: HTMLElement, anchor: DOMRect): void {
  const { offsetWidth, offsetHeight } = panel
  const left = Math.max(GAP, Math.min(anchor.left, window.innerWidth - offsetWidth - GAP))
  const below = anchor.bottom + GAP
  const top = below + offsetHeight > window.innerHeight ? Math.max(GAP, anchor.top - offsetHeight - GAP) : below
  panel.style.left = `${left}px`
  panel.style.top = `${top}px`
}
