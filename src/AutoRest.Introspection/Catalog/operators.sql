-- The binary operators that the configuration names: schema ($1: text[], '' is any of the search path) and symbol ($2: text[]) go in pairs. The search path of
-- requests is one of the exposed schemas ($3: text[]), the extra one ($4: text[]) and, always, pg_catalog.
SELECT
  wanted.schema,
  wanted.symbol,
  format_type(o.oprleft, NULL) AS left_type,
  format_type(o.oprright, NULL) AS right_type,
  p.provolatile = 'v' AS is_volatile
FROM unnest($1::text[], $2::text[]) AS wanted (schema, symbol)
JOIN pg_operator o ON o.oprname::text = wanted.symbol AND o.oprkind = 'b'
JOIN pg_namespace n ON n.oid = o.oprnamespace
JOIN pg_proc p ON p.oid = o.oprcode
WHERE n.nspname::text = wanted.schema
   OR wanted.schema = '' AND (n.nspname = 'pg_catalog' OR n.nspname = ANY ($3::text[]) OR n.nspname = ANY ($4::text[]))
ORDER BY wanted.schema, wanted.symbol, o.oid
