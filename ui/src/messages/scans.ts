/** The open scans by view: a scan survives leaving its topic. The least recently looked at go first. */
import type { Session } from '../session/session.js'
import { Scan } from './scan.js'

const KEPT = 4

export interface Scans {
  of(view: string): Scan
}

export function createScans(session: Session): Scans {
  const scans = new Map<string, Scan>()
  return {
    of(view) {
      const scan = scans.get(view) ?? new Scan(session, view)
      scans.delete(view)
      scans.set(view, scan)
      for (const [name, old] of scans) {
        if (scans.size <= KEPT) break
        old.dispose()
        scans.delete(name)
      }
      return scan
    },
  }
}
