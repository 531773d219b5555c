/** Copying, with its result said. */
import type { FrameStore } from '../app/frame-store.js'

export async function copyText(frame: FrameStore, text: string, what: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text)
    frame.toast({ tone: 'ok', text: `${what} copied`, action: null })
  } catch {
    frame.toast({ tone: 'err', text: `${what} not copied: this browser did not allow it`, action: null })
  }
}
