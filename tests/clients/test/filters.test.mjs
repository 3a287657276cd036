// postgrest-js: every method that filters.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { PostgrestClient } from '@supabase/postgrest-js'
import { recordingFetch, startServer } from '../support/server.mjs'

let server, db, wire

before(async () => {
  server = await startServer('filters')
  wire = recordingFetch()
  db = new PostgrestClient(server.url, { fetch: wire })
})
after(() => server?.stop())

/** The ids of a table's rows that a filter leaves, in order. */
async function ids(table, filter, key = 'id') {
  const { data, error } = await filter(db.from(table).select(key).order(key))
  assert.equal(error, null, JSON.stringify(error))
  return data.map((row) => row[key])
}

/** One row per method: name, table, filter, the ids it leaves. */
const rows = [
  ['eq', 'todos', (q) => q.eq('id', 3), [3]],
  ['eq with a comma and quotes', 'clients', (q) => q.eq('name', 'Brix, Ltd'), [2]],
  ['eq with quotes', 'clients', (q) => q.eq('name', 'Corp "Q"'), [3]],
  ['eq with parentheses', 'clients', (q) => q.eq('name', 'Delta (old)'), [4]],
  ['eq with a percent sign, a star and an ampersand', 'todos', (q) => q.eq('task', 'fix * and % signs'), [4]],
  ['eq on a JSON path', 'clients', (q) => q.eq('meta->>city', 'Lima'), [1]],
  ['eq on a nested JSON path', 'clients', (q) => q.eq('meta->address->>zip', '15001'), [1]],
  ['neq', 'todos', (q) => q.neq('id', 3), [1, 2, 4, 5]],
  ['gt', 'todos', (q) => q.gt('id', 3), [4, 5]],
  ['gte', 'todos', (q) => q.gte('id', 3), [3, 4, 5]],
  ['lt', 'todos', (q) => q.lt('id', 3), [1, 2]],
  ['lte', 'todos', (q) => q.lte('id', 3), [1, 2, 3]],
  ['gte with a time that has an offset', 'todos', (q) => q.gte('due', '2024-01-01T00:00:00+00:00'), [2, 3]],
  ['like', 'todos', (q) => q.like('task', '%milk'), [1]],
  ['like with a star', 'todos', (q) => q.like('task', '*rent'), [2]],
  ['like with an underscore that is escaped', 'todos', (q) => q.like('task', 'under\\_%'), [5]],
  ['likeAllOf', 'todos', (q) => q.likeAllOf('task', ['%a%', '%y%']), [2]],
  ['likeAnyOf', 'todos', (q) => q.likeAnyOf('task', ['%milk', '%rent']), [1, 2]],
  ['ilike', 'todos', (q) => q.ilike('task', '%MILK'), [1]],
  ['ilikeAllOf', 'todos', (q) => q.ilikeAllOf('task', ['%A%', '%Y%']), [2]],
  ['ilikeAnyOf', 'todos', (q) => q.ilikeAnyOf('task', ['%MILK', '%RENT']), [1, 2]],
  ['regexMatch', 'todos', (q) => q.regexMatch('task', '^(buy|pay)'), [1, 2]],
  ['regexIMatch', 'todos', (q) => q.regexIMatch('task', '^(BUY|PAY)'), [1, 2]],
  ['is null', 'todos', (q) => q.is('due', null), [1, 4]],
  ['is true', 'todos', (q) => q.is('done', true), [2, 5]],
  ['is false', 'todos', (q) => q.is('done', false), [1, 3, 4]],
  ['isDistinct', 'todos', (q) => q.isDistinct('position', 20), [1, 3, 4]],
  ['in', 'todos', (q) => q.in('id', [1, 5, 99]), [1, 5]],
  ['in with commas and parentheses', 'clients', (q) => q.in('name', ['Brix, Ltd', 'Delta (old)', 'Acme']), [1, 2, 4]],
  ['in with nothing', 'todos', (q) => q.in('id', []), []],
  ['notIn', 'todos', (q) => q.notIn('id', [1, 5]), [2, 3, 4]],
  ['contains an array', 'projects', (q) => q.contains('tags', ['web']), [1]],
  ['contains JSON', 'clients', (q) => q.contains('meta', { address: { zip: '15001' } }), [1]],
  ['contains a range', 'projects', (q) => q.contains('period', '[2024-02-20,2024-02-25)'), [1, 2]],
  ['containedBy an array', 'projects', (q) => q.containedBy('tags', ['web', 'urgent', 'mobile']), [1, 2, 3]],
  ['containedBy JSON', 'tasks', (q) => q.containedBy('extra', { kind: 'release', tags: ['store', 'x'] }), [5, 6]],
  ['containedBy a range', 'projects', (q) => q.containedBy('period', '[2024-01-01,2024-12-31)'), [1, 2, 5]],
  ['overlaps an array', 'projects', (q) => q.overlaps('tags', ['mobile', 'urgent']), [1, 2]],
  ['overlaps a range', 'projects', (q) => q.overlaps('period', '[2024-05-01,2024-07-01)'), [2, 3]],
  ['rangeGt', 'projects', (q) => q.rangeGt('period', '[2024-01-01,2024-03-01)'), [3]],
  ['rangeGte', 'projects', (q) => q.rangeGte('period', '[2024-02-15,2024-03-01)'), [2, 3]],
  ['rangeLt', 'projects', (q) => q.rangeLt('period', '[2024-06-01,2024-07-01)'), [1, 2]],
  ['rangeLte', 'projects', (q) => q.rangeLte('period', '[2024-02-01,2024-03-01)'), [1]],
  ['rangeAdjacent', 'projects', (q) => q.rangeAdjacent('period', '[2024-06-01,2024-07-01)'), [2]],
  ['textSearch', 'articles', (q) => q.textSearch('doc', "'fat' & 'cat'"), [1]],
  ['textSearch of plain words', 'articles', (q) => q.textSearch('doc', 'cats fat', { type: 'plain' }), [1]],
  ['textSearch of a phrase', 'articles', (q) => q.textSearch('doc', 'fat cats', { type: 'phrase' }), [1]],
  ['textSearch of the web', 'articles', (q) => q.textSearch('doc', 'running OR cats -rats', { type: 'websearch' }), [2]],
  ['textSearch of text, with a configuration', 'articles', (q) => q.textSearch('body', 'chat', { config: 'french', type: 'plain' }), [3]],
  ['match', 'todos', (q) => q.match({ done: true, position: 20 }), [2, 5]],
  ['not', 'todos', (q) => q.not('done', 'is', true), [1, 3, 4]],
  ['not in', 'todos', (q) => q.not('id', 'in', '(1,2)'), [3, 4, 5]],
  ['or', 'todos', (q) => q.or('id.eq.1,and(done.is.true,position.eq.20)'), [1, 2, 5]],
  ['or with a quoted value', 'clients', (q) => q.or('name.eq."Brix, Ltd",id.eq.1'), [1, 2]],
  ['two or', 'todos', (q) => q.or('id.lt.3,id.gt.4').or('done.is.true,id.eq.1'), [1, 2, 5]],
  ['filter', 'todos', (q) => q.filter('id', 'in', '(1,3)'), [1, 3]],
  ['filter with not', 'todos', (q) => q.filter('id', 'not.in', '(1,3)'), [2, 4, 5]],
  ['filter with any', 'todos', (q) => q.filter('id', 'eq(any)', '{1,3}'), [1, 3]],
  ['several on one column', 'todos', (q) => q.gt('id', 1).lt('id', 4), [2, 3]],
  ['a column that is named like a parameter', 'Odd Table', (q) => q.eq('"order"', 1), [2], 'ID'],
]

describe('filters', () => {
  for (const [name, table, filter, expected, key] of rows) {
    test(name, async () => assert.deepEqual(await ids(table, filter, key), expected))
  }

  test('every method of the builder has a row', () => {
    const methods = new Set()
    for (let type = Object.getPrototypeOf(db.from('todos').select()); type !== Object.prototype; type = Object.getPrototypeOf(type)) {
      for (const method of Object.getOwnPropertyNames(type)) methods.add(method)
    }
    // The others shape the answer, or the way to it.
    const modifiers = ['constructor', 'then', 'select', 'order', 'limit', 'range', 'abortSignal', 'single', 'maybeSingle', 'csv', 'geojson', 'explain', 'rollback',
      'returns', 'overrideTypes', 'maxAffected', 'throwOnError', 'stripNulls', 'setHeader', 'retry', 'processResponse']
    const covered = rows.map(([, , filter]) => String(filter)).join()
    const missing = [...methods].filter((method) => !modifiers.includes(method) && !covered.includes(`.${method}(`))
    assert.deepEqual(missing, [])
  })
})

describe('filters on embeds', () => {
  test('limit the embed', async () => {
    const { data } = await db.from('projects').select('id, tasks(id)').eq('id', 1).eq('tasks.done', true)
    assert.deepEqual(data, [{ id: 1, tasks: [{ id: 1 }] }])
  })

  test('or of a referenced table', async () => {
    const { data } = await db.from('projects').select('id, tasks(id)').eq('id', 1).or('id.eq.1,priority.eq.1', { referencedTable: 'tasks' })
    assert.deepEqual(data, [{ id: 1, tasks: [{ id: 1 }, { id: 3 }] }])
    assert.equal(wire.url.searchParams.get('tasks.or'), '(id.eq.1,priority.eq.1)')
  })

  test('or across an embed that is null', async () => {
    const { data, error } = await db.from('projects').select('id, clients(id)').or('clients.is.null,id.eq.1').order('id')
    assert.equal(error, null)
    assert.deepEqual(data.map((row) => row.id), [1, 5])
  })

  test('keep rows whose embed is not null', async () => {
    const { data } = await db.from('clients').select('id, projects()').not('projects', 'is', null).order('id')
    assert.deepEqual(data, [{ id: 1 }, { id: 2 }, { id: 3 }])
  })
})

describe('values that cannot be read', () => {
  test('a wrong literal is an error object', async () => {
    const { error, status } = await db.from('todos').select().eq('id', 'one')
    assert.equal(status, 400)
    assert.deepEqual(error, { code: '22P02', details: null, hint: null, message: 'invalid input syntax for type integer: "one"' })
  })

  test('an unknown operator is an error object', async () => {
    const { error, status } = await db.from('todos').select().filter('id', 'about', '1')
    assert.equal(status, 400)
    assert.equal(error.code, 'PGRST100')
  })
})
