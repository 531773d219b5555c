/** A line of a field tree with its children, made only when they are asked for. */
import type { FieldLine } from '../wire-protocol.js'

export interface FieldNode extends Omit<FieldLine, 'path' | 'children'> {
  /** Known before the children are made. */
  readonly count: number
  children(): FieldNode[] | Promise<FieldNode[]>
}

const none = (): FieldNode[] => []

export function leaf(node: Omit<FieldNode, 'count' | 'children' | 'note' | 'meaning' | 'isDefault'> & Partial<FieldNode>): FieldNode {
  return { note: '', meaning: '', isDefault: false, count: 0, children: none, ...node }
}

export const lineOf = ({ children: _, count, ...line }: FieldNode, path: number[]): FieldLine => ({ ...line, path, children: count })
