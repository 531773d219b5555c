/** An API's family: its hue never without its three letters. */
import type { ApiFamily, WireRow } from '../session/wire-protocol.js'

export const familyNames: Record<ApiFamily, string> = {
  met: 'metadata and describe',
  prd: 'produce',
  fet: 'fetch and list offsets',
  grp: 'groups and commits',
  txn: 'transactions',
  adm: 'create, delete, alter',
  aut: 'versions and SASL',
}

export function Family({ family, code }: { family: ApiFamily; code?: string }) {
  return <span className={`fam f-${family}`}>{code ?? family.toUpperCase()}</span>
}

export function ApiName({ row }: { row: WireRow }) {
  if (row.is !== 'request') {
    return (
      <>
        <Family family="aut" code="CON" />
        <span className="mono ell">{row.is === 'connect' ? 'connect' : 'disconnect'}</span>
      </>
    )
  }
  return (
    <>
      <Family family={row.family} />
      <span className="mono ell">{row.api}</span> <span className="t3 mono">v{row.version}</span>
    </>
  )
}
