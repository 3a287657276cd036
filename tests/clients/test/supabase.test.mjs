// supabase-js: createClient finds the API below /rest/v1, sends its key, and retries.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { createClient } from '@supabase/supabase-js'
import { PostgrestClient } from '@supabase/postgrest-js'
import { sql } from '../support/postgres.mjs'
import { createDatabase, databaseUri, recordingFetch, startServer, token } from '../support/server.mjs'

const below = { AUTOREST_BASE_PATH: '/rest/v1', AUTOREST_DOCS: 'on' }

// The client wants a WebSocket when it is made; node has one from version 22 on. Nothing here connects.
const realtime = typeof WebSocket === 'undefined' ? { transport: class {} } : {}

let server, wire

const client = (key, options = {}) => createClient(server.url, key, {
  realtime, db: { schema: 'api' }, auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false }, ...options,
  global: { fetch: wire, ...options.global },
})

before(async () => {
  server = await startServer('supabase', below)
  wire = recordingFetch()
})
after(() => server?.stop())

async function data(request) {
  const answer = await request
  assert.equal(answer.error, null, JSON.stringify(answer.error))
  return answer.data
}

describe('createClient', () => {
  test('reads below /rest/v1 with the key as apikey and token', async () => {
    const key = token({ role: 'anon' })
    assert.equal((await data(client(key).from('todos').select())).length, 5)
    assert.equal(wire.url.pathname, '/rest/v1/todos')
    assert.equal(wire.sent.get('apikey'), key)
    assert.equal(wire.sent.get('authorization'), `Bearer ${key}`)
  })

  test('a key of another role is another role', async () => {
    assert.equal(await data(client(token({ role: 'web_user' })).rpc('whoami')), 'web_user')
  })

  test('a key that is no token is refused', async () => {
    const { status, error } = await client('sb_publishable_nothing').from('todos').select()
    assert.deepEqual([status, error.code], [401, 'PGRST301'])
  })

  test('an apikey alone is nobody', async () => {
    const postgrest = new PostgrestClient(`${server.url}/rest/v1`, { headers: { apikey: 'sb_publishable_anything' } })
    assert.equal(await data(postgrest.rpc('whoami')), 'anon')
  })

  test('an expired key is an error object with a challenge', async () => {
    const { status, error } = await client(token({ role: 'anon', exp: 1 })).from('todos').select()
    assert.deepEqual([status, error.code, error.message], [401, 'PGRST303', 'JWT expired'])
    assert.match(wire.headers.get('www-authenticate'), /^Bearer error="invalid_token"/)
  })

  test('the access token of a user decides what is seen', async () => {
    const user = (sub) => client(token({ role: 'anon' }), { accessToken: async () => token({ role: 'web_user', sub }) })
    const owners = async (api) => (await data(api.from('notes').select('id').order('id'))).map((row) => row.id)
    assert.deepEqual(await owners(user('ana')), [1, 2, 4])
    assert.deepEqual(await owners(user('bob')), [2, 3, 4])
    assert.deepEqual(await owners(client(token({ role: 'anon' }))), [2, 4])
  })

  test('a write that row security forbids is an error object', async () => {
    const bob = client(token({ role: 'anon' }), { accessToken: async () => token({ role: 'web_user', sub: 'bob' }) })
    const { status, error } = await bob.from('notes').insert({ id: 50, owner: 'ana', body: 'forged' })
    assert.deepEqual([status, error.code], [403, '42501'])
    assert.deepEqual(await data(bob.from('notes').insert({ id: 51, body: 'own' }).select('owner').single()), { owner: 'bob' })
  })

  test('writes, functions and other schemas', async () => {
    const api = client(token({ role: 'anon' }))
    assert.deepEqual(await data(api.from('todos').insert({ task: 'supabase' }).select('task').single()), { task: 'supabase' })
    assert.equal((await data(api.from('todos').update({ done: true }).eq('task', 'supabase').select()))[0].done, true)
    assert.equal((await api.from('todos').delete().eq('task', 'supabase')).status, 204)
    assert.equal(await data(api.rpc('add', { a: 1 }, { get: true })), 11)
    assert.equal(wire.url.pathname, '/rest/v1/rpc/add')
    assert.equal(await data(api.schema('tenant').rpc('whoami')), 'tenant:anon')
  })

  test('counts and ranges', async () => {
    const answer = await client(token({ role: 'anon' })).from('measurements').select('id', { count: 'exact' }).range(10, 19)
    assert.deepEqual([answer.status, answer.count, answer.data.length], [206, 1000, 10])
  })
})

describe('base path', () => {
  const get = (path, init) => fetch(server.url + path, init)

  test('outside of it there is nothing', async () => {
    for (const path of ['/', '/todos', '/rest/v10/todos', '/rest', '/auth/v1/user']) {
      const response = await get(path)
      assert.equal(response.status, 404, path)
      assert.equal((await response.json()).code, 'PGRST125')
    }
  })

  test('places are told relative to the root of the API', async () => {
    const read = await get('/rest/v1/todos?id=eq.1')
    assert.equal(read.headers.get('content-location'), '/todos?id=eq.1')
    const written = await get('/rest/v1/todos', {
      method: 'POST', body: '{"task":"located"}', headers: { 'Content-Type': 'application/json', Prefer: 'return=headers-only, tx=rollback' },
    })
    assert.equal(written.status, 201)
    assert.match(written.headers.get('location'), /^\/todos\?id=eq\.\d+$/)
  })

  test('functions do not see it', async () => {
    assert.equal((await (await get('/rest/v1/rpc/request_info')).json()).path, '/rpc/request_info')
  })

  test('a browser may ask from any origin, with the headers of the client', async () => {
    const preflight = await get('/rest/v1/todos', {
      method: 'OPTIONS', headers: { Origin: 'http://app.test', 'Access-Control-Request-Method': 'GET', 'Access-Control-Request-Headers': 'apikey,authorization,x-client-info,accept-profile,x-retry-count' },
    })
    assert.equal(preflight.status, 200)
    const allowed = preflight.headers.get('access-control-allow-headers').toLowerCase().split(', ')
    for (const name of ['apikey', 'authorization', 'x-client-info', 'accept-profile', 'x-retry-count']) assert.ok(allowed.includes(name), name)
    const answer = await get('/rest/v1/todos', { headers: { Origin: 'http://app.test' } })
    assert.match(answer.headers.get('access-control-expose-headers'), /Content-Range/)
  })
})

describe('retries', () => {
  test('a server whose database is not there yet is asked again when it says so', async () => {
    const late = await startServer(undefined, { ...below, PGRST_DB_URI: databaseUri('late') })
    try {
      const calls = []
      const counting = async (input, init) => {
        const response = await fetch(input, init)
        calls.push([response.status, Number(response.headers.get('retry-after')), init.headers['x-retry-count'] ?? init.headers['X-Retry-Count']])
        // The database appears after the first refusal.
        if (calls.length === 1) await createDatabase('late')
        return response
      }
      // Three retries are all the client has, and the server may have to find out first.
      const api = new PostgrestClient(`${late.url}/rest/v1`, { fetch: counting })
      const answer = await api.from('todos').select('id').eq('id', 1)
      assert.equal(answer.error, null, JSON.stringify([answer, calls]))
      assert.deepEqual(answer.data, [{ id: 1 }])
      assert.equal(calls[0][0], 503)
      assert.ok(calls[0][1] >= 1, `Retry-After: ${calls[0][1]}`)
      assert.equal(calls[1][2], '1')
    } finally {
      await late.stop()
    }
  })

  test('writes are not asked again, and a client may decline', async () => {
    const never = await startServer(undefined, { ...below, PGRST_DB_URI: databaseUri('never_there') })
    try {
      const api = new PostgrestClient(`${never.url}/rest/v1`, { fetch: wire })
      wire.calls = 0
      const written = await api.from('todos').insert({ task: 'x' })
      assert.deepEqual([written.status, written.error.code, wire.calls], [503, 'PGRST002', 1])
      const read = await api.from('todos').select().retry(false)
      assert.deepEqual([read.status, wire.calls], [503, 2])
    } finally {
      await never.stop()
    }
  })

  test('a connection that broke is not seen by the client', async () => {
    const api = client(token({ role: 'anon' }))
    assert.equal(await data(api.rpc('add', { a: 1 })), 11)
    await sql('postgres', "select pg_terminate_backend(pid) from pg_stat_activity where datname = 'supabase' and usename = 'authenticator'")
    assert.equal((await data(api.from('todos').select('id').eq('id', 1))).length, 1)
  })
})

describe('the document of the API', () => {
  test('getOpenApiSpec', async () => {
    const api = client(token({ role: 'anon' }))
    const { status, data: document, error } = await api.getOpenApiSpec()
    assert.equal(error, null)
    assert.equal(status, 200)
    assert.ok(document.paths['/todos'])
    assert.equal(document.basePath, '/rest/v1')
  })

  test('OpenAPI 3.1 names the base path', async () => {
    const answer = await fetch(`${server.url}/rest/v1/`, { headers: { Accept: 'application/openapi+json;version=3.1' } })
    assert.deepEqual((await answer.json()).servers, [{ url: '/rest/v1' }])
  })

  test('the page that shows it is below the base path as well', async () => {
    const page = async (path) => (await fetch(server.url + path, { headers: { Accept: 'text/html' } })).headers.get('content-type').split(';')[0]
    for (const path of ['/rest/v1/', '/rest/v1/docs', '/rest/v1/docs/']) assert.equal(await page(path), 'text/html', path)
    assert.equal(await page('/rest/v1/docs/docs.js'), 'text/javascript')
    for (const path of ['/', '/docs', '/docs/', '/docs/docs.js']) assert.equal(await page(path), 'application/json', path)
  })
})
