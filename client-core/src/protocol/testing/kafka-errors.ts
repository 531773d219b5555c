import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { kafkaClients, mavenJar } from './jar.js'

/** Prints Kafka's own table of errors: number, name, and whether its exception is a retriable one. */
const program = `
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.protocol.Errors;

public class PrintErrors {
  public static void main(String[] args) {
    for (Errors error : Errors.values()) {
      System.out.println(error.code() + " " + error.name() + " " + (error.exception() instanceof RetriableException));
    }
  }
}
`

export interface KafkasError {
  readonly errno: number
  readonly code: string
  readonly retriable: boolean
}

/** Asks the enum inside a kafka-clients jar. Needs a JDK, as Kafka itself does. */
export async function kafkaErrors(version: string): Promise<KafkasError[]> {
  const jars = await Promise.all([kafkaClients(version), mavenJar('org.slf4j:slf4j-api:1.7.36')])
  const folder = await mkdtemp(join(tmpdir(), 'milena-errors-'))
  try {
    const source = join(folder, 'PrintErrors.java')
    await writeFile(source, program)
    const { stdout } = await promisify(execFile)('java', ['-cp', jars.join(delimiter), source])
    return stdout
      .trim()
      .split('\n')
      .map(line => line.split(' '))
      .map(([errno, code, retriable]) => ({ errno: Number(errno), code, retriable: retriable === 'true' }))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
