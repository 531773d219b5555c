/** The two live regions and the toasts. */
import { useEffect } from 'react'
import { useStore } from 'zustand'
import { Button } from '../parts/Button.js'
import { Icon } from '../parts/Icon.js'
import { useApp } from './app.js'
import type { Toast } from './frame-store.js'

export function Live() {
  const { frame } = useApp()
  const polite = useStore(frame.store, state => state.polite)
  const assertive = useStore(frame.store, state => state.assertive)
  const toasts = useStore(frame.store, state => state.toasts)
  return (
    <>
      <div className="sr" aria-live="polite">
        {polite}
      </div>
      <div className="sr" aria-live="assertive">
        {assertive}
      </div>
      <section className="toasts" aria-label="Activity">
        {toasts.map(toast => (
          <ToastBox key={toast.id} toast={toast} />
        ))}
      </section>
    </>
  )
}

const STAYS_MS = 6000

function ToastBox({ toast }: { toast: Toast }) {
  const { frame } = useApp()
  const { id, tone, text, action } = toast
  useEffect(() => {
    frame.announce(text, tone === 'err' ? 'assertive' : 'polite')
    if (tone === 'err') return
    let left = setTimeout(() => frame.dismiss(id), STAYS_MS)
    const box = document.getElementById(`toast-${id}`)
    const hold = () => clearTimeout(left)
    const release = () => {
      clearTimeout(left)
      left = setTimeout(() => frame.dismiss(id), STAYS_MS)
    }
    box?.addEventListener('pointerenter', hold)
    box?.addEventListener('focusin', hold)
    box?.addEventListener('pointerleave', release)
    box?.addEventListener('focusout', release)
    return () => clearTimeout(left)
  }, [frame, id, text, tone])
  return (
    <div className="toast" id={`toast-${id}`}>
      <span className={tone}>
        <Icon name={tone === 'ok' ? 'check' : 'warn'} small />
      </span>
      <span className="grow">{text}</span>
      {action && (
        <button
          type="button"
          className="link"
          onClick={() => {
            action.run()
            frame.dismiss(id)
          }}
        >
          {action.label}
        </button>
      )}
      <Button kind="bare" small icon="close" label="Dismiss" onPress={() => frame.dismiss(id)} />
    </div>
  )
}
