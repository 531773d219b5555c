/** The views that are on the page at a place: what *This page* means there. */
import type { Place } from '../route/route.js'

export function viewsOf(place: Place): string[] {
  switch (place.page) {
    case 'topic':
      return [place.topic]
    case 'group':
      return [place.group]
    case 'topics':
    case 'messages':
    case 'groups':
      return [place.page]
    default:
      return []
  }
}
