// What a program may not do. Exactly the marked lines are refused.
import { PostgrestClient } from '@supabase/postgrest-js'
import type { Database, Enums, Tables, TablesInsert } from './database'

const db = new PostgrestClient<Database, Database['__InternalSupabase'], 'api'>('http://localhost')

export async function mistakes() {
  await db.from('todoz').select() // wrong
  await db.from('todos').insert({ done: true }) // wrong
  await db.from('todos').insert({ task: 'x', nope: 1 }) // wrong
  await db.from('invoices').insert({ net: 1, gross: 2 }) // wrong
  await db.from('tasks').update({ id: 5 }) // wrong
  await db.from('clients').insert({ id: 1, name: 'n', tier: 'platinum' }) // wrong
  await db.from('task_stats').insert({ total: 1 }) // wrong
  await db.rpc('add', { c: 1 }) // wrong
  await db.rpc('no_function') // wrong
  const { data } = await db.from('todos').select('id').single()
  data?.task // wrong
  const tier: Enums<'tier'> = 'platinum' // wrong
  const todo: Tables<'todos'> = { id: 1 } // wrong
  const insert: TablesInsert<'todos'> = {} // wrong
  return [tier, todo, insert]
}
