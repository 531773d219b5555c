/** The key of an action, printed where the action is. Assistive technology hears of keys in the help and in `aria-keyshortcuts`. */
export function Kbd({ keys, always = false }: { keys: string; always?: boolean }) {
  return (
    <span className={always ? 'kbd' : 'kbd p2'} aria-hidden="true">
      {keys}
    </span>
  )
}
