/** A button. One that cannot work stays, off, with its reason in words: pressing it says the reason. */
import { type ButtonHTMLAttributes, type ReactNode, type Ref, useId } from 'react'
import { useApp } from '../app/app.js'
import { Icon, type IconName } from './Icon.js'
import { Kbd } from './Kbd.js'

export interface ButtonProps extends Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'onClick' | 'disabled' | 'type'> {
  onPress?(): void
  kind?: 'plain' | 'pri' | 'bare' | 'danger'
  small?: boolean
  icon?: IconName
  /** The name when there is only an icon. */
  label?: string
  pressed?: boolean
  /** Why it is off. */
  reason?: string | null
  shortcut?: string
  children?: ReactNode
  ref?: Ref<HTMLButtonElement>
}

export function Button({
  onPress,
  kind = 'plain',
  small,
  icon,
  label,
  pressed,
  reason,
  shortcut,
  children,
  className = '',
  ...rest
}: ButtonProps) {
  const app = useApp()
  const reasonId = useId()
  const square = children === undefined || children === null
  const classes = ['btn', kind === 'plain' ? '' : kind, small ? 'sm' : '', square ? 'sq' : '', className].filter(Boolean).join(' ')
  return (
    <button
      type="button"
      title={square ? label : undefined}
      {...rest}
      className={classes}
      aria-label={label}
      aria-pressed={pressed}
      aria-disabled={reason ? true : undefined}
      aria-describedby={reason ? reasonId : rest['aria-describedby']}
      onClick={() => (reason ? app.frame.announce(reason, 'assertive') : onPress?.())}
    >
      {icon && <Icon name={icon} small={small} />}
      {children}
      {shortcut && <Kbd keys={shortcut} />}
      {reason && (
        <span id={reasonId} className="sr">
          {reason}
        </span>
      )}
    </button>
  )
}
