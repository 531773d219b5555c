/** The page area, and the side panel beside it. */
import { type ReactNode, useEffect, useRef } from 'react'
import { Button } from './Button.js'

export function Page({ label, children }: { label: string; children: ReactNode }) {
  return (
    <section className="page" data-region="page" aria-label={label}>
      {children}
    </section>
  )
}

export interface SideProps {
  label: string
  head: ReactNode
  onClose(): void
  children: ReactNode
}

/** 480 px beside the page, not modal: the page narrows. Escape closes it and focus returns to where it came from. */
export function Side({ label, head, onClose, children }: SideProps) {
  const panel = useRef<HTMLElement>(null)
  useEffect(() => {
    const before = document.activeElement
    panel.current?.querySelector<HTMLElement>('[data-autofocus]')?.focus()
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus()
    }
  }, [])
  return (
    <aside
      ref={panel}
      className="side"
      data-region="side"
      aria-label={label}
      onKeyDown={event => {
        if (event.key !== 'Escape' || event.defaultPrevented) return
        event.preventDefault()
        event.stopPropagation()
        onClose()
      }}
    >
      <div className="bar line">
        {head}
        <span className="grow" />
        <Button kind="bare" icon="close" label="Close, Esc" onPress={onClose} />
      </div>
      {children}
    </aside>
  )
}
