/** A tree of one line per node. The owner says which nodes are to be seen, in order; the tree moves, unfolds and selects. */
import { type CSSProperties, type KeyboardEvent, type ReactNode, useEffect, useId, useRef } from 'react'
import { Icon } from './Icon.js'
import { type LinesHandle, VirtualLines } from './VirtualLines.js'

export interface TreeNode {
  id: string
  /** 0 for the roots. */
  depth: number
  /** Among its siblings, from 1. */
  position: number
  siblings: number
  /** null: a leaf. */
  expanded: boolean | null
  /** Drawn quieter: a field at its default. */
  quiet?: boolean
  label: ReactNode
  /** At the right edge: `0019+4`. */
  note?: string
}

export interface TreeProps {
  label: string
  nodes: readonly TreeNode[]
  selected: string | null
  onSelect(id: string): void
  onToggle(id: string): void
  /** px a line. */
  height?: number
}

export function Tree({ label, nodes, selected, onSelect, onToggle, height = 22 }: TreeProps) {
  const lines = useRef<LinesHandle>(null)
  const base = useId()
  const at = nodes.findIndex(node => node.id === selected)
  useEffect(() => {
    if (at >= 0) lines.current?.scrollTo(at)
  }, [at])
  const select = (index: number) => {
    const node = nodes[Math.max(0, Math.min(nodes.length - 1, index))]
    if (node) onSelect(node.id)
  }
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const node = nodes[at]
    switch (event.key) {
      case 'ArrowDown':
        select(at + 1)
        break
      case 'ArrowUp':
        select(at < 0 ? 0 : at - 1)
        break
      case 'Home':
        select(0)
        break
      case 'End':
        select(nodes.length - 1)
        break
      case 'ArrowRight':
        if (node?.expanded === false) onToggle(node.id)
        else if (node?.expanded) select(at + 1)
        break
      case 'ArrowLeft':
        if (node?.expanded) onToggle(node.id)
        else select(parentOf(nodes, at))
        break
      case 'Enter':
        if (node && node.expanded !== null) onToggle(node.id)
        break
      default:
        return
    }
    event.preventDefault()
    event.stopPropagation()
  }
  return (
    <VirtualLines
      ref={lines}
      count={nodes.length}
      height={height}
      className="tree"
      role="tree"
      active={at >= 0 ? `${base}-${at}` : undefined}
      label={label}
      onKeyDown={onKeyDown}
      onPress={(index, twice) => {
        const node = nodes[index]
        if (twice && node.expanded !== null) onToggle(node.id)
        else onSelect(node.id)
      }}
      line={index => <Line id={`${base}-${index}`} node={nodes[index]} selected={index === at} height={height} onToggle={onToggle} />}
    />
  )
}

interface LineProps {
  id: string
  node: TreeNode
  selected: boolean
  height: number
  onToggle(id: string): void
}

function Line({ id, node, selected, height, onToggle }: LineProps) {
  const style = { '--d': node.depth, height } as CSSProperties
  return (
    <div
      role="treeitem"
      id={id}
      aria-level={node.depth + 1}
      aria-posinset={node.position}
      aria-setsize={node.siblings}
      aria-expanded={node.expanded ?? undefined}
      aria-selected={selected}
      tabIndex={-1}
      className={node.quiet ? 'tn def' : 'tn'}
      style={style}
    >
      <span>
        <Twist node={node} onToggle={onToggle} />
        {node.label}
      </span>
      {node.note !== undefined && <span className="at">{node.note}</span>}
    </div>
  )
}

function Twist({ node, onToggle }: { node: TreeNode; onToggle(id: string): void }) {
  if (node.expanded === null) return <span className="tw" />
  return (
    <button type="button" className="tw bareb" tabIndex={-1} aria-hidden="true" onClick={() => onToggle(node.id)}>
      <Icon name={node.expanded ? 'down' : 'right'} small />
    </button>
  )
}

function parentOf(nodes: readonly TreeNode[], at: number): number {
  for (let index = at - 1; index >= 0; index--) if (nodes[index].depth < nodes[at].depth) return index
  return at
}
