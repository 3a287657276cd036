// The documents of the fixture, whose names are as odd as PostgreSQL allows: linted, and made into types that programs compile with.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import openapiTS, { astToString } from 'openapi-typescript'
import { startServer, token } from '../support/server.mjs'

const run = promisify(execFile)
const require = createRequire(import.meta.url)
const here = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url))

describe('the documents', () => {
  let server, folder

  const document = async (accept, profile, claims) => {
    const authorization = claims ? { Authorization: `Bearer ${token(claims)}` } : {}
    const answer = await fetch(server.url, { headers: { Accept: accept, 'Accept-Profile': profile, ...authorization } })
    assert.equal(answer.status, 200)
    return answer.text()
  }
  const third = 'application/openapi+json;version=3.1'
  const second = 'application/openapi+json'

  before(async () => {
    server = await startServer('openapi_documents')
    folder = mkdtempSync(join(tmpdir(), 'autorest-openapi-'))
  })
  after(async () => {
    await server?.stop()
    if (folder) rmSync(folder, { recursive: true })
  })

  /** What the linter finds wrong, in words; it is not told to anybody else. */
  async function lint(...files) {
    const cli = join(require.resolve('@redocly/cli/package.json'), '..', 'bin', 'cli.js')
    const env = { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true', NO_COLOR: '1' }
    try {
      await run(process.execPath, [cli, 'lint', '--config', here('redocly.yaml'), '--format', 'stylish', '--max-problems', '50', ...files],
        { env, maxBuffer: 1 << 24 })
      return ''
    } catch (error) {
      return error.stdout || error.stderr
    }
  }

  test('have no faults for any role and schema, in either version', async () => {
    const files = []
    for (const profile of ['api', 'tenant']) {
      for (const role of [null, 'web_user', 'admin_user']) {
        for (const [version, accept] of [['openapi31', third], ['swagger2', second]]) {
          const file = join(folder, `${profile}-${role ?? 'anonymous'}-${version}.json`)
          writeFileSync(file, await document(accept, profile, role && { role }))
          files.push(file)
        }
      }
    }
    assert.equal(await lint(...files), '')
  })

  test('with a fault would be refused', async () => {
    const faulty = JSON.parse(await document(third, 'api'))
    faulty.paths['/todos'].get.responses['200'].$ref = '#/components/responses/none'
    const file = join(folder, 'faulty.json')
    writeFileSync(file, JSON.stringify(faulty))
    assert.match(await lint(file), /no-unresolved-refs/)
  })

  test('become types, and programs are checked by them', async () => {
    // What has a default may be left out: without the option it would have to be there in rows and in what is sent alike.
    const types = await openapiTS(JSON.parse(await document(third, 'api', { role: 'web_user' })), { defaultNonNullable: false })
    writeFileSync(join(folder, 'openapi.ts'), astToString(types))
    copyFileSync(here('types/openapi-program.ts'), join(folder, 'program.ts'))
    const tsc = require.resolve('typescript/bin/tsc')
    const options = ['--strict', '--noEmit', '--target', 'es2022', '--module', 'esnext', '--moduleResolution', 'bundler']
    await run(process.execPath, [tsc, ...options, 'program.ts'], { cwd: folder }).catch((error) => assert.fail(error.stdout))
  })
})
