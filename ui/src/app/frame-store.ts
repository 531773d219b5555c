/** What the frame shows beside the page: live-region texts, toasts, dialogs, the narrow rail. */
import type { ReactNode } from 'react'
import { createStore, type StoreApi } from 'zustand/vanilla'

export interface Toast {
  id: number
  tone: 'ok' | 'err'
  text: string
  action: { label: string; run(): void } | null
}

export interface Frame {
  polite: string
  assertive: string
  toasts: readonly Toast[]
  dialog: ReactNode
  /** The rail as a sheet, below 720 px. */
  railSheet: boolean
  /** What Wire was asked to show; counts up, so that asking twice is seen twice. */
  wireTarget: { requestId: number | null; nth: number } | null
}

export interface FrameStore {
  store: StoreApi<Frame>
  /** Read to those who listen instead of look; `assertive` for errors of an action. */
  announce(text: string, urgency?: 'polite' | 'assertive'): void
  toast(toast: Omit<Toast, 'id'>): void
  dismiss(id: number): void
  openDialog(dialog: ReactNode): void
  closeDialog(): void
  setRailSheet(open: boolean): void
  /** Opens the Wire dock, at a request when there is one. */
  showInWire(requestId: number | null): void
}

export function createFrame(): FrameStore {
  const store = createStore<Frame>(() => ({ polite: '', assertive: '', toasts: [], dialog: null, railSheet: false, wireTarget: null }))
  let ids = 0
  return {
    store,
    announce: (text, urgency = 'polite') => {
      // The same words twice are read twice only when the text changes: a zero-width space makes it differ.
      const said = store.getState()[urgency]
      store.setState({ [urgency]: said === text ? `${text}\u200b` : text })
    },
    toast: toast => store.setState(({ toasts }) => ({ toasts: [...toasts.slice(-3), { ...toast, id: ++ids }] })),
    dismiss: id => store.setState(({ toasts }) => ({ toasts: toasts.filter(toast => toast.id !== id) })),
    openDialog: dialog => store.setState({ dialog }),
    closeDialog: () => store.setState({ dialog: null }),
    setRailSheet: railSheet => store.setState({ railSheet }),
    showInWire: requestId => store.setState(({ wireTarget }) => ({ wireTarget: { requestId, nth: (wireTarget?.nth ?? 0) + 1 } })),
  }
}
