-- ### GET /rpc/add?a=1&b=2
-- => Aggregate  $1='1', $2='2'
/* r */ WITH pgrst_source AS (SELECT pgrst_call.pgrst_scalar FROM (SELECT "api"."add"("a" := $1::integer, "b" := $2::integer) AS pgrst_scalar) pgrst_call) SELECT NULL::bigint, 1::bigint, coalesce(json_agg(_postgrest_t.pgrst_scalar)->0, 'null'), nullif(current_setting('response.headers', true), ''), nullif(current_setting('response.status', true), ''), NULL::text, NULL::text FROM (SELECT "add".* FROM pgrst_source AS "add") AS _postgrest_t;

-- ### POST /rpc/add
--
-- {"a":1}
-- => Aggregate  $1=Json {"a":1}
/* r */ WITH pgrst_source AS (SELECT pgrst_call.pgrst_scalar FROM (SELECT $1::json AS json_data) pgrst_payload, LATERAL (SELECT "a" FROM json_to_record(pgrst_payload.json_data) AS _("a" integer) LIMIT 1) pgrst_body, LATERAL (SELECT "api"."add"("a" := pgrst_body."a") AS pgrst_scalar) pgrst_call) SELECT NULL::bigint, 1::bigint, coalesce(json_agg(_postgrest_t.pgrst_scalar)->0, 'null'), nullif(current_setting('response.headers', true), ''), nullif(current_setting('response.status', true), ''), NULL::text, NULL::text FROM (SELECT "add".* FROM pgrst_source AS "add") AS _postgrest_t;

-- ### GET /rpc/search_tasks?term=x&select=id,title&priority=gte.2&order=title&limit=2
-- => Aggregate  $1='x', $2='2', $3='2', $4='0'
/* r */ WITH pgrst_source AS (SELECT pgrst_call."id", pgrst_call."priority", pgrst_call."title" FROM "api"."search_tasks"("term" := $1::text) pgrst_call) SELECT NULL::bigint, count(_postgrest_t), coalesce(json_agg(_postgrest_t), '[]'), nullif(current_setting('response.headers', true), ''), nullif(current_setting('response.status', true), ''), NULL::text, NULL::text FROM (SELECT "tasks"."id" AS "id", "tasks"."title" AS "title" FROM pgrst_source AS "tasks" WHERE "tasks"."priority" >= $2 ORDER BY "tasks"."title" LIMIT $3 OFFSET $4) AS _postgrest_t;

-- ### GET /rpc/all_projects?select=id,clients(name)
-- => Aggregate
/* r */ WITH pgrst_source AS (SELECT pgrst_call."client_id", pgrst_call."id" FROM "api"."all_projects"() pgrst_call) SELECT NULL::bigint, count(_postgrest_t), coalesce(json_agg(_postgrest_t), '[]'), nullif(current_setting('response.headers', true), ''), nullif(current_setting('response.status', true), ''), NULL::text, NULL::text FROM (SELECT "projects"."id" AS "id", row_to_json(ar_2.*)::jsonb AS "clients" FROM pgrst_source AS "projects" LEFT JOIN LATERAL (SELECT ar_1."name" AS "name" FROM "api"."clients" AS ar_1 WHERE ar_1."id" = "projects"."client_id") AS ar_2 ON TRUE) AS _postgrest_t;

-- ### GET /rpc/total?v=1&v=2
-- => Aggregate  $1='{"1","2"}'
/* r */ WITH pgrst_source AS (SELECT pgrst_call.pgrst_scalar FROM (SELECT "api"."total"(VARIADIC "v" := $1::integer[]) AS pgrst_scalar) pgrst_call) SELECT NULL::bigint, 1::bigint, coalesce(json_agg(_postgrest_t.pgrst_scalar)->0, 'null'), nullif(current_setting('response.headers', true), ''), nullif(current_setting('response.status', true), ''), NULL::text, NULL::text FROM (SELECT "total".* FROM pgrst_source AS "total") AS _postgrest_t;

-- ### POST /rpc/take_json
--
-- {"x":1}
-- => Aggregate  $1=Utf8 {"x":1}
/* r */ WITH pgrst_source AS (SELECT pgrst_call.pgrst_scalar FROM (SELECT "api"."take_json"($1::json) AS pgrst_scalar) pgrst_call) SELECT NULL::bigint, 1::bigint, coalesce(json_agg(_postgrest_t.pgrst_scalar)->0, 'null'), nullif(current_setting('response.headers', true), ''), nullif(current_setting('response.status', true), ''), NULL::text, NULL::text FROM (SELECT "take_json".* FROM pgrst_source AS "take_json") AS _postgrest_t;

-- ### GET /rpc/ids?n=4&limit=2
-- Prefer: count=exact
-- => Aggregate  $1='4', $2='2', $3='0'
/* r */ WITH pgrst_source AS (SELECT pgrst_call.pgrst_scalar FROM (SELECT "api"."ids"("n" := $1::integer) AS pgrst_scalar) pgrst_call) SELECT (SELECT count(*) FROM (SELECT 1 FROM pgrst_source AS "ids") AS ar_r), count(_postgrest_t), coalesce(json_agg(_postgrest_t.pgrst_scalar), '[]'), nullif(current_setting('response.headers', true), ''), nullif(current_setting('response.status', true), ''), NULL::text, NULL::text FROM (SELECT "ids".* FROM pgrst_source AS "ids" LIMIT $2 OFFSET $3) AS _postgrest_t;

-- ### POST /rpc/do_nothing
--
-- {}
-- => Aggregate
/* r */ WITH pgrst_source AS (SELECT pgrst_call.pgrst_scalar FROM (SELECT "api"."do_nothing"() AS pgrst_scalar) pgrst_call) SELECT NULL::bigint, 1::bigint, '', nullif(current_setting('response.headers', true), ''), nullif(current_setting('response.status', true), ''), NULL::text, NULL::text FROM (SELECT "do_nothing".* FROM pgrst_source AS "do_nothing") AS _postgrest_t;

-- ### GET /rpc/page
-- Accept: text/html
-- => Aggregate
/* r */ WITH pgrst_source AS (SELECT pgrst_call.pgrst_scalar FROM (SELECT "api"."page"() AS pgrst_scalar) pgrst_call) SELECT NULL::bigint, 1::bigint, (array_agg(_postgrest_t.pgrst_scalar::"api"."text/html"))[1], nullif(current_setting('response.headers', true), ''), nullif(current_setting('response.status', true), ''), NULL::text, NULL::text FROM (SELECT "page".* FROM pgrst_source AS "page") AS _postgrest_t;

-- ### GET /rpc/add?x=1
-- => PGRST202 Could not find the function api.add(x) in the schema cache
