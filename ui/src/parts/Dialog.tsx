/** A question that needs an answer before going on. It covers rail, top bar and page, which are inert meanwhile; Wire stays usable. */
import { type ReactNode, useEffect, useId, useRef } from 'react'
import { useApp } from '../app/app.js'
import { Button } from './Button.js'

export interface DialogProps {
  title: string
  children: ReactNode
  footer?: ReactNode
  onClose?(): void
  wide?: boolean
  /** There is nothing to focus inside: the body itself is, so that it scrolls by key. */
  scrolls?: boolean
}

/** Shown through `frame.openDialog`: one at a time, never stacked. */
export function Dialog({ title, children, footer, onClose, wide, scrolls }: DialogProps) {
  const app = useApp()
  const titleId = useId()
  const box = useRef<HTMLDivElement>(null)
  const close = () => {
    app.frame.closeDialog()
    onClose?.()
  }
  useInert(box)
  return (
    <div className="scrim">
      <div
        ref={box}
        role="dialog"
        aria-modal="true"
        aria-labelledby={titleId}
        className={wide ? 'dialog wide' : 'dialog'}
        tabIndex={-1}
        onKeyDown={event => {
          if (event.key !== 'Escape') return
          event.preventDefault()
          event.stopPropagation()
          close()
        }}
      >
        <header>
          <h2 id={titleId}>{title}</h2>
          <span className="grow" />
          <Button kind="bare" icon="close" label="Close" onPress={close} />
        </header>
        <div className="body" {...(scrolls ? { tabIndex: 0, role: 'group', 'aria-label': title } : {})}>
          {children}
        </div>
        {footer && <footer>{footer}</footer>}
      </div>
    </div>
  )
}

/** Makes the covered regions inert while `box` is shown, moves focus in, and gives it back. */
export function useInert(box: { readonly current: HTMLElement | null }): void {
  useEffect(() => {
    const before = document.activeElement
    const regions = [...document.querySelectorAll<HTMLElement>('[data-covered]')]
    for (const region of regions) region.inert = true
    const first = box.current?.querySelector<HTMLElement>('input, textarea, select') ?? box.current
    first?.focus()
    return () => {
      for (const region of regions) region.inert = false
      if (before instanceof HTMLElement && before.isConnected) before.focus()
    }
  }, [box])
}
