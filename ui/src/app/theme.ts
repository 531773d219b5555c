/** Puts the chosen theme and density on the root element; `system` leaves it to the tokens. */
import type { StoreApi } from 'zustand/vanilla'
import type { Prefs } from '../store/prefs.js'

export function applyTheme(root: HTMLElement, prefs: StoreApi<Prefs>): () => void {
  const apply = ({ theme, density }: Prefs) => {
    if (theme === 'system') delete root.dataset.theme
    else root.dataset.theme = theme
    root.dataset.density = density
  }
  apply(prefs.getState())
  return prefs.subscribe(apply)
}

export const nextTheme = (theme: Prefs['theme']): Prefs['theme'] => (theme === 'system' ? 'light' : theme === 'light' ? 'dark' : 'system')

export const themeWords: Record<Prefs['theme'], string> = { system: 'follows the system', light: 'light', dark: 'dark' }
