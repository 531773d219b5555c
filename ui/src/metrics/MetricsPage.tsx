/** What this client did in the last hour: five figures from its hooks, and a table by API. No request is made for it. */
import { type KeyboardEvent, useEffect, useState } from 'react'
import { useStore } from 'zustand'
import { useApp } from '../app/app.js'
import { grouped, plural, rounded } from '../format/numbers.js'
import { Button } from '../parts/Button.js'
import { Page } from '../parts/Page.js'
import { Select } from '../parts/Select.js'
import type { MetricsRange, MetricsSnapshot } from '../session/wire-protocol.js'
import { useColours } from '../wire/tokens.js'
import { ApiTable, csvOf } from './ApiTable.js'
import { blankSnapshot } from './blank.js'
import { Figure } from './Figure.js'
import { figuresOf } from './figures.js'
import { MetricsFeed } from './metrics-feed.js'
import './metrics.css'

const ranges: readonly MetricsRange[] = ['5 min', '15 min', '1 h']

export default function MetricsPage() {
  const app = useApp()
  const [feed] = useState(() => new MetricsFeed(app.session))
  useEffect(() => feed.attach(), [feed])
  const range = useStore(feed.store, state => state.range)
  const snapshot = useStore(feed.store, state => state.snapshot) ?? blankSnapshot(range)
  const fault = useStore(feed.store, state => state.fault)
  const colours = useColours()
  const open = (from: number, to: number) => {
    const query = new Map([
      ['from', String(Math.floor(from))],
      ['to', String(Math.ceil(to))],
    ])
    app.router.go({ page: 'wire' }, query)
  }
  return (
    <Page label="Metrics">
      <div className="page metrics">
        <Head feed={feed} brokers={snapshot.brokers} />
        {fault && <p className="note err">Figures not read: {fault}</p>}
        <div className="figs">
          {figuresOf(snapshot, colours).map(figure => (
            <Figure key={figure.id} feed={feed} figure={figure} series={snapshot.series} onOpen={open} />
          ))}
          <Rebalances />
        </div>
        <ByApi snapshot={snapshot} range={range} />
        <ApiTable apis={snapshot.apis} />
      </div>
    </Page>
  )
}

function Head({ feed, brokers }: { feed: MetricsFeed; brokers: readonly number[] }) {
  const range = useStore(feed.store, state => state.range)
  const broker = useStore(feed.store, state => state.broker)
  const paused = useStore(feed.store, state => state.paused)
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0
    const next = ranges[ranges.indexOf(range) + step]
    if (step === 0 || !next) return
    event.preventDefault()
    feed.set({ range: next })
    const radio = event.currentTarget.querySelectorAll<HTMLElement>('[role="radio"]')[ranges.indexOf(next)]
    radio?.focus()
  }
  return (
    <div className="bar line">
      <h1>Metrics</h1>
      <span className="t2 p2 ell">of this client, from its hooks, kept for one hour</span>
      <span className="grow" />
      <span className="seg sm" role="radiogroup" aria-label="Range" onKeyDown={onKeyDown}>
        {ranges.map(one => (
          <button
            key={one}
            type="button"
            role="radio"
            aria-checked={one === range}
            tabIndex={one === range ? 0 : -1}
            onClick={() => feed.set({ range: one })}
          >
            {one}
          </button>
        ))}
      </span>
      <Select
        small
        bare
        className="p2"
        label="Broker"
        value={broker === null ? 'all' : String(broker)}
        options={[{ value: 'all', label: 'all brokers' }, ...brokers.map(id => ({ value: String(id), label: `broker ${id}` }))]}
        onChange={value => feed.set({ broker: value === 'all' ? null : Number(value) })}
      />
      <Button small icon={paused ? 'play' : 'pause'} pressed={paused} onPress={() => feed.set({ paused: !paused })}>
        {paused ? 'Go on' : 'Pause'}
      </Button>
    </div>
  )
}

/** Stays, with its reason: nothing in this version joins a group. */
function Rebalances() {
  return (
    <figure className="fig off">
      <figcaption>
        <span className="b">Rebalances</span>
        <span className="t2 ell">groups that this page joined</span>
      </figcaption>
      <p className="t3">No group was joined: this version reads groups and does not join them, so there are no rebalances to show.</p>
    </figure>
  )
}

function ByApi({ snapshot: { apis, totals }, range }: { snapshot: MetricsSnapshot; range: MetricsRange }) {
  const { requests, errors, throttles, throttleMs, retries } = totals
  const throttled = throttles === 0 ? 'not throttled' : `throttled ${plural(throttles, 'time')}, ${rounded(throttleMs)} ms`
  return (
    <div className="bar sub byapi">
      <h2 className="b">By API</h2>
      <span className="t2 ell">
        {range} · {plural(requests, 'request')} · {grouped(errors)} {errors === 1 ? 'error' : 'errors'} · {throttled} ·{' '}
        {plural(retries, 'retry', 'retries')}
      </span>
      <span className="grow" />
      <Button kind="bare" small icon="save" onPress={() => save(csvOf(apis))}>
        CSV
      </Button>
    </div>
  )
}

function save(text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/csv' }))
  const link = document.createElement('a')
  link.href = url
  link.download = 'milena-metrics.csv'
  link.click()
  URL.revokeObjectURL(url)
}
