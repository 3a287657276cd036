-- Functions from a row of one relation to rows of another, whose relations and own schema are exposed ($1: text[]).
SELECT
  fs.nspname::text AS function_schema,
  p.proname::text AS function_name,
  os.nspname::text AS origin_schema,
  o.relname::text AS origin_name,
  ts.nspname::text AS target_schema,
  t.relname::text AS target_name,
  NOT p.proretset OR p.prorows = 1 AS to_one
FROM pg_proc p
JOIN pg_namespace fs ON fs.oid = p.pronamespace
-- reltype is 0 for relations without a row type; no function takes or returns type 0.
JOIN pg_class o ON o.reltype = p.proargtypes[0] AND o.relkind IN ('r', 'p', 'v', 'm', 'f')
JOIN pg_namespace os ON os.oid = o.relnamespace
JOIN pg_class t ON t.reltype = p.prorettype AND t.relkind IN ('r', 'p', 'v', 'm', 'f')
JOIN pg_namespace ts ON ts.oid = t.relnamespace
WHERE p.prokind = 'f'
  AND p.pronargs = 1
  AND fs.nspname = ANY ($1::text[])
  AND os.nspname = ANY ($1::text[])
  AND ts.nspname = ANY ($1::text[])
ORDER BY p.oid
