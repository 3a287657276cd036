// ra-data-postgrest, the data provider of react-admin, on react-admin's own HTTP client.
import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { after, before, describe, test } from 'node:test'
import { sql } from '../support/postgres.mjs'
import { startServer, token } from '../support/server.mjs'

// Their ES modules need a bundler: file names without endings.
const require = createRequire(import.meta.url)
const { fetchUtils } = require('ra-core')
const { default: postgrestRestProvider, defaultPrimaryKeys, defaultSchema } = require('@raphiniert/ra-data-postgrest')

const primaryKeys = new Map([...defaultPrimaryKeys, ['memberships', ['project_id', 'user_id']], ['products', ['sku']], ['kv', ['k']]])
const config = { httpClient: fetchUtils.fetchJson, defaultListOp: 'eq', primaryKeys, schema: defaultSchema }

let server, api

before(async () => {
  server = await startServer('react_admin')
  api = postgrestRestProvider({ ...config, apiUrl: server.url })
})
after(() => server?.stop())

const page = (page, perPage, field = 'id', order = 'ASC') => ({ pagination: { page, perPage }, sort: { field, order } })
const ids = ({ data }) => data.map((record) => record.id)

describe('getList', () => {
  test('a page and the total of all', async () => {
    const answer = await api.getList('todos', { ...page(2, 2), filter: {} })
    assert.deepEqual(ids(answer), [3, 4])
    assert.equal(answer.total, 5)
  })

  test('the last page and one beyond', async () => {
    const last = await api.getList('todos', { ...page(3, 2), filter: {} })
    assert.deepEqual([ids(last), last.total], [[5], 5])
    await assert.rejects(api.getList('todos', { ...page(9, 2), filter: {} }), (error) => error.status === 416 && error.body.code === 'PGRST103')
  })

  test('nothing', async () => {
    assert.deepEqual(await api.getList('empty_table', { ...page(1, 10), filter: {} }), { data: [], total: 0, meta: undefined })
  })

  test('sorted, nulls where they are wanted', async () => {
    assert.deepEqual(ids(await api.getList('todos', { ...page(1, 10, 'position', 'DESC'), filter: {}, meta: { nullslast: true } })).at(-1), 3)
    assert.deepEqual(ids(await api.getList('todos', { ...page(1, 10, 'position', 'ASC'), filter: {}, meta: { nullsfirst: true } }))[0], 3)
  })

  test('filters of every form the provider writes', async () => {
    const list = async (filter, resource = 'todos') => ids(await api.getList(resource, { ...page(1, 20), filter }))
    assert.deepEqual(await list({ done: true }), [2, 5])
    assert.deepEqual(await list({ 'task@ilike': 'PAY rent' }), [2])
    assert.deepEqual(await list({ 'id@in': '(1,3)' }), [1, 3])
    assert.deepEqual(await list({ 'due@is': 'null' }), [1, 4])
    assert.deepEqual(await list({ 'id@gte': 4, 'done@not.is': true }), [4])
    assert.deepEqual(await list({ '@or': { 'id@eq': 1, 'done@is': true } }), [1, 2, 5])
    assert.deepEqual(await list({ 'meta->>city@eq': 'Lima' }, 'clients'), [1])
    assert.deepEqual(await list({ 'doc@plfts': 'fat cats' }, 'articles'), [1])
  })

  test('columns and embeds', async () => {
    const { data } = await api.getList('projects', { ...page(1, 1), filter: {}, meta: { columns: ['id', 'title'], embed: ['clients'] } })
    assert.equal(data[0].clients.name, 'Acme')
    assert.equal('budget' in data[0], false)
    const prefetched = await api.getList('tasks', { ...page(1, 3), filter: {}, meta: { prefetch: ['projects'] } })
    assert.deepEqual(prefetched.meta.prefetched.projects.map((row) => row.title), ['Website'])
  })

  test('composite keys become one id, and are sorted by', async () => {
    const { data, total } = await api.getList('memberships', { ...page(1, 2), filter: {} })
    assert.deepEqual(data.map((record) => record.id), ['[1,1]', '[1,2]'])
    assert.equal(total, 7)
  })

  test('another schema', async () => {
    const tenant = postgrestRestProvider({ ...config, apiUrl: server.url, schema: () => 'tenant' })
    assert.deepEqual((await tenant.getList('todos', { ...page(1, 5), filter: {} })).data, [{ id: 1, note: 'tenant todo' }])
    assert.equal((await api.getList('todos', { ...page(1, 5), filter: {}, meta: { schema: 'tenant' } })).total, 1)
  })

  test('a function', async () => {
    const { data, total } = await api.getList('rpc/search_tasks', { ...page(1, 2), filter: { 'term@': 'pages' } })
    assert.deepEqual([data.length, total], [2, 3])
  })
})

describe('getOne and getMany', () => {
  test('one', async () => {
    assert.equal((await api.getOne('todos', { id: 1 })).data.task, 'buy milk')
  })

  test('one with a text key and a slash in it', async () => {
    assert.deepEqual((({ id, name }) => [id, name])((await api.getOne('products', { id: 'B/7' })).data), ['B/7', 'Lamp'])
  })

  test('one with a composite key', async () => {
    assert.equal((await api.getOne('memberships', { id: '[1,3]' })).data.role, 'qa')
  })

  test('one that is not there', async () => {
    await assert.rejects(api.getOne('todos', { id: 99 }), (error) => error.status === 406 && error.body.code === 'PGRST116')
  })

  test('many', async () => {
    assert.deepEqual(ids(await api.getMany('todos', { ids: [1, 3] })).sort(), [1, 3])
    assert.deepEqual(await api.getMany('todos', { ids: [] }), { data: [] })
  })

  test('many with composite keys', async () => {
    assert.deepEqual(ids(await api.getMany('memberships', { ids: ['[1,1]', '[2,4]'] })).sort(), ['[1,1]', '[2,4]'])
  })
})

describe('getManyReference', () => {
  test('a page of what belongs to one, and its total', async () => {
    const answer = await api.getManyReference('tasks', { ...page(1, 2, 'priority', 'DESC'), target: 'project_id', id: 1, filter: {} })
    assert.deepEqual([ids(answer), answer.total], [[2, 1], 3])
  })

  test('with a filter', async () => {
    const answer = await api.getManyReference('tasks', { ...page(1, 5), target: 'project_id', id: 1, filter: { done: true } })
    assert.deepEqual([ids(answer), answer.total], [[1], 1])
  })
})

describe('writes', () => {
  test('create', async () => {
    const { data } = await api.create('todos', { data: { task: 'created' } })
    assert.equal(data.task, 'created')
    assert.ok(data.id >= 100)
  })

  test('create with a composite key', async () => {
    const { data } = await api.create('memberships', { data: { project_id: 5, user_id: 5, role: 'guest' } })
    assert.equal(data.id, '[5,5]')
  })

  test('create what is there already', async () => {
    await assert.rejects(api.create('users', { data: { id: 1, username: 'x' } }), (error) => error.status === 409 && error.body.code === '23505')
  })

  test('update what changed', async () => {
    const previousData = { id: 2, task: 'pay rent', done: true }
    const { data } = await api.update('todos', { id: 2, data: { ...previousData, task: 'paid' }, previousData })
    assert.deepEqual([data.id, data.task, data.position], [2, 'paid', 20])
  })

  test('update with a composite key', async () => {
    const previousData = { project_id: 1, user_id: 3, role: 'qa', since: null }
    const { data } = await api.update('memberships', { id: '[1,3]', data: { ...previousData, role: 'head' }, previousData })
    assert.deepEqual([data.id, data.role], ['[1,3]', 'head'])
  })

  test('update what is gone', async () => {
    await assert.rejects(api.update('todos', { id: 999, data: { task: 'x' }, previousData: {} }), (error) => error.status === 406)
  })

  test('updateMany', async () => {
    assert.deepEqual(ids({ data: (await api.updateMany('measurements', { ids: [1, 2, 3], data: { sensor: 'many' } })).data.map((id) => ({ id })) }).length, 3)
    assert.equal(await sql('react_admin', "select count(*) from api.measurements where sensor = 'many'"), '3')
  })

  test('delete', async () => {
    const { data } = await api.delete('todos', { id: 5, previousData: { id: 5 } })
    assert.equal(data.id, 5)
    await assert.rejects(api.getOne('todos', { id: 5 }), (error) => error.status === 406)
  })

  test('delete with a composite key', async () => {
    assert.equal((await api.delete('memberships', { id: '[2,2]', previousData: {} })).data.role, 'lead')
  })

  test('deleteMany', async () => {
    assert.deepEqual((await api.deleteMany('measurements', { ids: [10, 11] })).data.sort(), [10, 11])
    assert.deepEqual((await api.deleteMany('memberships', { ids: ['[1,1]', '[1,2]'] })).data.sort(), ['[1,1]', '[1,2]'])
  })
})

describe('authentication', () => {
  test("a token in the client's headers", async () => {
    const httpClient = (url, options = {}) => {
      options.headers = new Headers(options.headers)
      options.headers.set('Authorization', `Bearer ${token({ role: 'web_user', sub: 'ana' })}`)
      return fetchUtils.fetchJson(url, options)
    }
    const user = postgrestRestProvider({ ...config, httpClient, apiUrl: server.url })
    assert.equal((await user.getList('notes', { ...page(1, 10), filter: {} })).total, 3)
  })

  test('a refusal is an HTTP error with the body', async () => {
    await assert.rejects(api.getList('secrets', { ...page(1, 10), filter: {} }), (error) => error.status === 401 && error.body.code === '42501')
  })
})
