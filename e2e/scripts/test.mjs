/**
 * `npm test`: installs what is missing, builds, then runs the type check, the linter and every test project, and sums up in its last line.
 *
 *   npm test                     everything
 *   npm test -- FILTER...        only vitest, with these arguments (a part of a file's name, `-t name` ...)
 *
 * Exit code 0 when nothing failed; with CI=true also only when nothing was skipped and something ran.
 */
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join, relative } from 'node:path'
import { buildStale } from './build.mjs'
import { chromium, installForTests, MissingTools } from './install.mjs'
import { program, root, scratch } from './paths.mjs'
import { run } from './run.mjs'

/** @typedef {{ passed: number, failed: number, skipped: number, failures: string[] }} Tally */

const filters = process.argv.slice(2)
const ci = process.env.CI === 'true' || process.env.CI === '1'
/** @type {{ name: string, ms: number, tally: Tally }[]} */
const stages = []

/** @returns {Tally} */
const none = () => ({ passed: 0, failed: 0, skipped: 0, failures: [] })

/**
 * @param {string} name
 * @param {() => Promise<Tally>} work
 */
async function stage(name, work) {
  console.log(`\n== ${name}`)
  const from = Date.now()
  let tally
  try {
    tally = await work()
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    console.error(message)
    tally = { ...none(), failed: 1, failures: [`${name}: ${message.split('\n')[0]}`] }
  }
  stages.push({ name, ms: Date.now() - from, tally })
  return tally.failed === 0
}

/**
 * A program that counts as one test.
 * @param {string} name
 * @param {string[]} args to Node
 */
async function check(name, args) {
  const { code } = await run(process.execPath, args, { cwd: root, show: true })
  return code === 0 ? { ...none(), passed: 1 } : { ...none(), failed: 1, failures: [name] }
}

/**
 * @param {string} name
 * @param {string[]} projects
 */
async function vitest(name, projects) {
  const report = join(scratch, `tests-${name}.json`)
  mkdirSync(scratch, { recursive: true })
  rmSync(report, { force: true })
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
  const args = [
    program('vitest'),
    'run',
    ...projects.flatMap(project => ['--project', project]),
    ...reporters,
    '--passWithNoTests',
    ...filters,
  ]
  const { code, signal } = await run(process.execPath, args, { cwd: root, show: true, env: { MILENA_CHROMIUM: chromium() } })
  const tally = count(report, name)
  // Errors outside of tests, or a runner that died after its report.
  if (code !== 0 && tally.failed === 0) {
    tally.failed = 1
    tally.failures.push(`${name}: the runner ended with ${signal ?? code} though no test failed`)
  }
  return tally
}

/**
 * @param {string} report
 * @param {string} name
 */
function count(report, name) {
  const tally = none()
  let files
  try {
    files = JSON.parse(readFileSync(report, 'utf8')).testResults
  } catch {
    return { ...tally, failed: 1, failures: [`${name}: the runner ended without a report`] }
  }
  for (const file of files) countFile(file, tally)
  return tally
}

/**
 * @param {{ name: string, status: string, assertionResults: { status: string, fullName: string }[] }} file
 * @param {Tally} tally
 */
function countFile(file, tally) {
  const path = relative(root, file.name)
  let failed = 0
  for (const test of file.assertionResults) {
    if (test.status === 'passed') tally.passed++
    else if (test.status === 'failed') {
      failed++
      tally.failures.push(`${path}: ${test.fullName}`)
    } else tally.skipped++
  }
  // A file that cannot be loaded, or a hook around its tests, fails without a test that says so.
  if (failed === 0 && file.status === 'failed') {
    failed = 1
    tally.failures.push(path)
  }
  tally.failed += failed
}

async function prepare() {
  try {
    await installForTests()
  } catch (error) {
    if (!(error instanceof MissingTools)) throw error
    console.error(error.message)
    return { ...none(), failed: 1, failures: [error.message] }
  }
  return none()
}

async function checks() {
  if (filters.length > 0) return
  await stage('lint', () => check('lint', [program('biome'), 'check', '--error-on-warnings', '.']))
  await stage('typecheck', () => check('typecheck', [program('tsc'), '-b']))
}

async function build() {
  await buildStale()
  return none()
}

if (await stage('install', prepare)) {
  // What a type error breaks it also breaks when built: the tests of sources run all the same.
  await stage('build', build)
  await checks()
  await stage('unit', () => vitest('unit', ['core', 'bridge']))
  await stage('browser', () => vitest('browser', ['core-chromium', 'ui']))
  await stage('e2e', () => vitest('e2e', ['e2e']))
}
sumUp()

function sumUp() {
  const total = none()
  console.log('')
  for (const { name, ms, tally } of stages) {
    total.passed += tally.passed
    total.failed += tally.failed
    total.skipped += tally.skipped
    total.failures.push(...tally.failures)
    const counts = `${tally.passed} passed, ${tally.failed} failed, ${tally.skipped} skipped`
    console.log(`${name.padEnd(10)} ${(ms / 1000).toFixed(1).padStart(7)} s   ${counts}`)
  }
  for (const failure of total.failures) console.log(`failed: ${failure}`)
  const ran = total.passed + total.failed
  process.exitCode = total.failed > 0 || ran === 0 || (ci && total.skipped > 0) ? 1 : 0
  console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`)
}
