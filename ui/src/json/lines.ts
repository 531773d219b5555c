/** A JSON document as the lines that are drawn, with what is folded left out. */
import { bytesText, plural } from '../format/numbers.js'
import { beyondDouble, type JsonNode } from './parse.js'

export interface JsonLine {
  depth: number
  key: string | null
  /** The value or bracket on this line. */
  text: string
  kind: 'string' | 'number' | 'literal' | 'mark'
  /** Where the container starts: the name of its fold. */
  fold: number | null
  folded: boolean
  /** A closing bracket or scalar with a sibling after it. */
  comma: boolean
  exact: boolean
}

type Container = Extract<JsonNode, { is: 'object' | 'array' }>

const encoder = new TextEncoder()

/** Containers below this size open unfolded at any depth; larger ones from depth 2 on are folded at first. */
const FOLD_AT = 2_000

/** What is folded before anybody touched it: large containers below the top two levels. */
export function firstFolds(node: JsonNode): Set<number> {
  const folds = new Set<number>()
  const visit = (child: JsonNode, depth: number) => {
    if (child.is !== 'object' && child.is !== 'array') return
    if (depth > 1 && child.end - child.start > FOLD_AT) {
      folds.add(child.start)
      return
    }
    for (const inner of childrenOf(child)) visit(inner, depth + 1)
  }
  visit(node, 0)
  return folds
}

function childrenOf(node: JsonNode): JsonNode[] {
  if (node.is === 'object') return node.entries.map(entry => entry.value)
  return node.is === 'array' ? node.items : []
}

/** `source` is the text that was parsed: a fold says how many bytes of UTF-8 it hides. */
export function jsonLines(root: JsonNode, folds: ReadonlySet<number>, source: string): JsonLine[] {
  const lines: JsonLine[] = []
  const push = (line: Partial<JsonLine> & Pick<JsonLine, 'depth' | 'text' | 'kind'>) => {
    lines.push({ key: null, fold: null, folded: false, comma: false, exact: false, ...line })
  }
  const visit = (node: JsonNode, depth: number, key: string | null, comma: boolean) => {
    const at = { depth, key, comma }
    if (node.is === 'string') push({ ...at, kind: 'string', text: JSON.stringify(node.value) })
    else if (node.is === 'number') push({ ...at, kind: 'number', text: node.text, exact: beyondDouble(node.text) })
    else if (node.is === 'literal') push({ ...at, kind: 'literal', text: node.text })
    else container(node, at)
  }
  const container = (node: Container, at: Pick<JsonLine, 'depth' | 'key' | 'comma'>) => {
    const [open, close] = node.is === 'object' ? '{}' : '[]'
    const children = node.is === 'object' ? node.entries : node.items.map(value => ({ key: null, value }))
    if (children.length === 0) push({ ...at, kind: 'mark', text: open + close })
    else if (folds.has(node.start)) {
      const size = encoder.encode(source.slice(node.start, node.end)).length
      const text = `${open} ${plural(children.length, node.is === 'object' ? 'field' : 'item')}, ${bytesText(size)} ${close}`
      push({ ...at, kind: 'mark', text, fold: node.start, folded: true })
    } else {
      push({ depth: at.depth, key: at.key, kind: 'mark', text: open, fold: node.start })
      for (const [index, child] of children.entries()) visit(child.value, at.depth + 1, child.key, index < children.length - 1)
      push({ depth: at.depth, comma: at.comma, kind: 'mark', text: close })
    }
  }
  visit(root, 0, null, false)
  return lines
}

/** The document again, indented by two, numbers as they were. */
export function jsonPretty(node: JsonNode): string {
  return jsonLines(node, new Set(), '')
    .map(
      line => `${'  '.repeat(line.depth)}${line.key === null ? '' : `${JSON.stringify(line.key)}: `}${line.text}${line.comma ? ',' : ''}`,
    )
    .join('\n')
}
