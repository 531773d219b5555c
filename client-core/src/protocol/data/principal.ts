import { data, type Input } from '../message.js'
import { bool, string } from '../schema.js'

/** A principal as an Envelope carries it (KIP-590). */
export const DefaultPrincipalData = data(
  'DefaultPrincipalData',
  { versions: [0, 0], flexible: 0 },
  {
    type: string,
    name: string,
    tokenAuthenticated: bool,
  },
)
export type DefaultPrincipalData = Input<typeof DefaultPrincipalData>
