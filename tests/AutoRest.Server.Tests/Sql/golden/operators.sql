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

-- ### GET /all_types?select=id,c_point.$op(distance,"(1,2)"),far:c_point.$op(distance,"(1,2)")::text&c_point=distance.lt(3.5).(1,2)&order=c_point.distance."(1,2)"
-- => Rows  $1='(1,2)', $2='3.5'
/* r */ SELECT "api"."all_types"."id", to_json("api"."all_types"."c_point" OPERATOR("pg_catalog".<->) $1::point), CAST("api"."all_types"."c_point" OPERATOR("pg_catalog".<->) $1::point AS text) FROM "api"."all_types" WHERE ("api"."all_types"."c_point" OPERATOR("pg_catalog".<->) $1::point) < $2 ORDER BY "api"."all_types"."c_point" OPERATOR("pg_catalog".<->) $1::point;

-- ### GET /all_types?select=id&c_point=not.distance.gte(1).(1,2)&or=(c_point.plain.lt(2)."(0,0)",c_int_array.inside.{1,2},c_tsvector.not.query.fat)
-- => Rows  $1='(0,0)', $2='2', $3='{1,2}', $4='fat', $5='(1,2)', $6='1'
/* r */ SELECT "api"."all_types"."id" FROM "api"."all_types" WHERE (("api"."all_types"."c_point" OPERATOR(<->) $1::point) < $2 OR ("api"."all_types"."c_int_array" OPERATOR(<@) $3::integer[]) OR NOT ("api"."all_types"."c_tsvector" OPERATOR(@@) $4::tsquery)) AND NOT ("api"."all_types"."c_point" OPERATOR("pg_catalog".<->) $5::point) >= $6;

-- ### GET /all_types?select=id&c_tsvector=query.fat%26cat&c_varchar=query.cat&unknown_field=query.x&c_json->x=plain.lt(1).2&limit=2
-- Prefer: count=exact
-- => Rows  $1='fat&cat', $2='cat', $3='x', $4='x', $5='2', $6='1', $7='2', $8='0'
/* r */ SELECT ar_c.n, ar_p.* FROM (SELECT count(*) AS n FROM (SELECT 1 FROM "api"."all_types" WHERE ("api"."all_types"."c_tsvector" OPERATOR(@@) $1::tsquery) AND ("api"."all_types"."c_varchar" OPERATOR(@@) $2::character varying) AND ("api"."all_types"."unknown_field" OPERATOR(@@) $3) AND ("api"."all_types"."c_json"->$4 OPERATOR(<->) $5) < $6) AS ar_r) AS ar_c LEFT JOIN (SELECT TRUE, "api"."all_types"."id" FROM "api"."all_types" WHERE ("api"."all_types"."c_tsvector" OPERATOR(@@) $1::tsquery) AND ("api"."all_types"."c_varchar" OPERATOR(@@) $2::character varying) AND ("api"."all_types"."unknown_field" OPERATOR(@@) $3) AND ("api"."all_types"."c_json"->$4 OPERATOR(<->) $5) < $6 LIMIT $7 OFFSET $8) AS ar_p ON TRUE;

-- ### GET /clients?select=id,projects(id,d:id.$op(plain,5),e:id.$op(plain,5)::text)&projects.id=plain.lt(3).5
-- => Rows  $1='5', $2='3'
/* r */ SELECT "api"."clients"."id", ar_2."d", ar_2."e", ar_2."id" FROM "api"."clients" LEFT JOIN LATERAL (SELECT array_agg(to_jsonb(ar_2."d")) AS "d", array_agg(ar_2."e") AS "e", array_agg(ar_2."id") AS "id" FROM (SELECT ar_1."id" AS "id", ar_1."id" OPERATOR(<->) $1::integer AS "d", CAST(ar_1."id" OPERATOR(<->) $1::integer AS text) AS "e" FROM "api"."projects" AS ar_1 WHERE (ar_1."id" OPERATOR(<->) $1::integer) < $2 AND ar_1."client_id" = "api"."clients"."id") AS ar_2) AS ar_2 ON TRUE;

-- ### GET /clients?select=id,...projects(tags.$op(inside,{a}))
-- => Rows  $1='{a}'
/* r */ SELECT "api"."clients"."id", ar_2."inside" FROM "api"."clients" LEFT JOIN LATERAL (SELECT NULLIF(count(*), 0) AS ar_rows, COALESCE(json_agg(ar_2."inside"), '[]')::jsonb AS "inside" FROM (SELECT ar_1."tags" OPERATOR(<@) $1::text[] AS "inside" FROM "api"."projects" AS ar_1 WHERE ar_1."client_id" = "api"."clients"."id") AS ar_2) AS ar_2 ON TRUE;

-- ### GET /projects?select=id,...clients(id.$op(plain,5).min(),plain:id.$op(plain,6))
-- => Aggregate  $1='5', $2='6'
/* r */ SELECT NULL::bigint, count(_postgrest_t), coalesce(json_agg(_postgrest_t), '[]'), nullif(current_setting('response.headers', true), ''), nullif(current_setting('response.status', true), ''), NULL::text, NULL::text FROM (SELECT "api"."projects"."id" AS "id", MIN(ar_2."min") AS "min", ar_2."plain" AS "plain" FROM "api"."projects" LEFT JOIN LATERAL (SELECT ar_1."id" OPERATOR(<->) $1::integer AS "min", ar_1."id" OPERATOR(<->) $2::integer AS "plain" FROM "api"."clients" AS ar_1 WHERE ar_1."id" = "api"."projects"."client_id") AS ar_2 ON TRUE GROUP BY "api"."projects"."id", ar_2."plain") AS _postgrest_t;

-- ### GET /projects?select=plain:id.$op(plain,5),id.$op(plain,6)::text,id.count()
-- => Aggregate  $1='5', $2='6'
/* r */ SELECT NULL::bigint, count(_postgrest_t), coalesce(json_agg(_postgrest_t), '[]'), nullif(current_setting('response.headers', true), ''), nullif(current_setting('response.status', true), ''), NULL::text, NULL::text FROM (SELECT "api"."projects"."id" OPERATOR(<->) $1::integer AS "plain", CAST("api"."projects"."id" OPERATOR(<->) $2::integer AS text) AS "plain", COUNT("api"."projects"."id") AS "count" FROM "api"."projects" GROUP BY "api"."projects"."id" OPERATOR(<->) $1::integer, "api"."projects"."id" OPERATOR(<->) $2::integer) AS _postgrest_t;

-- ### GET /all_types?select=c_point.$op(distance,"(1,2)")
-- Accept: text/csv
-- => Aggregate  $1='(1,2)'
/* r */ SELECT NULL::bigint, count(_postgrest_t), coalesce((SELECT string_agg(ar_k, ',') FROM json_object_keys(json_agg(_postgrest_t)->0) AS ar_k), '') || E'
' || coalesce(string_agg(substring(_postgrest_t::text, 2, length(_postgrest_t::text) - 2), E'
'), ''), nullif(current_setting('response.headers', true), ''), nullif(current_setting('response.status', true), ''), NULL::text, NULL::text FROM (SELECT "api"."all_types"."c_point" OPERATOR("pg_catalog".<->) $1::point AS "distance" FROM "api"."all_types") AS _postgrest_t;

-- ### PATCH /clients?id=plain.lt(1).5&select=id,near:id.$op(plain,5)
-- Prefer: return=representation
--
-- {"name":"y"}
-- => Aggregate  $1=Json {"name":"y"}, $2='5', $3='1', $4='5'
/* r */ WITH pgrst_source AS (UPDATE "api"."clients" SET "name" = pgrst_body."name" FROM (SELECT $1::json AS json_data) pgrst_payload, LATERAL (SELECT "name" FROM json_to_record(pgrst_payload.json_data) AS _("name" text)) pgrst_body WHERE ("api"."clients"."id" OPERATOR(<->) $2::integer) < $3 RETURNING "api"."clients"."id") SELECT NULL::bigint, count(_postgrest_t), coalesce(json_agg(_postgrest_t), '[]'), nullif(current_setting('response.headers', true), ''), nullif(current_setting('response.status', true), ''), nullif(current_setting('pgrst.inserted', true), ''), NULL::text FROM (SELECT "clients"."id" AS "id", "clients"."id" OPERATOR(<->) $4::integer AS "near" FROM pgrst_source AS "clients") AS _postgrest_t;

-- ### DELETE /clients?and=(id.plain.lt(1).5,id.plain.gt(0).5)
-- => Aggregate  $1='5', $2='1', $3='0'
/* r */ WITH pgrst_source AS (DELETE FROM "api"."clients" WHERE (("api"."clients"."id" OPERATOR(<->) $1::integer) < $2 AND ("api"."clients"."id" OPERATOR(<->) $1::integer) > $3) RETURNING 1) SELECT NULL::bigint, count(_postgrest_t), '', nullif(current_setting('response.headers', true), ''), nullif(current_setting('response.status', true), ''), nullif(current_setting('pgrst.inserted', true), ''), NULL::text FROM (SELECT * FROM pgrst_source) AS _postgrest_t;

-- ### GET /all_types?select=id,c_tsvector.$op(rank,fat)::text&c_text=not.starts.a&or=(c_tsvector.rank.gt(0.1).fat,c_varchar.starts.a)&order=c_tsvector.rank."fat|cat".desc
-- => Rows  $1='fat', $2='0.1', $3='a', $4='a', $5='fat|cat'
/* r */ SELECT "api"."all_types"."id", CAST("ts_rank"("api"."all_types"."c_tsvector", $1::tsquery) AS text) FROM "api"."all_types" WHERE (("ts_rank"("api"."all_types"."c_tsvector", $1::tsquery)) > $2 OR ("pg_catalog"."starts_with"("api"."all_types"."c_varchar", $3::character varying))) AND NOT ("pg_catalog"."starts_with"("api"."all_types"."c_text", $4::text)) ORDER BY "ts_rank"("api"."all_types"."c_tsvector", $5::tsquery) DESC;
