import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { cp, readdir, rm, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { cached } from './cache.mjs'
import { freePort, listening } from './ports.mjs'
import { must, run } from './run.mjs'

/** The broker under test, and its tools: those of the broker's own version are not published, the ones before serve. */
export const versions = { broker: '4.4.0', tools: '4.3.1' }

/**
 * The older brokers that tests meet: at least one of each generation of the protocol.
 * @type {readonly { release: string, zookeeper: boolean }[]}
 */
export const olderBrokers = [
  ...['0.8.2.2', '0.9.0.1', '0.10.2.2', '0.11.0.3', '1.0.2', '1.1.1', '2.0.1', '2.4.1', '2.8.2', '3.0.2', '3.9.2'].map(withZooKeeper),
  ...['3.6.2', '3.9.2', '4.0.1', '4.1.2'].map(release => ({ release, zookeeper: false })),
]

/** @param {string} release */
function withZooKeeper(release) {
  return { release, zookeeper: true }
}

const slf4j = 'org.slf4j:slf4j-simple:1.7.36'

/** @typedef {{ classPath: string, jvm: string[] }} Java what to put behind `java` before the main class */

/** Quick to start and small; what brokers and tools log goes to stderr, warnings and worse. */
const quick = [
  '-XX:+UseSerialGC',
  '-XX:+ExitOnOutOfMemoryError',
  '-Xshare:auto',
  '-Xlog:disable',
  '-Xlog:all=error:stderr',
  '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
  '-Dlog4j2.disableJmx=true',
]

export const java = process.env.JAVA_HOME ? join(process.env.JAVA_HOME, 'bin', 'java') : 'java'

/**
 * Kafka's broker in KRaft mode (3.3 and later), with a formatted log directory to copy: it is the same for every node but for two lines.
 * @returns {Promise<Java & { formatted: string }>}
 */
export async function brokerJava(release = versions.broker) {
  const classPath = await releaseJars(release)
  const start = await cached(`kafka-${release}-start`, directory => prepareBroker(classPath, directory))
  return { classPath, jvm: [...quick, ...sharedClasses(start)], formatted: join(start, 'formatted') }
}

/**
 * A broker that wants ZooKeeper (up to 3.9), and the ZooKeeper that came with it.
 * @param {string} release
 * @returns {Promise<Java>}
 */
export async function zookeeperJava(release) {
  const classPath = await releaseJars(release)
  // Releases before 1.0 log through log4j 1, which is silent until it is told where to.
  const log4j = await cached('log4j-1', directory => writeFile(join(directory, 'log4j.properties'), log4jProperties))
  const jvm = [`-Dlog4j.configuration=file:${join(log4j, 'log4j.properties')}`, '-Dzookeeper.jmx.log4j.disable=true']
  return { classPath, jvm: [...quick, ...jvm] }
}

/** All of `olderBrokers`. The first time that is 380 MB to download; with what makes the ones in KRaft mode start quickly, 550 MB to keep. */
export async function olderBrokersJava() {
  for (const { release, zookeeper } of olderBrokers) await (zookeeper ? zookeeperJava(release) : brokerJava(release))
}

const log4jProperties = `log4j.rootLogger=WARN, stderr
log4j.appender.stderr=org.apache.log4j.ConsoleAppender
log4j.appender.stderr.target=System.err
log4j.appender.stderr.layout=org.apache.log4j.PatternLayout
log4j.appender.stderr.layout.ConversionPattern=%d{ABSOLUTE} %p %c %m%n
`

/**
 * A release and what it needs beside its own to run on Java 17.
 * @param {string} release
 */
function releaseJars(release) {
  const [major, minor] = release.split('.').map(Number)
  const isBefore = (/** @type {number} */ a, /** @type {number} */ b) => major < a || (major === a && minor < b)
  const scala = isBefore(1, 0) ? '2.11' : isBefore(2, 5) ? '2.12' : '2.13'
  const artifacts = [`org.apache.kafka:kafka_${scala}:${release}`, slf4j]
  // They use a package that left the JDK with Java 11.
  if (!isBefore(0, 10) && isBefore(1, 0)) artifacts.push('javax.xml.bind:jaxb-api:2.3.1')
  // The client of ZooKeeper 3.4.13, which came with them, cannot resolve a numeric address on Java 14 and later.
  if (!isBefore(2, 0) && isBefore(2, 4)) artifacts.push('org.apache.zookeeper:zookeeper:3.4.10')
  return jars(`kafka-${release}`, artifacts)
}

/**
 * Kafka's command-line tools.
 * @returns {Promise<Java>}
 */
export async function toolsJava() {
  const classPath = await jars(`kafka-tools-${versions.tools}`, [`org.apache.kafka:kafka-tools:${versions.tools}`, slf4j])
  const start = await cached(`kafka-tools-${versions.tools}-start`, directory => prepareTools(classPath, directory))
  return { classPath, jvm: [...quick, ...sharedClasses(start)] }
}

/** @param {string} start */
function sharedClasses(start) {
  const archive = join(start, 'classes.jsa')
  return existsSync(archive) ? [`-XX:SharedArchiveFile=${archive}`] : []
}

/**
 * The class path of these artifacts and all they depend on, in the cache.
 * @param {string} name
 * @param {string[]} artifacts
 */
async function jars(name, artifacts) {
  const directory = await cached(name, directory => download(artifacts, directory))
  const files = (await readdir(directory)).filter(file => file.endsWith('.jar')).sort()
  return files.map(file => join(directory, file)).join(delimiter)
}

/**
 * @param {string[]} artifacts
 * @param {string} directory
 */
async function download(artifacts, directory) {
  const dependencies = artifacts.map(artifact => {
    const [group, name, version] = artifact.split(':')
    return `<dependency><groupId>${group}</groupId><artifactId>${name}</artifactId><version>${version}</version></dependency>`
  })
  const pom = join(directory, 'pom.xml')
  await writeFile(
    pom,
    `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>milena</groupId><artifactId>jars</artifactId><version>1</version><packaging>pom</packaging>
<dependencies>${dependencies.join('')}</dependencies></project>\n`,
  )
  await must('mvn', ['-q', '-B', '-f', pom, 'dependency:copy-dependencies', `-DoutputDirectory=${directory}`])
}

/**
 * Formats a directory once and keeps an archive of the classes that a broker loads: it halves a broker's start (2.1 s to 1.1 s measured).
 * @param {string} classPath
 * @param {string} directory
 */
async function prepareBroker(classPath, directory) {
  const formatted = join(directory, 'formatted')
  const properties = join(directory, 'server.properties')
  const [port, controller] = [await freePort(), await freePort()]
  /** @param {string} logs */
  const settings = logs => `process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:${controller}
controller.listener.names=CONTROLLER
listeners=CONTROLLER://127.0.0.1:${controller},PLAINTEXT://127.0.0.1:${port}
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT
log.dirs=${logs}
`
  await writeFile(properties, settings(formatted))
  await must(java, [...quick, '-cp', classPath, 'kafka.tools.StorageTool', 'format', '-t', clusterId, '-c', properties])
  const scratch = join(directory, 'scratch')
  await cp(formatted, scratch, { recursive: true })
  await writeFile(properties, settings(scratch))
  await recordClasses(port, [
    '-Xmx256m',
    `-XX:ArchiveClassesAtExit=${join(directory, 'classes.jsa')}`,
    '-cp',
    classPath,
    'kafka.Kafka',
    properties,
  ])
  await rm(scratch, { recursive: true, force: true })
}

/**
 * Starts a broker and ends it in order once it has listened for a second. Without the archive all works, only slower: what goes wrong is no error.
 * @param {number} port
 * @param {string[]} args
 */
async function recordClasses(port, args) {
  const broker = spawn(java, [...quick, ...args], { stdio: 'ignore', timeout: 60_000, killSignal: 'SIGKILL' })
  const ended = new Promise(resolve => broker.on('close', resolve).on('error', resolve))
  while (broker.exitCode === null && broker.signalCode === null && !(await listening(port))) await sleep(100)
  await sleep(1000)
  broker.kill()
  await ended
}

/** Of every cluster that the harness starts. */
export const clusterId = 'bWlsZW5hLWUyZS1jbHVzdA'

/**
 * A consumer that finds no broker loads most of what any tool needs.
 * @param {string} classPath
 * @param {string} directory
 */
async function prepareTools(classPath, directory) {
  const record = `-XX:ArchiveClassesAtExit=${join(directory, 'classes.jsa')}`
  const consume = ['org.apache.kafka.tools.consumer.ConsoleConsumer', '--bootstrap-server', `127.0.0.1:${await freePort()}`]
  await run(java, [...quick, record, '-cp', classPath, ...consume, '--topic', 'none', '--timeout-ms', '500'], { timeoutMs: 60_000 })
}
