/** Who asked, as an initiator: the view, and behind a tab the number of the page, so that *This page* is this tab's. */
import type { Origin } from '../protocol.js'

export const initiatorOf = (origin: Origin, page: number): string => labelOf(origin.view || 'page', page)

export const labelOf = (view: string, page: number): string => `${view}\t${page}`
