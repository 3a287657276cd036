// postgrest-js: functions, by POST, GET and HEAD.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { PostgrestClient } from '@supabase/postgrest-js'
import { sql } from '../support/postgres.mjs'
import { recordingFetch, startServer } from '../support/server.mjs'

let server, db, wire

before(async () => {
  server = await startServer('rpc')
  wire = recordingFetch()
  db = new PostgrestClient(server.url, { fetch: wire })
})
after(() => server?.stop())

async function data(request) {
  const answer = await request
  assert.equal(answer.error, null, JSON.stringify(answer.error))
  return answer.data
}

/** Function, arguments, result; the same by POST and by GET. */
const calls = [
  ['add', { a: 1, b: 2 }, 3],
  ['add', { a: 1 }, 11],
  ['greet', { name: 'Zoë & "co", a=b' }, 'Hello, Zoë & "co", a=b'],
  ['is_even', { n: 3 }, false],
  ['pi_value', undefined, 3.14159],
  ['null_text', undefined, null],
  ['some_json', undefined, { b: 1, a: [true, null] }],
  ['some_array', undefined, [1, 2, 3]],
  ['some_enum', undefined, 'gold'],
  ['sum_array', { v: [1, 2, 3] }, 6],
  ['ids', { n: 3 }, [1, 2, 3]],
  ['words', undefined, ['a', null, 'c d']],
  ['first_user', undefined, { id: 1, username: 'ana', email: 'ana@work.test', full_name: 'Ana Ruiz', is_staff: true }],
  ['numbers', undefined, [{ n: 1, square: 1 }, { n: 2, square: 4 }, { n: 3, square: 9 }, { n: 4, square: 16 }]],
  ['split_name', { full_name: 'Ada Byron' }, { first: 'Ada', last: 'Byron' }],
  ['one_out', { a: 4 }, { doubled: 8 }],
  ['no_rows', undefined, []],
  ['describe', { name: 'x' }, 'name x'],
  ['describe', undefined, 'nothing'],
]

describe('calls', () => {
  for (const [name, args, expected] of calls) {
    const text = `${name}(${args ? JSON.stringify(args) : ''})`
    test(`POST ${text}`, async () => {
      assert.deepEqual(await data(db.rpc(name, args)), expected)
      assert.equal(wire.method, 'POST')
    })
    test(`GET ${text}`, async () => {
      assert.deepEqual(await data(db.rpc(name, args, { get: true })), expected)
      assert.equal(wire.method, 'GET')
    })
  }

  test('GET with an array of text', async () => {
    assert.deepEqual(await data(db.schema('tenant').rpc('tags', { list: ['a', 'b'], doc: 1 }, { get: true })), ['a', 'b'])
    assert.equal(wire.url.searchParams.get('list'), '{a,b}')
  })

  test('a variadic function takes an array by POST; the one text the client makes of it for GET is one element', async () => {
    assert.equal(await data(db.rpc('total', { v: [4, 5] })), 9)
    assert.equal(await data(db.rpc('total', { v: 4 }, { get: true })), 4)
    assert.equal((await db.rpc('total', { v: [4, 5] }, { get: true })).error.code, '22P02')
  })

  test('GET leaves out what is undefined', async () => {
    assert.equal(await data(db.rpc('add', { a: 1, b: undefined }, { get: true })), 11)
  })

  test('POST with JSON, arrays and composites', async () => {
    assert.deepEqual(await data(db.rpc('echo_json', { doc: { deep: [1, null, { x: 'ü' }] } })), { deep: [1, null, { x: 'ü' }] })
    assert.equal(await data(db.rpc('area', { d: { w: 2, h: 3, d: null } })), 6)
    assert.equal(await data(db.rpc('tier_name', { t: 'gold' })), 'tier gold')
  })

  test('a single unnamed parameter takes the whole body', async () => {
    assert.deepEqual(await data(db.rpc('take_json', { any: ['thing'] })), { got: { any: ['thing'] } })
  })

  test('a function without a result', async () => {
    const answer = await db.rpc('do_nothing')
    assert.deepEqual([answer.status, answer.data, answer.error], [204, null, null])
  })

  test('a name with a space', async () => {
    assert.equal(await data(db.rpc('Mixed Case', { 'Arg One': 1, ünï: 'x' })), '1:x')
  })

  test('the claims of nobody', async () => {
    assert.deepEqual(await data(db.rpc('claims')), { role: 'anon' })
  })
})

describe('HEAD', () => {
  test('with arguments in the address', async () => {
    const answer = await db.rpc('search_tasks', { term: 'pages' }, { head: true, count: 'exact' })
    assert.equal(wire.method, 'HEAD')
    assert.deepEqual([answer.status, answer.data, answer.count, answer.error], [200, null, 3, null])
  })

  test('with an object becomes a POST that asks for no answer', async () => {
    const answer = await db.rpc('area', { d: { w: 2, h: 3, d: 1 } }, { head: true })
    assert.equal(wire.method, 'POST')
    assert.equal(wire.sent.get('prefer'), 'return=minimal')
    assert.deepEqual([answer.status, answer.error], [200, null])
  })
})

describe('results as rows', () => {
  test('select, filter, order and limit', async () => {
    const rows = await data(db.rpc('search_tasks', { min_priority: 1 }).select('id, title').eq('done', false).order('id', { ascending: false }).limit(2))
    assert.deepEqual(rows, [{ id: 6, title: 'Choose storage' }, { id: 5, title: 'Publish to store' }])
  })

  test('filters beside arguments on GET', async () => {
    const rows = await data(db.rpc('search_tasks', { term: 'pages' }, { get: true }).select('id').gt('priority', 1).order('id'))
    assert.deepEqual(rows, [{ id: 1 }, { id: 2 }])
  })

  test('embeds', async () => {
    assert.deepEqual(await data(db.rpc('task_by_id', { task_id: 4 }).select('title, projects(title)')), { title: 'Prototype', projects: { title: 'Mobile app' } })
  })

  test('single and maybeSingle', async () => {
    assert.deepEqual(await data(db.rpc('all_projects').select('id').eq('id', 2).single()), { id: 2 })
    assert.equal((await db.rpc('all_projects').single()).error.code, 'PGRST116')
    assert.equal((await db.rpc('no_rows').maybeSingle()).data, null)
  })

  test('range and count', async () => {
    const answer = await db.rpc('all_projects', {}, { count: 'exact' }).select('id').range(1, 2)
    assert.deepEqual([answer.status, answer.count, answer.data], [206, 5, [{ id: 2 }, { id: 3 }]])
  })

  test('csv', async () => {
    assert.equal(await data(db.rpc('numbers').limit(2).csv()), 'n,square\n1,1\n2,4')
  })
})

describe('writing', () => {
  test('a function that writes', async () => {
    assert.equal((await data(db.rpc('add_todo', { task: 'by function' }))).task, 'by function')
    assert.equal(await sql('rpc', "select count(*) from api.todos where task = 'by function'"), '1')
  })

  test('by GET is refused', async () => {
    const { status, error } = await db.rpc('add_todo', { task: 'no' }, { get: true })
    assert.deepEqual([status, error.code], [405, '25006'])
  })

  test('rollback', async () => {
    assert.ok((await data(db.rpc('finish_all').rollback())).length > 0)
    assert.notEqual(await sql('rpc', 'select count(*) from api.todos where not done'), '0')
  })

  test('maxAffected', async () => {
    const { status, error } = await db.rpc('finish_all').maxAffected(1)
    assert.deepEqual([status, error.code], [400, 'PGRST124'])
    const scalar = await db.rpc('add', { a: 1 }).maxAffected(1)
    assert.deepEqual([scalar.status, scalar.error.code], [400, 'PGRST128'])
  })
})

describe('errors', () => {
  test('an unknown function', async () => {
    const { status, error } = await db.rpc('search_task', { term: 'x' })
    assert.equal(status, 404)
    assert.equal(error.code, 'PGRST202')
    assert.equal(error.hint, 'Perhaps you meant to call the function api.search_tasks')
  })

  test('a wrong argument', async () => {
    assert.equal((await db.rpc('add', { a: 1, c: 2 })).error.code, 'PGRST202')
    assert.equal((await db.rpc('add', { a: 'x' })).error.code, '22P02')
  })

  test('an ambiguous call', async () => {
    const { status, error } = await db.rpc('ambig', { a: 1 })
    assert.deepEqual([status, error.code], [300, 'PGRST203'])
  })

  test('raised by the function', async () => {
    assert.deepEqual((await db.rpc('fail_plain')).error, { code: 'P0001', details: 'some detail', hint: 'some hint', message: 'plain failure' })
    const quota = await db.rpc('fail_quota')
    assert.deepEqual([quota.status, quota.error.code, quota.error.message], [402, 'QUOTA', 'Plan exhausted'])
    assert.equal(wire.headers.get('x-plan'), 'basic')
  })

  test('a status chosen by the function', async () => {
    const { status, data: none, error } = await db.rpc('teapot')
    assert.equal(status, 418)
    assert.equal(none, null)
    // The client takes the body of any failure for its error.
    assert.deepEqual(error, { ok: false })
  })
})
