-- ### GET /all_types?select=id&order=c_point.distance.[1,2].desc,id
-- => Rows  $1='[1,2]'
/* r */ SELECT "api"."all_types"."id" FROM "api"."all_types" ORDER BY "api"."all_types"."c_point" OPERATOR("pg_catalog".<->) $1::point DESC, "api"."all_types"."id";

-- ### GET /all_types?select=id&order=c_point.plain."(1,2)"
-- => Rows  $1='(1,2)'
/* r */ SELECT "api"."all_types"."id" FROM "api"."all_types" ORDER BY "api"."all_types"."c_point" OPERATOR(<->) $1::point;

-- ### GET /all_types?select=id&order=c_varchar.plain."longer%20than%20the%20column"
-- => Rows  $1='longer than the column'
/* r */ SELECT "api"."all_types"."id" FROM "api"."all_types" ORDER BY "api"."all_types"."c_varchar" OPERATOR(<->) $1::character varying;

-- ### GET /clients?select=id,projects(id)&projects.order=id.plain."1"&projects.limit=2
-- => Rows  $1='1', $2='2', $3='0'
/* r */ SELECT "api"."clients"."id", ar_2."id" FROM "api"."clients" LEFT JOIN LATERAL (SELECT array_agg(ar_2."id") AS "id" FROM (SELECT ar_1."id" AS "id" FROM "api"."projects" AS ar_1 WHERE ar_1."client_id" = "api"."clients"."id" ORDER BY ar_1."id" OPERATOR(<->) $1::integer LIMIT $2 OFFSET $3) AS ar_2) AS ar_2 ON TRUE;

-- ### GET /clients?select=id&order=meta->x.plain."1"
-- => Rows  $1='x', $2='1'
/* r */ SELECT "api"."clients"."id" FROM "api"."clients" ORDER BY "api"."clients"."meta"->$1 OPERATOR(<->) $2;

-- ### GET /clients?select=id&order=unknown_field.plain."1"
-- => Rows  $1='1'
/* r */ SELECT "api"."clients"."id" FROM "api"."clients" ORDER BY "api"."clients"."unknown_field" OPERATOR(<->) $1;

-- ### GET /clients?select=id&order=name.other."x"
-- => PGRST100 "failed to parse order (name.other."x")" (line 1, column 6)

-- ### GET /clients?select=id,...projects(name)&projects.order=name.plain."x".desc
-- => Rows  $1='x'
/* r */ SELECT "api"."clients"."id", ar_2."name" FROM "api"."clients" LEFT JOIN LATERAL (SELECT NULLIF(count(*), 0) AS ar_rows, COALESCE(json_agg(ar_2."name" ORDER BY ar_2.ar_order0 DESC), '[]')::jsonb AS "name" FROM (SELECT ar_1."name" AS "name", ar_1."name" OPERATOR(<->) $1 AS ar_order0 FROM "api"."projects" AS ar_1 WHERE ar_1."client_id" = "api"."clients"."id") AS ar_2) AS ar_2 ON TRUE;

-- ### GET /all_types?select=id&order=c_point.distance."(1,2)"&limit=3
-- Prefer: count=exact
-- => Rows  $1='(1,2)', $2='3', $3='0'
/* r */ SELECT ar_c.n, ar_p.* FROM (SELECT count(*) AS n FROM (SELECT 1 FROM "api"."all_types") AS ar_r) AS ar_c LEFT JOIN (SELECT TRUE, "api"."all_types"."id" FROM "api"."all_types" ORDER BY "api"."all_types"."c_point" OPERATOR("pg_catalog".<->) $1::point LIMIT $2 OFFSET $3) AS ar_p ON TRUE;

-- ### PATCH /clients?id=eq.1&order=name.plain."x"
-- Prefer: return=representation
--
-- {"name":"y"}
-- => Aggregate  $1=Json {"name":"y"}, $2='1', $3='x'
/* r */ WITH pgrst_source AS (UPDATE "api"."clients" SET "name" = pgrst_body."name" FROM (SELECT $1::json AS json_data) pgrst_payload, LATERAL (SELECT "name" FROM json_to_record(pgrst_payload.json_data) AS _("name" text)) pgrst_body WHERE "api"."clients"."id" = $2 RETURNING "api"."clients".*) SELECT NULL::bigint, count(_postgrest_t), coalesce(json_agg(_postgrest_t), '[]'), nullif(current_setting('response.headers', true), ''), nullif(current_setting('response.status', true), ''), nullif(current_setting('pgrst.inserted', true), ''), NULL::text FROM (SELECT "clients".* FROM pgrst_source AS "clients" ORDER BY "clients"."name" OPERATOR(<->) $3::text) AS _postgrest_t;
