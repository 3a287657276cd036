-- What the pages under test describe: two tables everybody reads, one only a signed-in user sees, and functions.
do $$
begin
  create role authenticator login noinherit;
  create role anon nologin;
  create role web_user nologin;
  grant anon, web_user to authenticator;
end $$;
alter default privileges revoke execute on functions from public;

create schema api;
comment on schema api is E'Todo API\n\nWhat a small team has to do. Everybody may read; a signed-in user may write.';
create schema archive;
grant usage on schema api, archive to anon, web_user;

create type api.priority as enum ('low', 'normal', 'high');

create table api.people (
  id int generated always as identity primary key,
  name text not null,
  email text unique
);
comment on table api.people is 'Who does it';

create table api.todos (
  id int generated always as identity primary key,
  task text not null check (length(task) between 1 and 200),
  done boolean not null default false,
  priority api.priority not null default 'normal',
  due date,
  tags text[] not null default '{}',
  owner_id int references api.people,
  created_at timestamptz not null default now()
);
comment on table api.todos is 'Things to do';
comment on column api.todos.due is 'The last day on which it is of use';

create table api.notes (id int generated always as identity primary key, body text not null);
comment on table api.notes is 'For signed-in users only';

create table archive.done_long_ago (id int primary key, task text);

create function api.open_todos(at_least api.priority default 'low') returns setof api.todos stable language sql as $$
  select * from api.todos where not done and priority >= at_least order by id
$$;
comment on function api.open_todos is 'What is left to do';

create function api.hours_between(a timestamptz, b timestamptz) returns numeric immutable language sql as $$
  select round(extract(epoch from b - a) / 3600, 2)
$$;

grant select on api.todos, api.people, archive.done_long_ago to anon, web_user;
grant insert, update, delete on api.todos to web_user;
grant select, insert on api.notes to web_user;
grant execute on function api.open_todos, api.hours_between to anon, web_user;

insert into api.people (name, email) values ('Ada', 'ada@example.com'), ('Grace', null);
insert into api.todos (task, done, priority, due, tags, owner_id, created_at) values
  ('Write the schema', true, 'high', null, '{sql}', 1, '2024-01-30 08:00+00'),
  ('Grant as little as possible', false, 'high', '2024-02-29', '{sql,security}', 1, '2024-01-31 09:30+00'),
  ('Show it to the team', false, 'normal', null, '{}', 2, '2024-02-01 10:00+00');
insert into archive.done_long_ago values (1, 'Buy punch cards');
