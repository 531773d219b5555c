/** The open scans of a session by view: a scan survives leaving its topic. The least recently looked at go first. */
import type { Session } from '../session/session.js'
import { Scan } from './scan.js'

const KEPT = 4

/** Kept beside the session, not in the app, which would load what reads records before a page shows any. */
const bySession = new WeakMap<Session, Map<string, Scan>>()

export function scanOf(session: Session, view: string): Scan {
  const scans = bySession.get(session) ?? new Map<string, Scan>()
  bySession.set(session, scans)
  const scan = scans.get(view) ?? new Scan(session, view)
  scans.delete(view)
  scans.set(view, scan)
  for (const [name, old] of scans) {
    if (scans.size <= KEPT) break
    old.dispose()
    scans.delete(name)
  }
  return scan
}
