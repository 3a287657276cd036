-- ### GET /projects?select=id,clients(name)
-- => Rows
/* r */ SELECT "api"."projects"."id", ar_2.ar_exists, ar_2."name" FROM "api"."projects" LEFT JOIN LATERAL (SELECT ar_1."name" AS "name", TRUE AS ar_exists FROM "api"."clients" AS ar_1 WHERE ar_1."id" = "api"."projects"."client_id") AS ar_2 ON TRUE;

-- ### GET /clients?select=id,projects(id,title)&projects.order=id.desc&projects.limit=2
-- => Rows  $1='2', $2='0'
/* r */ SELECT "api"."clients"."id", ar_2."id", ar_2."title" FROM "api"."clients" LEFT JOIN LATERAL (SELECT array_agg(ar_2."id") AS "id", array_agg(ar_2."title") AS "title" FROM (SELECT ar_1."id" AS "id", ar_1."title" AS "title" FROM "api"."projects" AS ar_1 WHERE ar_1."client_id" = "api"."clients"."id" ORDER BY ar_1."id" DESC LIMIT $1 OFFSET $2) AS ar_2) AS ar_2 ON TRUE;

-- ### GET /projects?select=title,client:clients!inner(name)&client.tier=eq.gold
-- => Rows  $1='gold'
/* r */ SELECT "api"."projects"."title", ar_2.ar_exists, ar_2."name" FROM "api"."projects" INNER JOIN LATERAL (SELECT ar_1."name" AS "name", TRUE AS ar_exists FROM "api"."clients" AS ar_1 WHERE ar_1."tier" = $1 AND ar_1."id" = "api"."projects"."client_id") AS ar_2 ON TRUE;

-- ### GET /projects?select=id,clients(*)&clients=is.null
-- => Rows
/* r */ SELECT "api"."projects"."id", ar_2.ar_exists, ar_2."id", ar_2."meta", ar_2."name", to_jsonb(ar_2."tier"), to_jsonb(ar_2."main_contact"), ar_2."contact_email" FROM "api"."projects" LEFT JOIN LATERAL (SELECT ar_1.*, TRUE AS ar_exists FROM "api"."clients" AS ar_1 WHERE ar_1."id" = "api"."projects"."client_id") AS ar_2 ON TRUE WHERE ar_2.* IS NOT DISTINCT FROM NULL;

-- ### GET /clients?select=id,projects()&projects=not.is.null
-- => Rows
/* r */ SELECT "api"."clients"."id" FROM "api"."clients" LEFT JOIN LATERAL (SELECT NULLIF(count(*), 0) AS ar_rows FROM (SELECT ar_1.* FROM "api"."projects" AS ar_1 WHERE ar_1."client_id" = "api"."clients"."id") AS ar_2) AS ar_2 ON TRUE WHERE ar_2."ar_rows" IS NOT NULL;

-- ### GET /tasks?select=id,users(username)
-- => Rows
/* r */ SELECT "api"."tasks"."id", ar_2."username" FROM "api"."tasks" LEFT JOIN LATERAL (SELECT array_agg(ar_2."username") AS "username" FROM (SELECT ar_1."username" AS "username" FROM "api"."users" AS ar_1, "api"."assignments" AS ar_1_j WHERE ar_1_j."task_id" = "api"."tasks"."id" AND ar_1."id" = ar_1_j."user_id") AS ar_2) AS ar_2 ON TRUE;

-- ### GET /projects?select=id,...clients(client:name)
-- => Rows
/* r */ SELECT "api"."projects"."id", ar_2."client" FROM "api"."projects" LEFT JOIN LATERAL (SELECT ar_1."name" AS "client" FROM "api"."clients" AS ar_1 WHERE ar_1."id" = "api"."projects"."client_id") AS ar_2 ON TRUE;

-- ### GET /clients?select=id,...projects(titles:title)&projects.order=budget.desc
-- => Rows
/* r */ SELECT "api"."clients"."id", ar_2."titles" FROM "api"."clients" LEFT JOIN LATERAL (SELECT NULLIF(count(*), 0) AS ar_rows, COALESCE(json_agg(ar_2."titles" ORDER BY ar_2.ar_order0 DESC), '[]')::jsonb AS "titles" FROM (SELECT ar_1."title" AS "titles", ar_1."budget" AS ar_order0 FROM "api"."projects" AS ar_1 WHERE ar_1."client_id" = "api"."clients"."id") AS ar_2) AS ar_2 ON TRUE;

-- ### GET /projects?select=id,leader(username),urgent_tasks(title)
-- => Rows
/* r */ SELECT "api"."projects"."id", ar_2.ar_exists, ar_2."username", ar_4."title" FROM "api"."projects" LEFT JOIN LATERAL (SELECT ar_1."username" AS "username", TRUE AS ar_exists FROM "api"."leader"(("api"."projects".*)::"api"."projects") AS ar_1 WHERE TRUE) AS ar_2 ON TRUE LEFT JOIN LATERAL (SELECT array_agg(ar_4."title") AS "title" FROM (SELECT ar_3."title" AS "title" FROM "api"."urgent_tasks"(("api"."projects".*)::"api"."projects") AS ar_3 WHERE TRUE) AS ar_4) AS ar_4 ON TRUE;

-- ### GET /projects?select=id,clients(name)&order=clients(name).desc,id
-- => Rows
/* r */ SELECT "api"."projects"."id", ar_2.ar_exists, ar_2."name" FROM "api"."projects" LEFT JOIN LATERAL (SELECT ar_1."name" AS "name", TRUE AS ar_exists FROM "api"."clients" AS ar_1 WHERE ar_1."id" = "api"."projects"."client_id") AS ar_2 ON TRUE ORDER BY ar_2."name" DESC, "api"."projects"."id";

-- ### GET /clients?select=name,projects(title,tasks(title,assignments(role)))
-- => Rows
/* r */ SELECT "api"."clients"."name", ar_2."tasks", ar_2."title" FROM "api"."clients" LEFT JOIN LATERAL (SELECT array_agg(ar_2."tasks") AS "tasks", array_agg(ar_2."title") AS "title" FROM (SELECT ar_1."title" AS "title", COALESCE(ar_4.ar_rows, '[]') AS "tasks" FROM "api"."projects" AS ar_1 LEFT JOIN LATERAL (SELECT json_agg(ar_4.*)::jsonb AS ar_rows FROM (SELECT ar_3."title" AS "title", COALESCE(ar_6.ar_rows, '[]') AS "assignments" FROM "api"."tasks" AS ar_3 LEFT JOIN LATERAL (SELECT json_agg(ar_6.*)::jsonb AS ar_rows FROM (SELECT ar_5."role" AS "role" FROM "api"."assignments" AS ar_5 WHERE ar_5."task_id" = ar_3."id") AS ar_6) AS ar_6 ON TRUE WHERE ar_3."project_id" = ar_1."id") AS ar_4) AS ar_4 ON TRUE WHERE ar_1."client_id" = "api"."clients"."id") AS ar_2) AS ar_2 ON TRUE;

-- ### GET /projects?select=id,clients!inner(name)&clients.name=eq.Acme&limit=1
-- Prefer: count=exact
-- => Rows  $1='Acme', $2='1', $3='0'
/* r */ SELECT ar_c.n, ar_p.* FROM (SELECT count(*) AS n FROM (SELECT 1 FROM "api"."projects" WHERE EXISTS (SELECT 1 FROM "api"."clients" AS ar_1 WHERE ar_1."name" = $1 AND ar_1."id" = "api"."projects"."client_id")) AS ar_r) AS ar_c LEFT JOIN (SELECT TRUE, "api"."projects"."id", ar_2.ar_exists, ar_2."name" FROM "api"."projects" INNER JOIN LATERAL (SELECT ar_1."name" AS "name", TRUE AS ar_exists FROM "api"."clients" AS ar_1 WHERE ar_1."name" = $1 AND ar_1."id" = "api"."projects"."client_id") AS ar_2 ON TRUE LIMIT $2 OFFSET $3) AS ar_p ON TRUE;

-- ### GET /projects?select=id,users(*)
-- => PGRST201 Could not embed because more than one relationship was found for 'projects' and 'users'

-- ### GET /projects?select=id,nope(*)
-- => PGRST200 Could not find a relationship between 'projects' and 'nope' in the schema cache

-- ### GET /tasks?select=project_id,count(),priority.max()&done=is.false
-- => Aggregate
/* r */ SELECT NULL::bigint, count(_postgrest_t), coalesce(json_agg(_postgrest_t), '[]'), nullif(current_setting('response.headers', true), ''), nullif(current_setting('response.status', true), ''), NULL::text, NULL::text FROM (SELECT "api"."tasks"."project_id" AS "project_id", COUNT("api"."tasks".*) AS "count", MAX("api"."tasks"."priority") AS "max" FROM "api"."tasks" WHERE "api"."tasks"."done" IS FALSE GROUP BY "api"."tasks"."project_id") AS _postgrest_t;

-- ### GET /projects?select=client_id,...clients(name.max())
-- => Aggregate
/* r */ SELECT NULL::bigint, count(_postgrest_t), coalesce(json_agg(_postgrest_t), '[]'), nullif(current_setting('response.headers', true), ''), nullif(current_setting('response.status', true), ''), NULL::text, NULL::text FROM (SELECT "api"."projects"."client_id" AS "client_id", MAX(ar_2."max") AS "max" FROM "api"."projects" LEFT JOIN LATERAL (SELECT ar_1."name" AS "max" FROM "api"."clients" AS ar_1 WHERE ar_1."id" = "api"."projects"."client_id") AS ar_2 ON TRUE GROUP BY "api"."projects"."client_id") AS _postgrest_t;
