/** The start token comes in the fragment (`#t=TOKEN`, `#t=TOKEN&to=/cluster/topics`), is taken once and leaves the URL at once. */

const KEY = 'milena.token'

/** The token of this tab: from the URL, else the one this tab was opened with. It never reaches storage that outlives the tab. */
export function takeStartToken(window: Pick<Window, 'location' | 'history' | 'sessionStorage'>): string | null {
  const match = /^#t=([^&]*)(?:&to=(.*))?$/.exec(window.location.hash)
  if (!match) return stored(window.sessionStorage, storage => storage.getItem(KEY))
  const token = decodeURIComponent(match[1])
  window.history.replaceState(null, '', `${window.location.pathname}${window.location.search}${match[2] ? `#${match[2]}` : ''}`)
  stored(window.sessionStorage, storage => storage.setItem(KEY, token))
  return token
}

/** Storage may be blocked; then the token lives in memory alone. */
function stored<T>(storage: Storage, use: (storage: Storage) => T): T | null {
  try {
    return use(storage)
  } catch {
    return null
  }
}
