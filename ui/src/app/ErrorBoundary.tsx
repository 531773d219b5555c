/** Catches what a page throws, so that the frame and Wire stay. */
import { Component, type ReactNode } from 'react'
import { Button } from '../parts/Button.js'
import { Icon } from '../parts/Icon.js'

interface Props {
  /** A new place forgets the error. */
  resetKey: string
  children: ReactNode
}

export class ErrorBoundary extends Component<Props, { error: Error | null }> {
  override state: { error: Error | null } = { error: null }

  static getDerivedStateFromError(error: unknown) {
    return { error: error instanceof Error ? error : new Error(String(error)) }
  }

  override componentDidUpdate(before: Props) {
    if (before.resetKey !== this.props.resetKey && this.state.error) this.setState({ error: null })
  }

  override render() {
    const { error } = this.state
    if (!error) return this.props.children
    const stale = /dynamically imported module|Importing a module script/.test(error.message)
    return (
      <section className="page">
        <div className="pad">
          <div className="note err" role="alert">
            <Icon name="warn" />
            <div>
              <p>
                <b className="b">{stale ? 'This view was not loaded' : 'This view failed'}</b> · {error.message} ·{' '}
                {stale
                  ? 'Milena was built anew or stopped since this page was opened'
                  : 'the connection and the other views are not touched'}
              </p>
              <div className="acts">
                <Button small onPress={() => (stale ? window.location.reload() : this.setState({ error: null }))}>
                  {stale ? 'Reload the page' : 'Draw it again'}
                </Button>
              </div>
            </div>
          </div>
        </div>
      </section>
    )
  }
}
