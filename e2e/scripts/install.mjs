/**
 * Installs what is missing and nothing else. Imports Node's own modules only: it runs before there are others.
 *
 *   node e2e/scripts/install.mjs           packages and all that tests need
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { goVersion, kfakeProgram } from './go.mjs'
import { isMain, root } from './paths.mjs'
import { must, run, works } from './run.mjs'

/** What was missing and could not be installed, in one line for a person. */
export class MissingTools extends Error {}

/**
 * The npm packages of the lock file; no question to the registry when they are there. `npm ci` would refuse a lock file that lacks an optional
 * package of another platform, and begin by removing all that is there.
 */
export async function installPackages() {
  if (packagesCurrent()) return
  console.log('installing npm packages')
  await must(...npm('install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error'), { cwd: root, show: true })
}

/**
 * How to run npm: the one that runs us, where one does.
 * @param {...string} args
 * @returns {[command: string, args: string[]]}
 */
export function npm(...args) {
  const cli = process.env.npm_execpath
  return cli ? [process.execPath, [cli, ...args]] : ['npm', args]
}

/** Whether node_modules holds what the lock file names: npm keeps a list of its own there. */
function packagesCurrent() {
  const installed = readLock(join(root, 'node_modules', '.package-lock.json'))
  const wanted = readLock(join(root, 'package-lock.json'))
  if (!installed || !wanted) return false
  const known = Object.entries(installed).every(([path, { version }]) => wanted[path]?.version === version)
  // What is optional is for other platforms, unless it is here.
  const whole = Object.entries(wanted).every(([path, { optional }]) => path === '' || optional || installed[path])
  return known && whole
}

/**
 * @param {string} path
 * @returns {Record<string, { version?: string, optional?: boolean }> | undefined}
 */
function readLock(path) {
  if (existsSync(path)) return JSON.parse(readFileSync(path, 'utf8')).packages
}

/**
 * @typedef {object} Tool
 * @property {string} name
 * @property {() => Promise<boolean>} present
 * @property {string} apt
 * @property {string[]} brew
 */

/** Programs that tests call. Maven's Debian package may bring an older Java: it is asked for after. @type {Tool[]} */
const tools = [
  { name: 'Java 17 or newer', present: hasJava, apt: 'default-jre-headless', brew: ['openjdk'] },
  { name: 'Maven', present: () => works('mvn', ['-v']), apt: 'maven', brew: ['maven'] },
  { name: 'Go', present: async () => (await goVersion()) !== undefined, apt: 'golang-go', brew: ['go'] },
  { name: 'kcat', present: () => works('kcat', ['-V']), apt: 'kcat', brew: ['kcat'] },
  { name: 'Chromium', present: async () => chromium() !== undefined, apt: 'chromium', brew: ['--cask', 'chromium'] },
]

/** All that tests need beside the packages. */
export async function installTools() {
  const missing = await absent(tools)
  if (missing.length > 0) {
    console.log(`installing ${missing.map(tool => tool.name).join(', ')}`)
    if (process.platform === 'darwin') await installWithBrew(missing)
    else await installWithApt(missing)
  }
  const still = await absent(missing)
  if (still.length === 0) return
  const names = still.map(tool => `${tool.name} (Debian, Ubuntu: apt-get install ${tool.apt}; macOS: brew install ${tool.brew.join(' ')})`)
  throw new MissingTools(`tests need what is not here and could not be installed: ${names.join('; ')}`)
}

/** @param {Tool[]} wanted */
async function absent(wanted) {
  const present = await Promise.all(wanted.map(tool => tool.present()))
  return wanted.filter((_, index) => !present[index])
}

/** @param {Tool[]} missing */
async function installWithApt(missing) {
  const sudo = process.getuid?.() === 0 ? [] : ['sudo', '-n']
  if (!(await works('apt-get', ['--version'])) || (sudo.length > 0 && !(await works('sudo', ['-n', 'true'])))) return
  const env = { DEBIAN_FRONTEND: 'noninteractive' }
  /** @param {string[]} args */
  const apt = args => {
    const [command, ...rest] = [...sudo, 'apt-get', '-y', '-q', ...args]
    return run(command, rest, { show: true, env })
  }
  await apt(['update'])
  await apt(['install', '--no-install-recommends', ...missing.map(tool => tool.apt)])
}

/** @param {Tool[]} missing */
async function installWithBrew(missing) {
  if (!(await works('brew', ['--version']))) return
  for (const tool of missing) await run('brew', ['install', ...tool.brew], { show: true })
}

async function hasJava() {
  const java = process.env.JAVA_HOME ? join(process.env.JAVA_HOME, 'bin', 'java') : 'java'
  const said = await run(java, ['-version']).catch(() => undefined)
  const [, major = '0'] = said?.stderr.match(/version "(\d+)/) ?? []
  return Number(major) >= 17
}

/** Where Chromium is: `$MILENA_CHROMIUM`, or where systems put it. */
export function chromium() {
  const folders = (process.env.PATH ?? '').split(process.platform === 'win32' ? ';' : ':')
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']
  const places = names.flatMap(name => folders.map(folder => join(folder, name)))
  const apps = ['Chromium', 'Google Chrome'].map(name => `/Applications/${name}.app/Contents/MacOS/${name}`)
  const given = process.env.MILENA_CHROMIUM
  return (given ? [given] : [...places, ...apps]).find(path => existsSync(path))
}

/** Everything for `npm test`. */
export async function installForTests() {
  await installPackages()
  await installTools()
  const { brokerJava, olderBrokersJava, toolsJava } = await import('./jars.mjs')
  await brokerJava()
  await toolsJava()
  await olderBrokersJava()
  await kfakeProgram()
}

if (isMain(import.meta.url)) await installForTests()
