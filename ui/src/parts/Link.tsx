/** A link to a place of this cluster: a real href, so that it opens in a new tab, copies and shows where it goes. */
import type { ReactNode } from 'react'
import { useApp, useRoute } from '../app/app.js'
import type { Place } from '../route/route.js'

export interface LinkProps {
  to: Place
  query?: ReadonlyMap<string, string>
  className?: string
  /** Inside a grid row: the row is the stop, the link is for the pointer. */
  inRow?: boolean
  label?: string
  children: ReactNode
}

export function Link({ to, query, className, inRow, label, children }: LinkProps) {
  const { router } = useApp()
  useRoute(route => route.cluster)
  return (
    <a href={router.hrefOf(to, query)} className={className} tabIndex={inRow ? -1 : undefined} aria-label={label}>
      {children}
    </a>
  )
}
