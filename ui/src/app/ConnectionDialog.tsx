/** The way to the cluster, step by step, and its brokers: what is up, what failed and why. */
import { rounded } from '../format/numbers.js'
import { Badge } from '../parts/Badge.js'
import { Button } from '../parts/Button.js'
import { Dialog } from '../parts/Dialog.js'
import { Icon, type IconName } from '../parts/Icon.js'
import { KvStrip } from '../parts/Kv.js'
import { FaultLine } from '../parts/States.js'
import type { BrokerStatus, ConnectStep, SessionStatus } from '../session/protocol.js'
import { useApp, useConnection } from './app.js'

const homes: Record<SessionStatus['home'], string> = {
  'shared-worker': 'a worker shared by the tabs of this browser',
  worker: 'a worker of this tab',
  page: 'this page',
}

export function ConnectionDialog() {
  const app = useApp()
  const status = useConnection(connection => connection.status)
  const retry = () => void app.session.call('session.retry', {}, { view: 'connection' }).catch(() => undefined)
  return (
    <Dialog
      wide
      title={`Cluster ${status.cluster.name}`}
      footer={
        <>
          <span className="t2">Another cluster: start Milena with its brokers</span>
          <span className="grow" />
          <Button onPress={retry} reason={status.state === 'connected' ? 'Connected already' : null}>
            Retry now
          </Button>
        </>
      }
    >
      <KvStrip
        items={[
          { label: 'State', value: <StateWord status={status} /> },
          { label: 'Environment', value: status.cluster.environment },
          { label: 'Cluster id', value: <span className="mono">{status.cluster.id ?? '–'}</span> },
          { label: 'Client lives in', value: homes[status.home] },
          { label: 'Writes', value: status.readOnly ?? 'open' },
        ]}
      />
      {status.fault && (
        <div className="note err">
          <Icon name="warn" />
          <FaultLine fault={status.fault} />
        </div>
      )}
      <ol aria-label="Steps">
        {status.steps.map(step => (
          <Step key={step.name} step={step} />
        ))}
      </ol>
      <ul aria-label="Brokers">
        {status.brokers.map(broker => (
          <Broker key={broker.nodeId} broker={broker} />
        ))}
      </ul>
    </Dialog>
  )
}

function StateWord({ status }: { status: SessionStatus }) {
  const tone = status.state === 'connected' ? 'ok' : status.state === 'offline' ? 'err' : 'live'
  return <Badge tone={tone}>{status.state}</Badge>
}

const marks: Record<ConnectStep['state'], { icon: IconName; tone: string }> = {
  waiting: { icon: 'dots', tone: 't3' },
  running: { icon: 'dots', tone: 'acc' },
  done: { icon: 'check', tone: 'ok' },
  failed: { icon: 'close', tone: 'err' },
}

function Step({ step }: { step: ConnectStep }) {
  const { icon, tone } = marks[step.state]
  return (
    <li className={step.state === 'failed' ? 'step err' : 'step'}>
      <span className={tone}>
        <Icon name={icon} small />
        <span className="sr">{step.state}</span>
      </span>
      <span className={step.state === 'failed' ? 'b' : undefined}>{step.name}</span>
      <span className="mono ell">{step.target}</span>
      <span className="t2 ell">{step.note}</span>
      <span className="mono t2 r">{step.durationMs === null ? '' : `${rounded(step.durationMs)} ms`}</span>
      {step.fault && (
        <div className="cause">
          <FaultLine fault={step.fault} />
        </div>
      )}
    </li>
  )
}

function Broker({ broker }: { broker: BrokerStatus }) {
  const { icon, tone } = broker.state === 'up' ? marks.done : broker.state === 'unreachable' ? marks.failed : marks.waiting
  return (
    <li className="step">
      <span className={tone}>
        <Icon name={icon} small />
      </span>
      <span>Broker {broker.nodeId}</span>
      <span className="mono ell">
        {broker.host}:{broker.port}
      </span>
      <span className="t2 ell">
        {broker.state === 'unknown' ? 'not asked yet' : broker.state}
        {broker.controller ? ', controller' : ''}
        {broker.rack ? `, rack ${broker.rack}` : ''}
      </span>
      {broker.fault && (
        <div className="cause">
          <FaultLine fault={broker.fault} />
        </div>
      )}
    </li>
  )
}
