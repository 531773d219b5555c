import type { Labels, MetricFamily, Series } from './instruments.js'

/** Families as Prometheus reads them (text exposition format 0.0.4). Families without series are left out. */
export function exposition(families: readonly MetricFamily[]): string {
  let text = ''
  for (const family of families) {
    const { name, help, type, series } = family
    if (series.length === 0) continue
    text += `# HELP ${name} ${help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}\n# TYPE ${name} ${type}\n`
    for (const one of series) text += type === 'histogram' ? histogram(family, one) : line(name, one.labels, one.value)
  }
  return text
}

/** Buckets count everything up to their bound. */
function histogram({ name, bounds = [] }: MetricFamily, { labels, value, count = 0, buckets = [] }: Series): string {
  let text = ''
  let upTo = 0
  buckets.forEach((n, i) => {
    upTo += n
    text += line(`${name}_bucket`, { ...labels, le: i < bounds.length ? String(bounds[i]) : '+Inf' }, upTo)
  })
  return text + line(`${name}_sum`, labels, value) + line(`${name}_count`, labels, count)
}

function line(name: string, labels: Labels, value: number): string {
  const inside = Object.entries(labels).map(([label, text]) => `${label}="${escaped(text)}"`)
  return `${name}${inside.length > 0 ? `{${inside.join(',')}}` : ''} ${value}\n`
}

const escaped = (text: string) => text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
