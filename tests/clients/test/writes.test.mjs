// postgrest-js: insert, upsert, update and delete. Every group writes to tables no other group looks at.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { PostgrestClient } from '@supabase/postgrest-js'
import { sql } from '../support/postgres.mjs'
import { recordingFetch, startServer } from '../support/server.mjs'

let server, db, wire

before(async () => {
  server = await startServer('writes')
  wire = recordingFetch()
  db = new PostgrestClient(server.url, { fetch: wire })
})
after(() => server?.stop())

async function data(request) {
  const answer = await request
  assert.equal(answer.error, null, JSON.stringify(answer.error))
  return answer.data
}

const stored = (query) => sql('writes', query)
const prefer = () => wire.sent.get('prefer')

describe('insert', () => {
  test('one, without an answer', async () => {
    const answer = await db.from('todos').insert({ task: 'silent' })
    assert.deepEqual([answer.status, answer.statusText, answer.data, answer.error, answer.count], [201, 'Created', null, null, null])
    assert.equal(await stored("select count(*) from api.todos where task = 'silent'"), '1')
  })

  test('one, with its row', async () => {
    const row = await data(db.from('todos').insert({ task: 'shown', due: '2024-06-01T12:00:00Z' }).select('task, done, due').single())
    assert.deepEqual(row, { task: 'shown', done: false, due: '2024-06-01T12:00:00+00:00' })
    assert.equal(prefer(), 'return=representation')
  })

  test('many, with columns quoted in the address', async () => {
    const rows = await data(db.from('empty_table').insert([{ id: 1, note: 'a' }, { id: 2 }]).select().order('id'))
    assert.deepEqual(rows, [{ id: 1, note: 'a' }, { id: 2, note: null }])
    assert.equal(wire.url.searchParams.get('columns'), '"id","note"')
  })

  test('many, where a key is missing: null, or the default', async () => {
    const rows = [{ id: 10, required: 'x', label: 'given' }, { id: 11, required: 'y' }]
    const select = (request) => data(request.select('label, amount').order('id'))
    assert.deepEqual(await select(db.from('defaults_demo').insert(rows)), [{ label: 'given', amount: 7 }, { label: null, amount: 7 }])
    assert.deepEqual(await select(db.from('defaults_demo').insert(rows.map((row) => ({ ...row, id: row.id + 10 })), { defaultToNull: false })),
      [{ label: 'given', amount: 7 }, { label: 'unnamed', amount: 7 }])
    assert.match(prefer(), /missing=default/)
  })

  test('columns with odd names', async () => {
    const row = await data(db.from('Odd Table').insert([{ ID: 10, 'two words': 'w', 'comma,col': 'c', 'paren(col)': 'p', 'dash-col': 'd', order: 1 }])
      .select('"two words", "comma,col", "paren(col)", "dash-col", "order"').single())
    assert.deepEqual(row, { 'two words': 'w', 'comma,col': 'c', 'paren(col)': 'p', 'dash-col': 'd', order: 1 })
  })

  test('nothing', async () => {
    const answer = await db.from('todos').insert([])
    assert.deepEqual([answer.status, answer.error], [201, null])
    assert.deepEqual(await data(db.from('todos').insert([]).select()), [])
  })

  test('JSON, arrays, ranges, composites and domains', async () => {
    const project = { id: 60, title: 'Types', tags: ['a', 'b,c', ''], period: '[2025-01-01,2025-02-01)', settings: { deep: [1, { k: null }] } }
    assert.deepEqual(await data(db.from('projects').insert(project).select('id, title, tags, period, settings').single()), project)
    const client = { id: 60, name: 'Typed', tier: 'gold', meta: { n: 1.50 }, contact_email: 'a@b.test', main_contact: { name: 'Zed', phones: ['1'] } }
    assert.deepEqual(await data(db.from('clients').insert(client).select().single()), client)
  })

  test('with embeds in the answer', async () => {
    const row = await data(db.from('tasks').insert({ project_id: 1, title: 'Embedded' }).select('title, projects(title, clients(name))').single())
    assert.deepEqual(row, { title: 'Embedded', projects: { title: 'Website', clients: { name: 'Acme' } } })
  })

  test('with a count', async () => {
    assert.equal((await db.from('pairs').insert([{ left_id: 7, right_id: 1 }, { left_id: 7, right_id: 2 }], { count: 'exact' })).count, 2)
  })

  test('a key that is there already is an error object', async () => {
    const { error, status } = await db.from('users').insert({ id: 1, username: 'again' })
    assert.equal(status, 409)
    assert.deepEqual(error, { code: '23505', details: 'Key (id)=(1) already exists.', hint: null, message: 'duplicate key value violates unique constraint "users_pkey"' })
  })

  test('a missing value, an unknown column and a wrong reference are error objects', async () => {
    assert.deepEqual((({ status, error }) => [status, error.code])(await db.from('users').insert({ id: 50 })), [400, '23502'])
    const unknown = await db.from('todos').insert({ task: 'x', nope: 1 })
    assert.deepEqual([unknown.status, unknown.error.code], [400, 'PGRST204'])
    assert.equal(unknown.error.message, "Could not find the 'nope' column of 'todos' in the schema cache")
    assert.deepEqual((({ status, error }) => [status, error.code])(await db.from('tasks').insert({ title: 'x', project_id: 999 })), [409, '23503'])
  })

  test('an error of a trigger', async () => {
    const { error, status } = await db.from('audited').insert({ id: 5, body: 'forbidden' })
    assert.equal(status, 403)
    assert.deepEqual(error, { code: 'PT403', details: 'body = forbidden', hint: 'Use another body', message: 'This body is forbidden' })
  })

  test('a big integer', async () => {
    await data(db.from('all_types').insert({ id: 90, c_int8: 9007199254740993n }))
    assert.equal(await stored('select c_int8 from api.all_types where id = 90'), '9007199254740993')
  })
})

describe('upsert', () => {
  test('inserts and updates by the primary key', async () => {
    const answer = await db.from('kv').upsert([{ k: 'a', v: 'changed' }, { k: 'new', v: 'made' }]).select('k, v').order('k')
    assert.equal(answer.status, 201)
    assert.deepEqual(answer.data, [{ k: 'a', v: 'changed' }, { k: 'new', v: 'made' }])
    assert.match(prefer(), /resolution=merge-duplicates/)
    assert.match(wire.headers.get('preference-applied'), /resolution=merge-duplicates/)
  })

  test('where everything is there already', async () => {
    const answer = await db.from('kv').upsert({ k: 'b', v: 'now' })
    assert.deepEqual([answer.status, answer.error, answer.data], [200, null, null])
    assert.equal(await stored("select v from api.kv where k = 'b'"), 'now')
  })

  test('ignores duplicates', async () => {
    const rows = await data(db.from('coupons').upsert([{ code: 'TEN', percent: 99 }, { code: 'FIVE', percent: 5 }], { onConflict: 'code', ignoreDuplicates: true }).select('code, percent'))
    assert.deepEqual(rows, [{ code: 'FIVE', percent: 5 }])
    assert.equal(await stored("select percent from api.coupons where code = 'TEN'"), '10')
  })

  test('by another unique column', async () => {
    assert.deepEqual(await data(db.from('users').upsert({ id: 2, username: 'bob', full_name: 'Robert' }, { onConflict: 'username' }).select('id, full_name').single()),
      { id: 2, full_name: 'Robert' })
    assert.equal(wire.url.searchParams.get('on_conflict'), 'username')
  })

  test('by two columns', async () => {
    const row = await data(db.from('memberships').upsert({ project_id: 1, user_id: 2, role: 'chief' }, { onConflict: 'project_id,user_id', count: 'exact' }).select().single())
    assert.deepEqual(row, { project_id: 1, user_id: 2, role: 'chief', since: '2024-01-05' })
  })

  test('with defaults for what is missing', async () => {
    const rows = await data(db.from('defaults_demo').upsert([{ id: 1, required: 'a', amount: 1 }, { id: 31, required: 'b' }], { defaultToNull: false }).select('id, amount').order('id'))
    assert.deepEqual(rows, [{ id: 1, amount: 1 }, { id: 31, amount: 7 }])
  })

  test('by columns without a constraint is an error object', async () => {
    const { error, status } = await db.from('todos').upsert({ id: 1, task: 'x' }, { onConflict: 'task' })
    assert.deepEqual([status, error.code], [400, '42P10'])
  })
})

describe('update', () => {
  test('without an answer', async () => {
    const answer = await db.from('measurements').update({ sensor: 'moved' }).eq('id', 1)
    assert.deepEqual([answer.status, answer.data, answer.error], [204, null, null])
    assert.equal(await stored('select sensor from api.measurements where id = 1'), 'moved')
  })

  test('with the rows, in order', async () => {
    const rows = await data(db.from('measurements').update({ sensor: 'shown' }).in('id', [2, 3]).select('id, sensor').order('id', { ascending: false }))
    assert.deepEqual(rows, [{ id: 3, sensor: 'shown' }, { id: 2, sensor: 'shown' }])
  })

  test('with a count', async () => {
    const answer = await db.from('measurements').update({ sensor: 'counted' }, { count: 'exact' }).gt('id', 990)
    assert.deepEqual([answer.status, answer.count], [204, 10])
  })

  test('nothing found', async () => {
    assert.deepEqual(await data(db.from('measurements').update({ sensor: 'x' }).eq('id', -1).select()), [])
    const one = await db.from('measurements').update({ sensor: 'x' }).eq('id', -1).select().single()
    assert.deepEqual([one.status, one.error.code, one.error.details], [406, 'PGRST116', 'The result contains 0 rows'])
    const maybe = await db.from('measurements').update({ sensor: 'x' }).eq('id', -1).select().maybeSingle()
    assert.deepEqual([maybe.data, maybe.error], [null, null])
  })

  test('one row that turns out to be two is undone', async () => {
    const { status, error } = await db.from('measurements').update({ sensor: 'undone' }).in('id', [4, 5]).select().single()
    assert.deepEqual([status, error.details], [406, 'The result contains 2 rows'])
    assert.equal(await stored("select count(*) from api.measurements where sensor = 'undone'"), '0')
  })

  test('to null', async () => {
    assert.deepEqual(await data(db.from('measurements').update({ value: null }).eq('id', 6).select('value').single()), { value: null })
  })

  test('of a view', async () => {
    assert.deepEqual(await data(db.from('todo_view').update({ label: 'through a view' }).eq('todo_id', 1).select('todo_id, label').single()), { todo_id: 1, label: 'through a view' })
  })

  test('of a column filtered by JSON', async () => {
    assert.equal((await data(db.from('products').update({ name: 'Stool' }).eq('attrs->>legs', '4').neq('sku', 'A-2').select('sku')))[0].sku, 'A-1')
  })
})

describe('delete', () => {
  test('without an answer', async () => {
    const answer = await db.from('log_lines').delete().eq('level', 'info')
    assert.deepEqual([answer.status, answer.data, answer.error], [204, null, null])
    assert.equal(await stored("select count(*) from api.log_lines where level = 'info'"), '0')
  })

  test('with the rows and a count', async () => {
    const answer = await db.from('timesheets').delete({ count: 'exact' }).eq('task_id', 1).select('id').order('id')
    assert.deepEqual([answer.status, answer.count, answer.data], [200, 3, [{ id: 1 }, { id: 2 }, { id: 3 }]])
  })

  test('with embeds in the answer', async () => {
    const rows = await data(db.from('reviews').delete().eq('id', 1).select('id, users(username)'))
    assert.deepEqual(rows, [{ id: 1, users: { username: 'ana' } }])
  })

  test('what is referenced is an error object', async () => {
    const { status, error } = await db.from('products').delete().eq('sku', 'A-2')
    assert.deepEqual([status, error.code], [409, '23503'])
  })
})

describe('limits and rollback', () => {
  test('maxAffected stops a write that goes too far', async () => {
    const { status, error } = await db.from('slots').delete().gt('id', 0).maxAffected(2)
    assert.deepEqual([status, error.code, error.details], [400, 'PGRST124', 'The query affects 3 rows'])
    assert.equal(prefer(), 'handling=strict, max-affected=2')
    assert.equal(await stored('select count(*) from api.slots'), '3')
  })

  test('maxAffected lets the others pass', async () => {
    const rows = await data(db.from('slots').update({ pos: 30 }).eq('id', 3).maxAffected(1).select())
    assert.deepEqual(rows, [{ id: 3, pos: 30 }])
    assert.match(wire.headers.get('preference-applied'), /handling=strict.*max-affected=1/)
  })

  test('rollback answers and forgets', async () => {
    const rows = await data(db.from('slots').insert({ id: 9, pos: 9 }).select().rollback())
    assert.deepEqual(rows, [{ id: 9, pos: 9 }])
    assert.match(wire.headers.get('preference-applied'), /tx=rollback/)
    assert.equal(await stored('select count(*) from api.slots where id = 9'), '0')
  })

  test('rollback where it is not allowed is ignored', async () => {
    const strict = await startServer('writes_commit', { PGRST_DB_TX_END: 'commit' })
    try {
      const client = new PostgrestClient(strict.url, { fetch: wire })
      await data(client.from('slots').insert({ id: 9, pos: 9 }).rollback())
      assert.equal(wire.headers.get('preference-applied'), null)
      assert.equal(await sql('writes_commit', 'select count(*) from api.slots where id = 9'), '1')
    } finally {
      await strict.stop()
    }
  })
})

describe('another schema', () => {
  test('writes go to it', async () => {
    assert.deepEqual(await data(db.schema('tenant').from('todos').insert({ id: 2, note: 'new' }).select().single()), { id: 2, note: 'new' })
    assert.equal(wire.sent.get('content-profile'), 'tenant')
    assert.equal(await stored("select note from tenant.todos where id = 2"), 'new')
  })
})
