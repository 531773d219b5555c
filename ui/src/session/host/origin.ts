/** Who asked, as an initiator: the view, and behind a tab the number of the page, so that *This page* is this tab's. */
import type { Origin } from '../protocol.js'

export const initiatorOf = (origin: Origin, page: number): string => `${origin.view || 'page'}\t${page}`

/** A view stands for what is in it, too: `orders` for "orders messages", "orders configs". */
export function isFrom(initiator: string, page: number, views: readonly string[]): boolean {
  const [label, number] = initiator.split('\t')
  return Number(number) === page && views.some(view => label === view || label.startsWith(`${view} `))
}
