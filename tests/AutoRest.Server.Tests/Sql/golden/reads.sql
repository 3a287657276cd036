-- ### GET /todos
-- => Rows
/* r */ SELECT "api"."todos"."id", "api"."todos"."task", "api"."todos"."done", "api"."todos"."due", "api"."todos"."position" FROM "api"."todos";

-- ### GET /todos?id=eq.1&select=id,task
-- => Rows  $1='1'
/* r */ SELECT "api"."todos"."id", "api"."todos"."task" FROM "api"."todos" WHERE "api"."todos"."id" = $1;

-- ### GET /todos?select=id,what:task,due::date,position::text
-- => Rows
/* r */ SELECT "api"."todos"."id", "api"."todos"."task", to_json(CAST("api"."todos"."due" AS date)), CAST("api"."todos"."position" AS text) FROM "api"."todos";

-- ### GET /clients?select=id,city:meta->>city,meta->labels->0,main_contact->>name&meta->>city=eq.Lima
-- => Rows  $1='city', $2='labels', $3='+0', $4='name', $5='city', $6='Lima'
/* r */ SELECT "api"."clients"."id", "api"."clients"."meta"->>$1, "api"."clients"."meta"->$2->$3::int, to_jsonb("api"."clients"."main_contact")->>$4 FROM "api"."clients" WHERE "api"."clients"."meta"->>$5 = $6;

-- ### GET /todos?done=is.false&task=not.ilike.*x*&position=gte.3&order=due.desc.nullslast,id&limit=5&offset=10
-- => Rows  $1='%x%', $2='3', $3='5', $4='10'
/* r */ SELECT "api"."todos"."id", "api"."todos"."task", "api"."todos"."done", "api"."todos"."due", "api"."todos"."position" FROM "api"."todos" WHERE "api"."todos"."done" IS FALSE AND NOT "api"."todos"."task" ilike $1 AND "api"."todos"."position" >= $2 ORDER BY "api"."todos"."due" DESC NULLS LAST, "api"."todos"."id" LIMIT $3 OFFSET $4;

-- ### GET /todos?or=(id.eq.1,and(done.is.true,not.or(position.lt.5,due.is.null)))&id=in.(1,2,3)
-- => Rows  $1='1', $2='5', $3='{"1","2","3"}'
/* r */ SELECT "api"."todos"."id", "api"."todos"."task", "api"."todos"."done", "api"."todos"."due", "api"."todos"."position" FROM "api"."todos" WHERE ("api"."todos"."id" = $1 OR ("api"."todos"."done" IS TRUE AND NOT ("api"."todos"."position" < $2 OR "api"."todos"."due" IS NULL))) AND "api"."todos"."id" = ANY ($3);

-- ### GET /projects?tags=cs.{web}&period=ov.[2024-01-01,2024-02-01)&title=like(any).{A*,B*}
-- => Rows  $1='{web}', $2='[2024-01-01,2024-02-01)', $3='{A%,B%}'
/* r */ SELECT "api"."projects"."id", "api"."projects"."client_id", "api"."projects"."title", "api"."projects"."budget", to_json("api"."projects"."tags"), to_json("api"."projects"."period"), "api"."projects"."settings", "api"."projects"."lead_id", "api"."projects"."backup_id", "api"."projects"."is_active" FROM "api"."projects" WHERE "api"."projects"."tags" @> $1 AND "api"."projects"."period" && $2 AND "api"."projects"."title" like ANY ($3);

-- ### GET /articles?doc=fts(english).cat&body=wfts.rats&meta->>topic=plfts(simple).cats
-- => Rows  $1='english', $2='cat', $3='rats', $4='simple', $5='topic', $6='cats'
/* r */ SELECT "api"."articles"."id", "api"."articles"."title", "api"."articles"."body", to_json("api"."articles"."lang"), to_json("api"."articles"."doc"), "api"."articles"."meta" FROM "api"."articles" WHERE "api"."articles"."doc" @@ to_tsquery($1, $2) AND to_tsvector("api"."articles"."body") @@ websearch_to_tsquery($3) AND to_tsvector($4, "api"."articles"."meta"->>$5) @@ plainto_tsquery($4, $6);

-- ### GET /paints?color=eq.%23ff0000&fallback=in.(%23000000,%23ffffff)
-- => Rows  $1='#ff0000', $2='{"#000000","#ffffff"}'
/* r */ SELECT "api"."paints"."id", "api"."paints"."name", "api"."color_to_json"("api"."paints"."color"), "api"."color_to_json"("api"."paints"."fallback"), "api"."epoch_to_json"("api"."paints"."mixed") FROM "api"."paints" WHERE "api"."paints"."color" = "api"."text_to_color"($1) AND "api"."paints"."fallback" = ANY (SELECT "api"."text_to_color"(unnest($2::text[])));

-- ### GET /all_types
-- => Rows
/* r */ SELECT "api"."all_types"."id", "api"."all_types"."c_int2", "api"."all_types"."c_int8", to_json("api"."all_types"."c_float4"), to_json("api"."all_types"."c_float8"), "api"."all_types"."c_numeric", to_json("api"."all_types"."c_money"), "api"."all_types"."c_bool", "api"."all_types"."c_text", "api"."all_types"."c_varchar", "api"."all_types"."c_char", "api"."all_types"."c_name", "api"."all_types"."c_uuid", "api"."all_types"."c_date", to_json("api"."all_types"."c_time"), to_json("api"."all_types"."c_timetz"), "api"."all_types"."c_timestamp", "api"."all_types"."c_timestamptz", to_json("api"."all_types"."c_interval"), to_json("api"."all_types"."c_bytea"), "api"."all_types"."c_json", "api"."all_types"."c_jsonb", to_json("api"."all_types"."c_int4range"), to_json("api"."all_types"."c_numrange"), to_json("api"."all_types"."c_tstzrange"), to_json("api"."all_types"."c_multirange"), to_json("api"."all_types"."c_tsvector"), to_json("api"."all_types"."c_tsquery"), to_json("api"."all_types"."c_inet"), to_json("api"."all_types"."c_cidr"), to_json("api"."all_types"."c_macaddr"), to_json("api"."all_types"."c_point"), to_json("api"."all_types"."c_xml"), to_json("api"."all_types"."c_bit"), to_json("api"."all_types"."c_varbit"), to_json("api"."all_types"."c_int_array"), to_json("api"."all_types"."c_text_array"), to_json("api"."all_types"."c_matrix"), to_json("api"."all_types"."c_enum"), to_json("api"."all_types"."c_enum_array"), to_json("api"."all_types"."c_composite"), "api"."all_types"."c_domain", to_json("api"."all_types"."c_oid"), to_json("api"."all_types"."c_jsonb_array") FROM "api"."all_types";

-- ### GET /todos?limit=3
-- Prefer: count=exact
-- => Rows  $1='3', $2='0'
/* r */ SELECT ar_c.n, ar_p.* FROM (SELECT count(*) AS n FROM (SELECT 1 FROM "api"."todos") AS ar_r) AS ar_c LEFT JOIN (SELECT TRUE, "api"."todos"."id", "api"."todos"."task", "api"."todos"."done", "api"."todos"."due", "api"."todos"."position" FROM "api"."todos" LIMIT $1 OFFSET $2) AS ar_p ON TRUE;

-- ### GET /todos?done=is.true
-- Prefer: count=planned
-- => Rows
/* r */ SELECT "api"."todos"."id", "api"."todos"."task", "api"."todos"."done", "api"."todos"."due", "api"."todos"."position" FROM "api"."todos" WHERE "api"."todos"."done" IS TRUE;

-- ### GET /todos
-- Accept: text/csv
-- => Rows
/* r */ SELECT "api"."todos"."id"::text, "api"."todos"."task", "api"."todos"."done", "api"."todos"."due"::text, "api"."todos"."position"::text FROM "api"."todos";

-- ### GET /todos?id=eq.1
-- Accept: application/vnd.pgrst.object+json
-- => Rows  $1='1'
/* r */ SELECT "api"."todos"."id", "api"."todos"."task", "api"."todos"."done", "api"."todos"."due", "api"."todos"."position" FROM "api"."todos" WHERE "api"."todos"."id" = $1;

-- ### GET /todos
-- Accept: application/vnd.pgrst.array+json;nulls=stripped
-- => Aggregate
/* r */ SELECT NULL::bigint, count(_postgrest_t), coalesce(json_strip_nulls(json_agg(_postgrest_t)), '[]'), nullif(current_setting('response.headers', true), ''), nullif(current_setting('response.status', true), ''), NULL::text, NULL::text FROM (SELECT "api"."todos".* FROM "api"."todos") AS _postgrest_t;

-- ### GET /users
-- Accept: application/vnd.workshop.v1+json
-- => Aggregate
/* r */ SELECT NULL::bigint, count(_postgrest_t), "api"."users_v1"(_postgrest_t::"api"."users"), nullif(current_setting('response.headers', true), ''), nullif(current_setting('response.status', true), ''), NULL::text, NULL::text FROM (SELECT "api"."users".* FROM "api"."users") AS _postgrest_t;

-- ### GET /todos?id=eq.1
-- Accept: application/vnd.pgrst.plan+json; options=analyze|verbose
-- => Lines  $1='1'
/* r */ EXPLAIN (FORMAT JSON, ANALYZE, VERBOSE) SELECT NULL::bigint, count(_postgrest_t), coalesce(json_agg(_postgrest_t), '[]'), nullif(current_setting('response.headers', true), ''), nullif(current_setting('response.status', true), ''), NULL::text, NULL::text FROM (SELECT "api"."todos".* FROM "api"."todos" WHERE "api"."todos"."id" = $1) AS _postgrest_t;

-- ### GET /nothing
-- => PGRST205 Could not find the table 'api.nothing' in the schema cache
