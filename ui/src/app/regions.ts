/** F6 moves through the regions of the frame, in reading order: rail, top, page, side, Wire, status. */

export function focusRegion(step: 1 | -1): void {
  const regions = [...document.querySelectorAll<HTMLElement>('[data-region]')].filter(
    region => !region.inert && region.offsetParent !== null,
  )
  if (regions.length === 0) return
  const at = regions.findIndex(region => region.contains(document.activeElement))
  const to = regions[(at + step + regions.length) % regions.length]
  firstStop(to)?.focus()
}

/** The element that Tab would reach first; in the page that is its grid, if it has one. */
function firstStop(region: HTMLElement): HTMLElement | null {
  const grid = region.dataset.region === 'page' ? region.querySelector<HTMLElement>('[role="row"][tabindex="0"]') : null
  const stops = [...region.querySelectorAll<HTMLElement>('a[href], button, input, select, textarea, [tabindex="0"]')]
  return grid ?? stops.find(stop => stop.tabIndex >= 0 && stop.getClientRects().length > 0) ?? null
}

/** The skip link's target: the list of the page, or its first stop. */
export function focusList(): void {
  const page = document.querySelector<HTMLElement>('[data-region="page"]')
  if (page) firstStop(page)?.focus()
}
