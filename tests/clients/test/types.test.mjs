// `autorest types`: the file for the fixture is the one kept in types/, and the clients' own types accept it.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import openapiTS, { astToString } from 'openapi-typescript'
import { databaseUri, output, startServer } from '../support/server.mjs'

const run = promisify(execFile)
const tool = output('src/AutoRest.Cli', 'autorest.dll')
const kept = fileURLToPath(new URL('../types/database.ts', import.meta.url))
const types = fileURLToPath(new URL('../types/', import.meta.url))
const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc')

/** Runs the tool; gives what it printed and its exit code. */
async function autorest(...words) {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(PGRST_|PG)/.test(name)))
  try {
    return { code: 0, ...(await run('dotnet', [tool, ...words], { env, maxBuffer: 1 << 24 })) }
  } catch (error) {
    return error
  }
}

/** What the compiler has to say about files. */
async function compile(...files) {
  try {
    await run(process.execPath, [tsc, '--strict', '--noEmit', '--skipLibCheck', '--target', 'es2022', '--module', 'esnext', '--moduleResolution', 'bundler',
      ...files], { cwd: types })
    return ''
  } catch (error) {
    return error.stdout + error.stderr
  }
}

before(() => assert.ok(existsSync(tool), `${tool} is missing: build src/AutoRest.Cli`))

describe('autorest types', () => {
  let folder

  before(() => (folder = mkdtempSync(join(tmpdir(), 'autorest-types-'))))
  after(() => rmSync(folder, { recursive: true }))

  test('gives the file that is kept for the fixture', async () => {
    const file = join(folder, 'database.ts')
    const { code, stderr } = await autorest('types', '--lang', 'typescript', '--schema', 'api,tenant', '--out', file, '--db-uri', databaseUri('fixture'))
    assert.equal(code, 0, stderr)
    const made = readFileSync(file, 'utf8')
    if (process.env.UPDATE_CASES === '1' && !process.env.CI) writeFileSync(kept, made)
    assert.equal(made, readFileSync(kept, 'utf8'))
  })

  test('prints it without a file, for one schema', async () => {
    const { stdout } = await autorest('types', '--schema', 'tenant', '--db-uri', databaseUri('fixture'))
    assert.match(stdout, /^\/\/ Made by `autorest types`/)
    assert.match(stdout, /type DefaultSchema = Schemas\["tenant"\]/)
    assert.doesNotMatch(stdout, /^ {2}api:/m)
    // A type of a schema that is not part of it is written out.
    assert.doesNotMatch(stdout, /Database\["api"\]/)
  })

  test('says in one sentence what is wrong', async () => {
    const sentence = async (...words) => {
      const { code, stderr } = await autorest('types', ...words)
      assert.equal(code, 1)
      assert.equal(stderr.trimEnd().split('\n').length, 1, stderr)
      return stderr
    }
    assert.match(await sentence('--schema', 'nowhere', '--db-uri', databaseUri('fixture')), /no such schema.*--schema/)
    assert.match(await sentence('--db-uri', databaseUri('no_database')), /could not be read.*--db-uri/)
    assert.match(await sentence('--db-uri', 'postgresql://h/d?nonsense=1'), /cannot be used/)
    assert.match(await sentence('--lang', 'cobol'), /--lang typescript/)
    // As root the tool looks with the eyes of the account that PostgreSQL runs as.
    chmodSync(folder, 0o755)
    assert.match(await sentence('--data', folder), /--db-uri.*autorest up/)
  })

  test('the clients take it, and programs are checked by it', async () => {
    assert.equal(await compile('program.ts'), '')
  })

  test('a program with mistakes is refused', async () => {
    const said = await compile('mistakes.ts')
    const lines = readFileSync(join(types, 'mistakes.ts'), 'utf8').split('\n')
    const marked = lines.flatMap((line, i) => (line.includes('// wrong') ? [i + 1] : []))
    const refused = [...new Set([...said.matchAll(/^mistakes\.ts\((\d+),/gm)].map((match) => Number(match[1])))]
    assert.deepEqual(refused, marked, said)
  })
})

describe('openapi-typescript', () => {
  let server

  before(async () => (server = await startServer('openapi')))
  after(() => server?.stop())

  test("makes types of the server's document", async () => {
    const answer = await fetch(server.url, { headers: { Accept: 'application/openapi+json;version=3.1' } })
    const document = await answer.json()
    assert.match(document.openapi, /^3\.1\./)
    const text = astToString(await openapiTS(document))
    assert.match(text, /"\/todos": \{/)
    assert.match(text, /"\/rpc\/add": \{/)
  })
})
