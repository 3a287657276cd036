// Starts a PostgreSQL with the fixture, runs the tests of test/ against it, and stops it again. Arguments choose files by a part of their name.
//
// Without PostgreSQL, or without a server that is built, nothing runs: that is one skipped test here, and a failure where CI is set.
import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Cluster } from './support/postgres.mjs'
import { missingServer } from './support/server.mjs'

const isCI = !['', '0', 'false', undefined].includes(process.env.CI)
const reason = Cluster.missing() ?? missingServer()
if (reason) {
  console.log(`${isCI ? 'failed' : 'skipped'}: ${reason}`)
  console.log(isCI ? '# fail 1' : '# skipped 1')
  process.exit(isCI ? 1 : 0)
}

const chosen = process.argv.slice(2)
const folder = new URL('./test/', import.meta.url)
const files = readdirSync(folder)
  .filter((name) => name.endsWith('.test.mjs') && (chosen.length === 0 || chosen.some((part) => name.includes(part))))
  .map((name) => fileURLToPath(new URL(name, folder)))

const cluster = await Cluster.start()
// One file per running server, named by its process.
const servers = mkdtempSync(join(tmpdir(), 'autorest-servers-'))
let tests
// An interrupted run stops what it started, in order.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => tests?.kill('SIGTERM'))
process.on('exit', () => cluster.kill())
try {
  await cluster.load('fixture', fileURLToPath(new URL('../fixtures/fixture.sql', import.meta.url)))
  tests = spawn(process.execPath, ['--test', '--test-reporter=spec', ...files], {
    stdio: 'inherit',
    env: { ...process.env, AUTOREST_TEST_PORT: String(cluster.port), AUTOREST_TEST_PSQL: cluster.psql, AUTOREST_TEST_SERVERS: servers, NODE_NO_WARNINGS: '1' },
  })
  process.exitCode = await new Promise((resolve) => tests.on('exit', (code) => resolve(code ?? 1)))
} finally {
  for (const server of readdirSync(servers)) {
    try {
      process.kill(Number(server), 'SIGKILL')
    } catch {
      // Gone in the meantime.
    }
  }
  rmSync(servers, { recursive: true })
  await cluster.stop()
}
