import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { must } from '../scripts/run.mjs'

/** In PEM, with the file that holds key and chain in one, as Kafka's PEM key stores want it. */
export interface Certificate {
  cert: string
  key: string
  file: string
}

/** An authority of its own, made by the `openssl` command. `dispose` removes its files. */
export interface Authority {
  ca: string
  caFile: string
  /** Default: for `localhost` and 127.0.0.1, for two days. Of days below 0 it has run out. */
  issue(subject: string, options?: { names?: string; days?: number }): Promise<Certificate>
  dispose(): Promise<void>
}

export async function authority(name: string): Promise<Authority> {
  const folder = await mkdtemp(join(tmpdir(), 'milena-ca-'))
  const at = (file: string) => join(folder, file)
  const text = (file: string) => readFile(at(file), 'utf8')
  const openssl = (...args: string[]) => must('openssl', args, { cwd: folder })
  const fresh = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  await openssl('req', '-x509', ...fresh, '-days', '2', '-subj', `/CN=${name}`, '-keyout', 'ca.key', '-out', 'ca.crt')
  let count = 0
  return {
    ca: await text('ca.crt'),
    caFile: at('ca.crt'),
    async issue(subject, { names = 'DNS:localhost,IP:127.0.0.1', days = 2 } = {}) {
      const n = `c${count++}`
      await writeFile(at(`${n}.ext`), `subjectAltName=${names}\nextendedKeyUsage=serverAuth,clientAuth\n`)
      await openssl('req', ...fresh, '-subj', `/CN=${subject}`, '-keyout', `${n}.key`, '-out', `${n}.csr`)
      const signer = ['-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial']
      await openssl('x509', '-req', '-in', `${n}.csr`, ...signer, '-days', String(days), '-extfile', `${n}.ext`, '-out', `${n}.crt`)
      const [key, cert] = [await text(`${n}.key`), await text(`${n}.crt`)]
      await writeFile(at(`${n}.pem`), key + cert)
      return { cert, key, file: at(`${n}.pem`) }
    },
    dispose: () => rm(folder, { recursive: true, force: true }),
  }
}
