// Compiles against what openapi-typescript makes of the OpenAPI 3.1 document of the fixture; every marked line is an error without its mark.
import type { components, operations, paths } from './openapi'

type Todo = components['schemas']['todos']

export const row: Todo = { id: 1, task: 'buy milk', done: false, due: null, position: 10 }
// @ts-expect-error task is not nullable
export const wrong: Todo = { ...row, task: null }
// @ts-expect-error a row without `select` has all its columns
export const half: Todo = { id: 1, task: 'buy milk' }

// What has a default, is generated or nullable may be left out of an insert; what has not, may not.
export const inserted: components['schemas']['todos.insert'] = { task: 'pay rent' }
// @ts-expect-error task has no default
export const incomplete: components['schemas']['todos.insert'] = { done: true }
export const updated: components['schemas']['todos.update'] = { position: null }

type Read = paths['/todos']['get']
export const query: NonNullable<Read['parameters']['query']> = { id: 'eq.1', select: 'id,task', order: 'id', limit: 1 }
export const prefer: NonNullable<Read['parameters']['header']> = { Prefer: ['count=exact'] }
export const rows: Read['responses'][200]['content']['application/json'] = [row]
export const refusal: Read['responses'][404]['content']['application/json'] = { code: 'PGRST205', message: 'Could not find the table' }
// @ts-expect-error every error has a code
export const unnamed: Read['responses'][404]['content']['application/json'] = { message: 'Could not find the table' }

export const sum: operations['get_rpc_add']['responses'][200]['content']['application/json'] = 3
export const call: NonNullable<operations['call_rpc_add']['requestBody']>['content']['application/json'] = { a: 1 }
// @ts-expect-error a has no default
export const empty: NonNullable<operations['call_rpc_add']['requestBody']>['content']['application/json'] = { b: 1 }
