// What a program may do with the generated types. Compiled, not run.
import { PostgrestClient } from '@supabase/postgrest-js'
import { createClient } from '@supabase/supabase-js'
import { Constants, type CompositeTypes, type Database, type Enums, type Json, type Tables, type TablesInsert, type TablesUpdate } from './database'

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
/** Fails to compile where a type is not exactly the other. */
const same = <A, B>(_: Same<A, B>) => {}

const supabase = createClient<Database, 'api'>('http://localhost', 'key', { db: { schema: 'api' } })
const db = new PostgrestClient<Database, Database['__InternalSupabase'], 'api'>('http://localhost')

export async function rows() {
  const { data: todos } = await supabase.from('todos').select('id, task, due')
  same<typeof todos, { id: number; task: string; due: string | null }[] | null>(true)

  const { data: client } = await db.from('clients').select('*').eq('id', 1).single()
  same<NonNullable<typeof client>['tier'], 'basic' | 'silver' | 'gold'>(true)
  same<NonNullable<typeof client>['main_contact'], { name: string | null; phones: string[] | null } | null>(true)
  const meta: Json | undefined = client?.meta

  // Computed columns are left out of a star, and there when asked for.
  const { data: project } = await db.from('projects').select('*').single()
  same<'label' extends keyof NonNullable<typeof project> ? true : false, false>(true)
  const { data: labelled } = await db.from('projects').select('id, label').single()
  same<NonNullable<typeof labelled>, { id: number; label: string | null }>(true)

  // A column of a domain with a representation is whatever that makes of it.
  const { data: paint } = await db.from('paints').select('color').single()
  same<NonNullable<typeof paint>['color'], Json>(true)
  return [meta]
}

export async function embeds() {
  const { data } = await db.from('projects').select('title, clients(name), tasks(id, title), lead:users!projects_lead_id_fkey(username)').single()
  same<NonNullable<typeof data>['clients'], { name: string } | null>(true)
  same<NonNullable<typeof data>['tasks'], { id: number; title: string }[]>(true)
  same<NonNullable<typeof data>['lead'], { username: string } | null>(true)

  // One-to-one from both sides.
  const { data: user } = await db.from('users').select('username, profiles(bio)').single()
  same<NonNullable<typeof user>['profiles'], { bio: string | null } | null>(true)
  const { data: profile } = await db.from('profiles').select('bio, users(username)').single()
  same<NonNullable<typeof profile>['users'], { username: string }>(true)

  // Many-to-many, through a view, and computed.
  const { data: members } = await db.from('projects').select('id, users!memberships(username)').single()
  same<NonNullable<typeof members>['users'], { username: string }[]>(true)
  const { data: overview } = await db.from('project_overview').select('id, clients(name)').single()
  same<NonNullable<typeof overview>['clients'], { name: string } | null>(true)
  const { data: urgent } = await db.from('projects').select('id, urgent_tasks(title)').single()
  same<NonNullable<typeof urgent>['urgent_tasks'], { title: string }[]>(true)
}

export async function writes() {
  await db.from('todos').insert({ task: 'x' })
  await db.from('tasks').insert([{ title: 'x', extra: { any: ['thing'] } }])
  await db.from('invoices').insert({ net: 1 })
  await db.from('clients').upsert({ id: 1, name: 'n', tier: 'gold', main_contact: { name: 'a', phones: null } }, { onConflict: 'id' })
  await db.from('todos').update({ done: true }).eq('id', 1).maxAffected(1)
  await db.from('todo_view').update({ label: 'x' }).eq('todo_id', 1)
  await db.from('Odd Table').insert({ ID: 1, 'comma,col': 'c', 'quo"te': 'q' })
  await supabase.schema('tenant').from('accounts').insert({ code: 'X', level: 'low', levels: ['mid', 'high'] })
}

export async function functions() {
  const { data: sum } = await db.rpc('add', { a: 1 })
  same<typeof sum, number | null>(true)
  const { data: found } = await db.rpc('search_tasks', { term: 'x' }).select('id, title')
  same<typeof found, { id: number; title: string }[] | null>(true)
  const { data: numbers } = await db.rpc('numbers')
  same<typeof numbers, { n: number; square: number }[] | null>(true)
  const { data: names } = await db.rpc('split_name', { full_name: 'a b' })
  same<typeof names, { first: string; last: string } | null>(true)
  const { data: tier } = await db.rpc('some_enum')
  same<typeof tier, 'basic' | 'silver' | 'gold' | null>(true)
  const { data: described } = await db.rpc('describe', { a: 1, b: 'x' })
  same<typeof described, string | null>(true)
  await db.rpc('take_json', { any: 'thing' })
  await db.rpc('sum_array', { v: [1, 2] })
  await db.schema('tenant').rpc('whoami')
}

export const names = () => {
  same<Tables<'todos'>['position'], number | null>(true)
  same<Tables<'todo_view'>['label'], string | null>(true)
  same<Tables<{ schema: 'tenant' }, 'todos'>, { id: number; note: string | null }>(true)
  same<Enums<'tier'>, 'basic' | 'silver' | 'gold'>(true)
  same<Enums<{ schema: 'tenant' }, 'level'>, 'low' | 'mid' | 'high'>(true)
  same<CompositeTypes<'dims'>, { w: number | null; h: number | null; d: number | null }>(true)
  const todo: TablesInsert<'todos'> = { task: 'x' }
  const change: TablesUpdate<'todos'> = {}
  const level: 'low' = Constants.tenant.Enums.level[0]
  return [todo, change, level]
}
