// The built server as a process, each on a database of its own, so that no test sees another file's writes.
import { spawn } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { sql } from './postgres.mjs'

export const root = fileURLToPath(new URL('../../../', import.meta.url))

export const secret = 'recorded-cases-secret-0123456789abcdef'

// The configuration the recorded answers were made with, but what is written stays.
const usual = {
  PGRST_DB_SCHEMAS: 'api,tenant',
  PGRST_DB_ANON_ROLE: 'anon',
  PGRST_DB_TX_END: 'commit-allow-override',
  PGRST_DB_PRE_REQUEST: 'private.before_request',
  PGRST_JWT_SECRET: secret,
  PGRST_DB_POOL: '4',
  PGRST_APP_SETTINGS_GREETING: 'hello app',
  PGRST_SERVER_HOST: '127.0.0.1',
  PGRST_SERVER_PORT: '0',
}

export function missingServer() {
  const [, assembly] = commandLine()
  return assembly === undefined || !assembly.endsWith('.dll') || existsSync(assembly) ? undefined : `${assembly} is missing: build src/AutoRest.Server`
}

function commandLine() {
  const given = process.env.AUTOREST_SERVER_COMMAND
  return given ? given.split(' ').filter(Boolean) : ['dotnet', output('src/AutoRest.Server', 'autorest-server.dll')]
}

/** What a project was built into; what test.sh builds comes first. */
export function output(project, file) {
  const built = ['Release', 'Debug'].map((configuration) => `${root}${project}/bin/${configuration}/net10.0/${file}`)
  return built.find(existsSync) ?? built[0]
}

/** A connection string for the server's own login. */
export const databaseUri = (database, user = 'authenticator') => `postgresql://${user}@127.0.0.1:${process.env.AUTOREST_TEST_PORT}/${database}`

/** A copy of the fixture. */
export async function createDatabase(name) {
  await sql('postgres', `create database ${name} template fixture`)
}

/** Starts a server; `stop()` ends it. With `database` a new copy of the fixture, else PGRST_DB_URI has to be among the settings. */
export async function startServer(database, settings = {}) {
  if (database) await createDatabase(database)
  const [program, ...words] = commandLine()
  // The tester's own settings must not reach the server under test.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(PGRST_|PG|AUTOREST_|ASPNETCORE_)/.test(name)))
  const child = spawn(program, words, {
    env: { ...env, ...(database ? { PGRST_DB_URI: databaseUri(database) } : {}), ...usual, ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  // Whatever happens to the test, the server does not outlive it; should this process be killed, run.mjs looks after it.
  const mark = join(process.env.AUTOREST_TEST_SERVERS, String(child.pid))
  const kill = () => child.kill('SIGKILL')
  process.on('exit', kill)
  writeFileSync(mark, '')
  let log = ''
  const ended = new Promise((resolve) => child.on('exit', resolve)).then(() => rmSync(mark, { force: true }))
  const port = await new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`the server did not start:\n${log}`)), 60_000)
    const read = (text) => {
      log += text
      const found = /API server listening on \S*?:(\d+)\s/i.exec(log)
      if (found) {
        clearTimeout(timer)
        resolve(found[1])
      }
    }
    child.stdout.on('data', read)
    child.stderr.on('data', read)
    child.on('exit', (code) => reject(new Error(`the server ended with exit code ${code}:\n${log}`)))
  })
  return {
    url: `http://127.0.0.1:${port}`,
    log: () => log,
    async stop() {
      child.kill('SIGTERM')
      await ended
      process.off('exit', kill)
    },
  }
}

/** A token as a login service would issue it. */
export function token(claims) {
  const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const text = `${part({ alg: 'HS256', typ: 'JWT' })}.${part(claims)}`
  return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`
}

/** A fetch that keeps what was sent and received last: what went over the wire. */
export function recordingFetch() {
  const record = async (input, init = {}) => {
    record.calls++
    record.url = new URL(String(input))
    record.method = init.method ?? 'GET'
    record.sent = new Headers(init.headers)
    record.body = init.body
    const response = await fetch(input, init)
    record.status = response.status
    record.headers = response.headers
    return response
  }
  record.calls = 0
  return record
}
