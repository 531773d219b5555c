/** A figure as a table, newest first. */
import { usePrefs } from '../app/app.js'
import { clock } from '../format/time.js'
import type { MetricsSeries } from '../session/wire-protocol.js'
import { valueText } from './Figure.js'
import type { FigureData } from './figures.js'

const MOST = 60
/** A box that scrolls must be reachable by keyboard. */
const scrolls = { tabIndex: 0 }

export function FigureTable({ figure, series }: { figure: FigureData; series: MetricsSeries }) {
  const zone = usePrefs(prefs => prefs.zone)
  const count = Math.min(MOST, series.slices)
  const slices = Array.from({ length: count }, (_, i) => series.slices - 1 - i)
  const span = series.sliceMs >= 10_000 ? '10 s' : '1 s'
  return (
    <section {...scrolls} className="figtable" aria-label={`${figure.title} as table`}>
      <table>
        <caption className="sr">
          {figure.title}, {figure.subtitle}; the newest {count} of {series.slices} slices of {span}
        </caption>
        <thead>
          <tr>
            <th scope="col">Time</th>
            {figure.series.map(({ label }) => (
              <th key={label} scope="col" className="r">
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {slices.map(slice => (
            <tr key={slice}>
              <th scope="row">{clock(BigInt(Math.floor(series.from + slice * series.sliceMs)), zone).slice(0, 8)}</th>
              {figure.series.map(({ label, values }) => (
                <td key={label} className="r">
                  {valueText(figure, values[slice])}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
