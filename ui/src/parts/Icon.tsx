/** The line icons: 16 × 16, one path set each, drawn in the colour of the text. */
import type { ReactNode } from 'react'

const paths = {
  down: <path d="m4 6 4 4 4-4" />,
  right: <path d="m6 4 4 4-4 4" />,
  topics: <path d="M2.5 4.5h11M2.5 8h11M2.5 11.5h7" />,
  messages: <path d="M2.5 3h11v3.2h-11zM2.5 9.8h11V13h-11z" />,
  groups: (
    <>
      <circle cx="8" cy="3.8" r="1.8" />
      <circle cx="3.6" cy="12" r="1.8" />
      <circle cx="12.4" cy="12" r="1.8" />
      <path d="M7.1 5.4 4.5 10.4M8.9 5.4l2.6 5M5.4 12h5.2" />
    </>
  ),
  brokers: <path d="M2.5 2.8h11v4h-11zM2.5 9.2h11v4h-11zM5 4.8h.01M5 11.2h.01" />,
  key: (
    <>
      <circle cx="5.4" cy="10.6" r="2.6" />
      <path d="m7.3 8.7 5.7-5.7M10.6 5.4l2 2" />
    </>
  ),
  schemas: (
    <path d="M6 2.5C4.4 2.5 4.6 4 4.6 5.5s-.2 2.5-2.1 2.5c1.9 0 2.1 1 2.1 2.5S4.4 13.5 6 13.5M10 2.5c1.6 0 1.4 1.5 1.4 3s.2 2.5 2.1 2.5c-1.9 0-2.1 1-2.1 2.5s.2 3-1.4 3" />
  ),
  transactions: <path d="M3 5.5h9M9.5 3 12 5.5 9.5 8M13 10.5H4M6.5 8 4 10.5 6.5 13" />,
  wire: <path d="M1.5 8h3l1.8-5 3.2 10L11.3 8h3.2" />,
  metrics: <path d="M3 13V8.5M6.4 13V4.5M9.7 13V7M13 13V2.5" />,
  menu: <path d="M2.5 4.5h11M2.5 8h11M2.5 11.5h11" />,
  search: (
    <>
      <circle cx="7" cy="7" r="4.2" />
      <path d="m10.2 10.2 3.3 3.3" />
    </>
  ),
  lock: <path d="M3.5 7.5h9v6h-9zM5.5 7.5V5a2.5 2.5 0 0 1 5 0v2.5" />,
  unlock: <path d="M3.5 7.5h9v6h-9zM5.5 7.5V5a2.5 2.5 0 0 1 4.8-.9" />,
  clock: (
    <>
      <circle cx="8" cy="8" r="5.5" />
      <path d="M8 4.8V8l2.2 1.5" />
    </>
  ),
  theme: (
    <>
      <circle cx="8" cy="8" r="2.7" />
      <path d="M8 1.5v1.5M8 13v1.5M1.5 8H3M13 8h1.5M3.4 3.4l1 1M11.6 11.6l1 1M12.6 3.4l-1 1M4.4 11.6l-1 1" />
    </>
  ),
  check: <path d="m3 8.5 3.5 3.5L13 4.5" />,
  plus: <path d="M8 3v10M3 8h10" />,
  minus: <path d="M3 8h10" />,
  file: <path d="M4 1.8h5.5L12.5 5v9.2H4zM9.5 1.8V5h3" />,
  record: <circle cx="8" cy="8" r="4.5" fill="currentColor" stroke="none" />,
  pause: <path d="M5.5 3.5v9M10.5 3.5v9" />,
  none: (
    <>
      <circle cx="8" cy="8" r="5.5" />
      <path d="m4.2 4.2 7.6 7.6" />
    </>
  ),
  save: <path d="M8 2.5V10M4.8 7 8 10.2 11.2 7M2.5 13.5h11" />,
  close: <path d="m4.5 4.5 7 7M11.5 4.5l-7 7" />,
  dots: <path d="M3.5 8h.01M8 8h.01M12.5 8h.01" />,
  copy: <path d="M5.5 5.5h8v8h-8zM3 10.5h-.5v-8h8V3" />,
  dock: <path d="M2.5 2.5h11v11h-11zM2.5 9.5h11" />,
  columns: <path d="M2.5 3h11v10h-11zM6.2 3v10M9.8 3v10" />,
  play: <path d="M5 3.5v9l7.5-4.5z" />,
  stop: <path d="M4.5 4.5h7v7h-7z" />,
  link: <path d="M6.5 9.5 9.5 6.5M7.5 4.5l1.6-1.6a2.8 2.8 0 0 1 4 4L11.5 8.5M8.5 11.5l-1.6 1.6a2.8 2.8 0 0 1-4-4L4.5 7.5" />,
  refresh: <path d="M13 8a5 5 0 1 1-1.5-3.6M13 2.5V5h-2.5" />,
  warn: <path d="M8 2.5 14.2 13.3H1.8zM8 6.5v3.3M8 11.6h.01" />,
  open: <path d="M9.5 2.5h4v4M13.5 2.5 8 8M11.5 9v4.5h-9v-9H7" />,
  star: <path d="m8 2 1.8 3.8 4.2.5-3.1 2.9.8 4.1L8 11.2l-3.7 2.1.8-4.1L2 6.3l4.2-.5z" />,
  fold: <path d="M10 4 6 8l4 4M13 3v10" />,
} satisfies Record<string, ReactNode>

export type IconName = keyof typeof paths

/** Always beside a word or inside a control with a name: hidden from assistive technology. */
export function Icon({ name, small = false }: { name: IconName; small?: boolean }) {
  return (
    <svg className={small ? 'i s' : 'i'} viewBox="0 0 16 16" aria-hidden="true">
      {paths[name]}
    </svg>
  )
}
