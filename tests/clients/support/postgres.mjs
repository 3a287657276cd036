// A throw-away PostgreSQL on a free loopback port: trust authentication, superuser postgres.
import { execFile, execFileSync, spawn } from 'node:child_process'
import { accessSync, appendFileSync, chownSync, constants, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

// What the recorded answers were made with.
const settings = {
  listen_addresses: '127.0.0.1', fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', autovacuum: 'off', timezone: 'UTC',
  log_timezone: 'UTC', max_connections: '100', jit: 'off', max_parallel_workers_per_gather: '0',
}

export class Cluster {
  /** Why there can be none, or undefined. */
  static missing() {
    return programs() ? undefined : "PostgreSQL's programs (initdb, postgres, psql) are not installed: install postgresql or set AUTOREST_PG_BIN"
  }

  static async start() {
    const cluster = new Cluster()
    cluster.bin = programs()
    cluster.psql = join(cluster.bin, 'psql')
    cluster.account = account()
    cluster.folder = mkdtempSync(join(tmpdir(), 'autorest-clients-'))
    cluster.port = await freePort()
    try {
      if (cluster.account.uid !== undefined) chownSync(cluster.folder, cluster.account.uid, cluster.account.gid)
      const data = join(cluster.folder, 'data')
      execFileSync(join(cluster.bin, 'initdb'), ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'],
        { ...cluster.account, cwd: cluster.folder, stdio: 'pipe' })
      const lines = Object.entries({ ...settings, port: cluster.port, unix_socket_directories: cluster.folder })
      appendFileSync(join(data, 'postgresql.conf'), lines.map(([name, value]) => `${name} = '${value}'\n`).join(''))
      cluster.process = spawn(join(cluster.bin, 'postgres'), ['-D', data], { ...cluster.account, cwd: cluster.folder, stdio: ['ignore', 'ignore', 'pipe'] })
      cluster.log = ''
      cluster.process.stderr.on('data', (text) => (cluster.log += text))
      await cluster.ready()
      return cluster
    } catch (error) {
      await cluster.stop()
      throw error
    }
  }

  async ready() {
    for (let i = 0; i < 600; i++) {
      if (this.process.exitCode !== null) break
      try {
        return await sql('postgres', 'select 1', this)
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
    }
    throw new Error(`PostgreSQL does not start:\n${this.log}`)
  }

  /** A new database with a SQL file in it. */
  async load(database, file) {
    await sql('postgres', `create database ${database} template template0`, this)
    await run(this.psql, [...arguments_(database, this.port), '-f', file], { env: { ...process.env, PGCLIENTENCODING: 'UTF8' } })
  }

  async stop() {
    if (this.process && this.process.exitCode === null && this.process.signalCode === null) {
      const ended = new Promise((resolve) => this.process.on('exit', resolve))
      // Immediate shutdown: nothing of it is wanted afterwards.
      this.process.kill('SIGQUIT')
      await ended
    }
    if (this.folder) rmSync(this.folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 })
  }

  /** Where nothing can be waited for. */
  kill() {
    if (this.process?.exitCode === null) this.process.kill('SIGQUIT')
  }
}

/** Runs SQL as superuser; in a test process the cluster is the one of run.mjs. Gives what `psql -At` prints. */
export async function sql(database, text, cluster = { port: process.env.AUTOREST_TEST_PORT, psql: process.env.AUTOREST_TEST_PSQL }) {
  const { stdout } = await run(cluster.psql, [...arguments_(database, cluster.port), '-At', '-c', text])
  return stdout.trimEnd()
}

const arguments_ = (database, port) => ['-X', '-q', '-v', 'ON_ERROR_STOP=1', '-h', '127.0.0.1', '-p', String(port), '-U', 'postgres', '-d', database]

// Messages differ between major versions: 15, which the recorded answers come from, is preferred where several are installed.
function programs() {
  const debian = '/usr/lib/postgresql'
  let versions = []
  try {
    versions = readdirSync(debian).sort((a, b) => (b === '15') - (a === '15') || Number(b) - Number(a)).map((version) => join(debian, version, 'bin'))
  } catch {
    // Not Debian.
  }
  const chosen = process.env.AUTOREST_PG_BIN
  return (chosen ? [chosen] : [...(process.env.PATH ?? '').split(delimiter).filter(Boolean), ...versions])
    .find((folder) => ['initdb', 'postgres', 'psql'].every((program) => exists(join(folder, program))))
}

function exists(file) {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}

// PostgreSQL refuses to run as root.
function account() {
  if (process.getuid?.() !== 0) return {}
  const users = readFileSync('/etc/passwd', 'utf8').split('\n').map((line) => line.split(':'))
  const user = users.find(([name]) => name === 'postgres') ?? users.find(([name]) => name === 'nobody')
  if (!user) throw new Error('running as root, and there is neither an account postgres nor nobody to run PostgreSQL as')
  return { uid: Number(user[2]), gid: Number(user[3]) }
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.on('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })
}
