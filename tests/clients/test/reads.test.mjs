// postgrest-js: everything that ends in a read, apart from the filters.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { PostgrestClient, PostgrestError } from '@supabase/postgrest-js'
import { sql } from '../support/postgres.mjs'
import { recordingFetch, startServer } from '../support/server.mjs'

let server, db, wire

before(async () => {
  server = await startServer('reads')
  wire = recordingFetch()
  db = new PostgrestClient(server.url, { fetch: wire })
})
after(() => server?.stop())

/** Asks until the answer is the wanted one. */
async function until(ask, wanted) {
  for (let i = 0; i < 200; i++) {
    if ((await ask()) === wanted) return
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
  assert.equal(await ask(), wanted)
}

/** The data of an answer that has to be a success. */
async function data(request) {
  const answer = await request
  assert.equal(answer.error, null, JSON.stringify(answer.error))
  return answer.data
}

describe('select', () => {
  test('all columns', async () => {
    const answer = await db.from('todos').select().order('id')
    assert.equal(answer.status, 200)
    assert.equal(answer.statusText, 'OK')
    assert.equal(answer.count, null)
    assert.deepEqual(answer.data[0], { id: 1, task: 'buy milk', done: false, due: null, position: 10 })
    assert.equal(answer.data.length, 5)
  })

  test('columns with aliases, casts and JSON paths, spaces removed', async () => {
    const rows = await data(db.from('clients').select('key:id::text, name, city:meta->>city, label:meta->labels->0').eq('id', 1))
    assert.deepEqual(rows, [{ key: '1', name: 'Acme', city: 'Lima', label: 'vip' }])
  })

  test('quoted names keep their spaces and special characters', async () => {
    const rows = await data(db.from('Odd Table').select('"ID", "two words", "dot.col", "comma,col", "paren(col)", "order"').eq('ID', 1))
    assert.deepEqual(rows, [{ ID: 1, 'two words': 'w1', 'dot.col': 'd1', 'comma,col': 'c1', 'paren(col)': 'p1', order: 3 }])
  })

  test('names and values beyond ASCII', async () => {
    assert.deepEqual(await data(db.from('表').select('id, 名前').eq('名前', '東京')), [{ id: 1, 名前: '東京' }])
    assert.deepEqual(await data(db.from('Straße').select('schlüssel').eq('schlüssel', 'größe')), [{ schlüssel: 'größe' }])
  })

  test('a computed column', async () => {
    assert.deepEqual(await data(db.from('projects').select('id, label').eq('id', 1)), [{ id: 1, label: 'WEBSITE #1' }])
  })

  test('a bigint beyond the exact numbers of JavaScript, as text', async () => {
    assert.deepEqual(await data(db.from('all_types').select('c_int8::text').eq('id', 1)), [{ c_int8: '9223372036854775807' }])
  })

  test('a view', async () => {
    assert.equal((await data(db.from('project_overview').select('client_name').eq('id', 1).single())).client_name, 'Acme')
  })

  test('nothing is an empty list', async () => {
    assert.deepEqual(await data(db.from('empty_table').select()), [])
  })
})

describe('embeds', () => {
  test('to-one, to-many and many-to-many', async () => {
    const row = await data(db.from('projects').select('title, clients(name), tasks(title), users!memberships(username)')
      .eq('id', 2).order('title', { referencedTable: 'tasks' }).order('username', { referencedTable: 'users' }).single())
    assert.deepEqual(row, {
      title: 'Mobile app', clients: { name: 'Acme' }, tasks: [{ title: 'Prototype' }, { title: 'Publish to store' }],
      users: [{ username: 'bob' }, { username: 'dia' }],
    })
  })

  test('one of two foreign keys by its column or constraint, with an alias', async () => {
    const row = await data(db.from('projects').select('lead:users!projects_lead_id_fkey(username), backup:backup_id(username)').eq('id', 1).single())
    assert.deepEqual(row, { lead: { username: 'ana' }, backup: { username: 'bob' } })
  })

  test('nested', async () => {
    const row = await data(db.from('tasks').select('title, projects(title, clients(name))').eq('id', 1).single())
    assert.deepEqual(row, { title: 'Design pages', projects: { title: 'Website', clients: { name: 'Acme' } } })
  })

  test('inner join', async () => {
    const rows = await data(db.from('projects').select('id, tasks!inner(id)').eq('tasks.done', true).order('id'))
    assert.deepEqual(rows.map((row) => row.id), [1, 2, 4])
  })

  test('spread', async () => {
    assert.deepEqual(await data(db.from('projects').select('title, ...clients(client:name)').eq('id', 1)), [{ title: 'Website', client: 'Acme' }])
  })

  test('order, limit and range of an embed', async () => {
    const query = () => db.from('projects').select('id, tasks(id)').eq('id', 1).order('id', { referencedTable: 'tasks', ascending: false })
    assert.deepEqual((await data(query().limit(2, { referencedTable: 'tasks' }))).flatMap((row) => row.tasks), [{ id: 3 }, { id: 2 }])
    assert.deepEqual((await data(query().range(1, 2, { referencedTable: 'tasks' }))).flatMap((row) => row.tasks), [{ id: 2 }, { id: 1 }])
  })

  test('order by an embedded column', async () => {
    const rows = await data(db.from('projects').select('id, clients(name)').order('clients(name)', { ascending: false, nullsFirst: false }).order('id'))
    assert.deepEqual(rows.map((row) => row.id), [4, 3, 1, 2, 5])
  })

  test('an ambiguous embed is an error object with the choices', async () => {
    const { error, status, data: none } = await db.from('projects').select('users(*)')
    assert.equal(status, 300)
    assert.equal(none, null)
    assert.equal(error.code, 'PGRST201')
    assert.ok(error.details.some((way) => way.relationship === 'projects_lead_id_fkey using projects(lead_id) and users(id)'), JSON.stringify(error.details))
    assert.match(error.hint, /^Try changing 'users' to one of the following/)
  })
})

describe('order, limit, range', () => {
  const ids = async (request) => (await data(request)).map((row) => row.id)

  test('order up and down', async () => {
    assert.deepEqual(await ids(db.from('todos').select('id').order('id')), [1, 2, 3, 4, 5])
    assert.deepEqual(await ids(db.from('todos').select('id').order('id', { ascending: false })), [5, 4, 3, 2, 1])
  })

  test('order by several columns, nulls where they are wanted', async () => {
    const query = (nullsFirst) => db.from('todos').select('id').order('position', { nullsFirst }).order('id', { ascending: false })
    assert.deepEqual(await ids(query(true)), [3, 4, 1, 5, 2])
    assert.deepEqual(await ids(query(false)), [4, 1, 5, 2, 3])
  })

  test('limit', async () => {
    assert.deepEqual(await ids(db.from('todos').select('id').order('id').limit(2)), [1, 2])
    assert.deepEqual(await ids(db.from('todos').select('id').limit(0)), [])
  })

  test('range', async () => {
    assert.deepEqual(await ids(db.from('todos').select('id').order('id').range(1, 3)), [2, 3, 4])
    assert.equal(wire.url.searchParams.get('offset'), '1')
    assert.equal(wire.headers.get('content-range'), '1-3/*')
  })

  test('a range with the count is 206 and tells the total', async () => {
    const answer = await db.from('todos').select('id', { count: 'exact' }).order('id').range(0, 1)
    assert.equal(answer.status, 206)
    assert.equal(answer.statusText, 'Partial Content')
    assert.equal(answer.count, 5)
    assert.equal(answer.error, null)
  })

  test('a range beyond the end is an error object', async () => {
    const { error, status, count } = await db.from('todos').select('id', { count: 'exact' }).range(50, 59)
    assert.equal(status, 416)
    assert.equal(count, null)
    assert.deepEqual(error, {
      code: 'PGRST103', details: 'An offset of 50 was requested, but there are only 5 rows.', hint: null, message: 'Requested range not satisfiable',
    })
  })
})

describe('counts', () => {
  test('exact, planned, estimated', async () => {
    assert.equal((await db.from('todos').select('id', { count: 'exact' })).count, 5)
    assert.equal((await db.from('measurements').select('id', { count: 'planned' }).limit(1)).count, 1000)
    assert.equal((await db.from('measurements').select('id', { count: 'estimated' }).limit(1)).count, 1000)
  })

  test('of a filter', async () => {
    assert.equal((await db.from('todos').select('id', { count: 'exact' }).eq('done', true)).count, 2)
  })

  test('without a body', async () => {
    const answer = await db.from('todos').select('*', { count: 'exact', head: true })
    assert.equal(wire.method, 'HEAD')
    assert.equal(answer.count, 5)
    assert.equal(answer.data, null)
    assert.equal(answer.error, null)
    assert.equal(answer.status, 200)
  })

  test('of nothing', async () => {
    assert.equal((await db.from('empty_table').select('*', { count: 'exact', head: true })).count, 0)
  })

  test('HEAD of a missing table is an error without text', async () => {
    // The client cannot see the body of a HEAD; it takes an empty one of 404 for "no content".
    const answer = await db.from('nowhere').select('*', { head: true })
    assert.equal(wire.status, 404)
    assert.equal(wire.headers.get('proxy-status'), 'PostgREST; error=PGRST205')
    assert.equal(answer.status, 204)
  })
})

describe('single and maybeSingle', () => {
  test('one row', async () => {
    assert.deepEqual(await data(db.from('todos').select('id').eq('id', 1).single()), { id: 1 })
    assert.equal(wire.sent.get('accept'), 'application/vnd.pgrst.object+json')
    assert.match(wire.headers.get('content-type'), /^application\/vnd\.pgrst\.object\+json/)
    assert.deepEqual(await data(db.from('todos').select('id').eq('id', 1).maybeSingle()), { id: 1 })
  })

  test('no row', async () => {
    const { error, status } = await db.from('todos').select('id').eq('id', 99).single()
    assert.equal(status, 406)
    assert.deepEqual(error, { code: 'PGRST116', details: 'The result contains 0 rows', hint: null, message: 'Cannot coerce the result to a single JSON object' })
    const maybe = await db.from('todos').select('id').eq('id', 99).maybeSingle()
    assert.deepEqual([maybe.data, maybe.error, maybe.status], [null, null, 200])
  })

  test('two rows', async () => {
    const { error, status } = await db.from('todos').select('id').in('id', [1, 2]).single()
    assert.equal(status, 406)
    assert.equal(error.details, 'The result contains 2 rows')
    const maybe = await db.from('todos').select('id').in('id', [1, 2]).maybeSingle()
    assert.deepEqual([maybe.data, maybe.error.code, maybe.status], [null, 'PGRST116', 406])
  })
})

describe('representations', () => {
  test('csv', async () => {
    assert.equal(await data(db.from('todos').select('id,task').in('id', [1, 3]).order('id').csv()), 'id,task\n1,"buy milk"\n3,"call Zoë"')
  })

  test('stripped nulls, of lists and of one row', async () => {
    assert.deepEqual(await data(db.from('todos').select('id,due').eq('id', 1).stripNulls()), [{ id: 1 }])
    assert.match(wire.headers.get('content-type'), /^application\/vnd\.pgrst\.array\+json;nulls=stripped/)
    assert.deepEqual(await data(db.from('todos').select('id,due').eq('id', 1).stripNulls().single()), { id: 1 })
  })

  test('geojson without PostGIS is an error object', async () => {
    const { error, status } = await db.from('todos').select().geojson()
    assert.equal(status, 404)
    assert.equal(error.message, 'function st_asgeojson(record) does not exist')
  })

  test('a media type declared in the database', async () => {
    const answer = await db.from('todos').select().order('id').limit(1).setHeader('Accept', 'text/markdown')
    // The client reads every body it does not know as JSON.
    assert.equal(answer.error.message, '- [ ] buy milk\n')
    assert.match(wire.headers.get('content-type'), /^text\/markdown/)
  })

  test('explain is refused where plans are off', async () => {
    const { error, status } = await db.from('todos').select().explain()
    assert.equal(status, 406)
    assert.equal(error.code, 'PGRST107')
  })
})

describe('explain', () => {
  let planning, plans

  before(async () => {
    planning = await startServer('plans', { PGRST_DB_PLAN_ENABLED: 'true' })
    plans = new PostgrestClient(planning.url, { fetch: wire })
  })
  after(() => planning?.stop())

  test('as text', async () => {
    assert.match(await data(plans.from('todos').select().explain()), /^Aggregate\s+\(cost=[^]*todos/)
    assert.equal(wire.sent.get('accept'), 'application/vnd.pgrst.plan+text; for="application/json"; options=;')
  })

  test('with every option, as JSON', async () => {
    const plan = await data(plans.from('todos').select().explain({ analyze: true, verbose: true, settings: true, buffers: true, wal: true, format: 'json' }))
    assert.ok(plan[0].Plan['Actual Rows'] >= 0)
    assert.ok(Array.isArray(plan[0].Plan.Output))
  })

  test('of one row, of a write and of a function', async () => {
    assert.match(await data(plans.from('todos').select().eq('id', 1).single().explain()), /todos/)
    assert.match(await data(plans.from('todos').delete().eq('id', 1).select().explain()), /Delete on/)
    assert.equal((await data(plans.from('todos').select('id').eq('id', 1))).length, 1)
    assert.match(await data(plans.rpc('all_projects').explain()), /Aggregate/)
  })
})

describe('schemas and headers', () => {
  test('another schema', async () => {
    assert.deepEqual(await data(db.schema('tenant').from('todos').select()), [{ id: 1, note: 'tenant todo' }])
    assert.equal(wire.sent.get('accept-profile'), 'tenant')
    assert.equal(wire.headers.get('content-profile'), 'tenant')
  })

  test('a client of another schema', async () => {
    const tenant = new PostgrestClient(server.url, { schema: 'tenant' })
    assert.equal(await data(tenant.rpc('whoami')), 'tenant:anon')
  })

  test('a schema that is not exposed is an error object', async () => {
    const { error, status } = await db.schema('private').from('internal').select()
    assert.equal(status, 406)
    assert.equal(error.code, 'PGRST106')
    assert.equal(error.hint, 'Only the following schemas are exposed: api, tenant')
  })

  test('headers of the client and of one request reach the database', async () => {
    const client = new PostgrestClient(server.url, { headers: { 'X-From': 'client' } })
    assert.equal(await data(client.rpc('header_value', { name: 'x-from' })), 'client')
    assert.equal(await data(client.rpc('header_value', { name: 'x-from' }).setHeader('X-From', 'request')), 'request')
  })

  test('the client names itself', async () => {
    const client = new PostgrestClient(server.url, { headers: { 'X-Client-Info': 'postgrest-js/test' } })
    assert.equal(await data(client.rpc('header_value', { name: 'x-client-info' })), 'postgrest-js/test')
  })
})

describe('errors', () => {
  test('an unknown table', async () => {
    const { error, status, statusText } = await db.from('todoz').select()
    assert.deepEqual([status, statusText], [404, 'Not Found'])
    assert.deepEqual(error, {
      code: 'PGRST205', details: null, hint: "Perhaps you meant the table 'api.todos'", message: "Could not find the table 'api.todoz' in the schema cache",
    })
  })

  test('an unknown column', async () => {
    const { error, status } = await db.from('todos').select('nope')
    assert.equal(status, 400)
    assert.deepEqual(error, {
      code: '42703', details: null, hint: 'Perhaps you meant to reference the column "todos.done".', message: 'column todos.nope does not exist',
    })
  })

  test('a select that cannot be read', async () => {
    const { error, status } = await db.from('todos').select('id,(')
    assert.equal(status, 400)
    assert.equal(error.code, 'PGRST100')
  })

  test('a table without privileges', async () => {
    const { error, status } = await db.from('secrets').select()
    assert.equal(status, 401)
    assert.equal(error.code, '42501')
  })

  test('thrown when asked for', async () => {
    const thrown = await db.from('todoz').select().throwOnError().then(() => null, (error) => error)
    assert.ok(thrown instanceof PostgrestError)
    assert.equal(thrown.code, 'PGRST205')
  })
})

describe('aborting', () => {
  test('a request that is given up leaves the server usable, and its query ends', async () => {
    const controller = new AbortController()
    const running = () => sql('postgres', "select count(*) from pg_stat_activity where datname = 'reads' and state = 'active' and query ~ 'nap'")
    setTimeout(async () => {
      await until(running, '1')
      controller.abort()
    }, 0)
    const answer = await db.rpc('nap', { seconds: 60 }, { get: true }).abortSignal(controller.signal)
    assert.equal(answer.status, 0)
    assert.match(answer.error.message, /^AbortError/)
    await until(running, '0')
    assert.equal((await data(db.from('todos').select('id').eq('id', 1))).length, 1)
  })

  test('a timeout of the client', async () => {
    const hasty = new PostgrestClient(server.url, { timeout: 200, retry: false })
    const { error, status } = await hasty.rpc('nap', { seconds: 30 })
    assert.equal(status, 0)
    assert.match(error.message, /Abort|Timeout/)
  })
})

describe('long requests', () => {
  test('a list of 2,000 values in the address', async () => {
    const values = Array.from({ length: 2000 }, (_, i) => i + 1)
    assert.equal((await data(db.from('measurements').select('id').in('id', values))).length, 1000)
  })
})
