-- ### POST /todos
--
-- {"task":"a","done":true}
-- => Aggregate  $1=Json {"task":"a","done":true}
/* r */ WITH pgrst_source AS (INSERT INTO "api"."todos"("done", "task") SELECT pgrst_body."done", pgrst_body."task" FROM (SELECT $1::json AS json_data) pgrst_payload, LATERAL (SELECT "done", "task" FROM json_to_record(pgrst_payload.json_data) AS _("done" boolean, "task" text)) pgrst_body RETURNING 1) SELECT NULL::bigint, count(_postgrest_t), '', nullif(current_setting('response.headers', true), ''), nullif(current_setting('response.status', true), ''), nullif(current_setting('pgrst.inserted', true), ''), NULL::text FROM (SELECT * FROM pgrst_source) AS _postgrest_t;

-- ### POST /todos?columns=task
-- Prefer: return=representation, missing=default
--
-- [{"task":"a"},{"task":"b"}]
-- => Aggregate  $1=Jsonb [{"task":"a"},{"task":"b"}]
/* r */ WITH pgrst_source AS (INSERT INTO "api"."todos"("task") SELECT pgrst_body."task" FROM (SELECT $1::jsonb AS json_data) pgrst_payload, LATERAL (SELECT jsonb_agg(jsonb_build_object() || ar_elem) AS val FROM jsonb_array_elements(pgrst_payload.json_data) ar_elem) pgrst_json_defs, LATERAL (SELECT "task" FROM jsonb_to_recordset(pgrst_json_defs.val) AS _("task" text)) pgrst_body RETURNING "api"."todos".*) SELECT NULL::bigint, count(_postgrest_t), coalesce(json_agg(_postgrest_t), '[]'), nullif(current_setting('response.headers', true), ''), nullif(current_setting('response.status', true), ''), nullif(current_setting('pgrst.inserted', true), ''), NULL::text FROM (SELECT "todos".* FROM pgrst_source AS "todos") AS _postgrest_t;

-- ### POST /todos
-- Prefer: return=headers-only
--
-- {"task":"a"}
-- => Aggregate  $1=Json {"task":"a"}
/* r */ WITH pgrst_source AS (INSERT INTO "api"."todos"("task") SELECT pgrst_body."task" FROM (SELECT $1::json AS json_data) pgrst_payload, LATERAL (SELECT "task" FROM json_to_record(pgrst_payload.json_data) AS _("task" text)) pgrst_body RETURNING "api"."todos".*) SELECT NULL::bigint, count(_postgrest_t), '', nullif(current_setting('response.headers', true), ''), nullif(current_setting('response.status', true), ''), nullif(current_setting('pgrst.inserted', true), ''), CASE WHEN count(_postgrest_t) = 1 THEN json_agg(_postgrest_t)->0 END FROM (SELECT * FROM pgrst_source) AS _postgrest_t;

-- ### POST /kv
-- Prefer: resolution=merge-duplicates
--
-- [{"k":"a","v":"1"}]
-- => Aggregate  $1=Json [{"k":"a","v":"1"}]
/* r */ WITH pgrst_source AS (INSERT INTO "api"."kv"("k", "v") SELECT pgrst_body."k", pgrst_body."v" FROM (SELECT $1::json AS json_data) pgrst_payload, LATERAL (SELECT "k", "v" FROM json_to_recordset(pgrst_payload.json_data) AS _("k" text, "v" text)) pgrst_body WHERE set_config('pgrst.inserted', (coalesce(nullif(current_setting('pgrst.inserted', true), '')::int, 0) + 1)::text, true) <> '0' ON CONFLICT ("k") DO UPDATE SET "k" = EXCLUDED."k", "v" = EXCLUDED."v" WHERE set_config('pgrst.inserted', (coalesce(nullif(current_setting('pgrst.inserted', true), '')::int, 0) - 1)::text, true) <> '-1' RETURNING 1) SELECT NULL::bigint, count(_postgrest_t), '', nullif(current_setting('response.headers', true), ''), nullif(current_setting('response.status', true), ''), nullif(current_setting('pgrst.inserted', true), ''), NULL::text FROM (SELECT * FROM pgrst_source) AS _postgrest_t;

-- ### POST /kv?on_conflict=k
-- Prefer: resolution=ignore-duplicates, return=representation
--
-- [{"k":"a","v":"1"}]
-- => Aggregate  $1=Json [{"k":"a","v":"1"}]
/* r */ WITH pgrst_source AS (INSERT INTO "api"."kv"("k", "v") SELECT pgrst_body."k", pgrst_body."v" FROM (SELECT $1::json AS json_data) pgrst_payload, LATERAL (SELECT "k", "v" FROM json_to_recordset(pgrst_payload.json_data) AS _("k" text, "v" text)) pgrst_body ON CONFLICT ("k") DO NOTHING RETURNING "api"."kv".*) SELECT NULL::bigint, count(_postgrest_t), coalesce(json_agg(_postgrest_t), '[]'), nullif(current_setting('response.headers', true), ''), nullif(current_setting('response.status', true), ''), nullif(current_setting('pgrst.inserted', true), ''), NULL::text FROM (SELECT "kv".* FROM pgrst_source AS "kv") AS _postgrest_t;

-- ### PUT /kv?k=eq.a
-- Prefer: return=representation
--
-- {"k":"a","v":"2"}
-- => Aggregate  $1=Json {"k":"a","v":"2"}, $2='a'
/* r */ WITH pgrst_source AS (INSERT INTO "api"."kv"("k", "v") SELECT pgrst_body."k", pgrst_body."v" FROM (SELECT $1::json AS json_data) pgrst_payload, LATERAL (SELECT "k", "v" FROM json_to_record(pgrst_payload.json_data) AS _("k" text, "v" text)) pgrst_body WHERE set_config('pgrst.inserted', (coalesce(nullif(current_setting('pgrst.inserted', true), '')::int, 0) + 1)::text, true) <> '0' AND "pgrst_body"."k" = $2 ON CONFLICT ("k") DO UPDATE SET "k" = EXCLUDED."k", "v" = EXCLUDED."v" WHERE set_config('pgrst.inserted', (coalesce(nullif(current_setting('pgrst.inserted', true), '')::int, 0) - 1)::text, true) <> '-1' RETURNING "api"."kv".*) SELECT NULL::bigint, count(_postgrest_t), coalesce(json_agg(_postgrest_t), '[]'), nullif(current_setting('response.headers', true), ''), nullif(current_setting('response.status', true), ''), nullif(current_setting('pgrst.inserted', true), ''), NULL::text FROM (SELECT "kv".* FROM pgrst_source AS "kv") AS _postgrest_t;

-- ### PATCH /todos?id=eq.1&or=(done.is.true,position.gt.3)
-- Prefer: return=representation
--
-- {"done":false}
-- => Aggregate  $1=Json {"done":false}, $2='3', $3='1'
/* r */ WITH pgrst_source AS (UPDATE "api"."todos" SET "done" = pgrst_body."done" FROM (SELECT $1::json AS json_data) pgrst_payload, LATERAL (SELECT "done" FROM json_to_record(pgrst_payload.json_data) AS _("done" boolean)) pgrst_body WHERE ("api"."todos"."done" IS TRUE OR "api"."todos"."position" > $2) AND "api"."todos"."id" = $3 RETURNING "api"."todos".*) SELECT NULL::bigint, count(_postgrest_t), coalesce(json_agg(_postgrest_t), '[]'), nullif(current_setting('response.headers', true), ''), nullif(current_setting('response.status', true), ''), nullif(current_setting('pgrst.inserted', true), ''), NULL::text FROM (SELECT "todos".* FROM pgrst_source AS "todos") AS _postgrest_t;

-- ### PATCH /projects?id=eq.1&select=id,clients(name)
-- Prefer: return=representation
--
-- {"title":"x"}
-- => Aggregate  $1=Json {"title":"x"}, $2='1'
/* r */ WITH pgrst_source AS (UPDATE "api"."projects" SET "title" = pgrst_body."title" FROM (SELECT $1::json AS json_data) pgrst_payload, LATERAL (SELECT "title" FROM json_to_record(pgrst_payload.json_data) AS _("title" text)) pgrst_body WHERE "api"."projects"."id" = $2 RETURNING "api"."projects"."client_id", "api"."projects"."id") SELECT NULL::bigint, count(_postgrest_t), coalesce(json_agg(_postgrest_t), '[]'), nullif(current_setting('response.headers', true), ''), nullif(current_setting('response.status', true), ''), nullif(current_setting('pgrst.inserted', true), ''), NULL::text FROM (SELECT "projects"."id" AS "id", row_to_json(ar_2.*)::jsonb AS "clients" FROM pgrst_source AS "projects" LEFT JOIN LATERAL (SELECT ar_1."name" AS "name" FROM "api"."clients" AS ar_1 WHERE ar_1."id" = "projects"."client_id") AS ar_2 ON TRUE) AS _postgrest_t;

-- ### PATCH /todos
--
-- {}
-- => Aggregate
/* r */ WITH pgrst_source AS (SELECT 1 FROM "api"."todos" WHERE FALSE) SELECT NULL::bigint, count(_postgrest_t), '', nullif(current_setting('response.headers', true), ''), nullif(current_setting('response.status', true), ''), nullif(current_setting('pgrst.inserted', true), ''), NULL::text FROM (SELECT * FROM pgrst_source) AS _postgrest_t;

-- ### DELETE /todos?id=eq.1&select=id
-- Prefer: return=representation
-- => Aggregate  $1='1'
/* r */ WITH pgrst_source AS (DELETE FROM "api"."todos" WHERE "api"."todos"."id" = $1 RETURNING "api"."todos"."id") SELECT NULL::bigint, count(_postgrest_t), coalesce(json_agg(_postgrest_t), '[]'), nullif(current_setting('response.headers', true), ''), nullif(current_setting('response.status', true), ''), nullif(current_setting('pgrst.inserted', true), ''), NULL::text FROM (SELECT "todos"."id" AS "id" FROM pgrst_source AS "todos") AS _postgrest_t;

-- ### POST /paints
--
-- {"id":9,"name":"x","color":"#ff0000"}
-- => Aggregate  $1=Json {"id":9,"name":"x","color":"#ff0000"}
/* r */ WITH pgrst_source AS (INSERT INTO "api"."paints"("color", "id", "name") SELECT pgrst_body."color", pgrst_body."id", pgrst_body."name" FROM (SELECT $1::json AS json_data) pgrst_payload, LATERAL (SELECT "api"."json_to_color"("color") AS "color", "id", "name" FROM json_to_record(pgrst_payload.json_data) AS _("color" json, "id" integer, "name" text)) pgrst_body RETURNING 1) SELECT NULL::bigint, count(_postgrest_t), '', nullif(current_setting('response.headers', true), ''), nullif(current_setting('response.status', true), ''), nullif(current_setting('pgrst.inserted', true), ''), NULL::text FROM (SELECT * FROM pgrst_source) AS _postgrest_t;

-- ### POST /todos
--
-- {"nope":1}
-- => PGRST204 Could not find the 'nope' column of 'todos' in the schema cache
