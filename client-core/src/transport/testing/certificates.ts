import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface Certificate {
  cert: string
  key: string
}

const EXTENSIONS = `[ca]
basicConstraints=critical,CA:TRUE
[leaf]
basicConstraints=CA:FALSE
subjectAltName=$ENV::NAMES
`

/** An authority made for one test run. Certificates are for `localhost` and 127.0.0.1 unless `names` says otherwise. */
export interface Authority {
  ca: string
  issue(options?: { names?: string; days?: number }): Certificate
  selfSigned(): Certificate
  /** Removes the files. */
  dispose(): void
}

/** Makes certificates with the `openssl` command, which every Unix has. */
export function authority(): Authority {
  const folder = mkdtempSync(join(tmpdir(), 'milena-tls-'))
  const at = (name: string) => join(folder, name)
  const text = (name: string) => readFileSync(at(name), 'utf8')
  const openssl = (args: string[], names = 'DNS:localhost,IP:127.0.0.1') => {
    try {
      execFileSync('openssl', args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, NAMES: names } })
    } catch (cause) {
      throw new Error('these tests make certificates with the openssl command (1.1.1 or newer), and it failed: install openssl', { cause })
    }
  }
  writeFileSync(at('ext.cnf'), EXTENSIONS)
  let count = 0
  const request = (subject: string, names?: string) => {
    const name = `k${count++}`
    openssl(['genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-out', `${name}.key`])
    openssl(['req', '-new', '-key', `${name}.key`, '-subj', subject, '-out', `${name}.csr`], names)
    return name
  }
  const sign = (name: string, signer: string[], section: string, days: number, names?: string) => {
    const extensions = ['-extfile', 'ext.cnf', '-extensions', section]
    openssl(['x509', '-req', '-in', `${name}.csr`, '-out', `${name}.crt`, '-days', String(days), ...signer, ...extensions], names)
    return { cert: text(`${name}.crt`), key: text(`${name}.key`) }
  }
  const root = request('/CN=Test authority')
  const { cert: ca } = sign(root, ['-signkey', `${root}.key`], 'ca', 2)
  return {
    ca,
    issue: ({ names, days = 2 } = {}) =>
      sign(request('/CN=localhost'), ['-CA', `${root}.crt`, '-CAkey', `${root}.key`, '-CAcreateserial'], 'leaf', days, names),
    selfSigned: () => {
      const name = request('/CN=localhost')
      return sign(name, ['-signkey', `${name}.key`], 'leaf', 2)
    },
    dispose: () => rmSync(folder, { recursive: true, force: true }),
  }
}
