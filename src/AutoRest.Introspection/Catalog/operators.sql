-- The binary operators and functions that the configuration names: schema ($1: text[], '' is any of the search path) and symbol ($2: text[]) go in pairs. The search path of
-- requests is one of the exposed schemas ($3: text[]), the extra one ($4: text[]) and, always, pg_catalog. A symbol that ends with () is a function that can be
-- called with two values.
WITH found AS (
  SELECT
    wanted.schema,
    wanted.symbol,
    format_type(o.oprleft, NULL) AS left_type,
    format_type(o.oprright, NULL) AS right_type,
    p.provolatile = 'v' AS is_volatile,
    o.oprnamespace AS namespace,
    o.oid
  FROM unnest($1::text[], $2::text[]) AS wanted (schema, symbol)
  JOIN pg_operator o ON o.oprname::text = wanted.symbol AND o.oprkind = 'b'
  JOIN pg_proc p ON p.oid = o.oprcode
  UNION ALL
  SELECT
    wanted.schema,
    wanted.symbol,
    format_type(p.proargtypes[0], NULL),
    format_type(p.proargtypes[1], NULL),
    p.provolatile = 'v',
    p.pronamespace,
    p.oid
  FROM unnest($1::text[], $2::text[]) AS wanted (schema, symbol)
  JOIN pg_proc p ON p.proname::text || '()' = wanted.symbol
  WHERE p.prokind = 'f'
    AND NOT p.proretset
    AND p.provariadic = 0
    AND 2 BETWEEN p.pronargs - p.pronargdefaults AND p.pronargs
)
SELECT f.schema, f.symbol, f.left_type, f.right_type, f.is_volatile
FROM found f
JOIN pg_namespace n ON n.oid = f.namespace
WHERE n.nspname::text = f.schema
   OR f.schema = '' AND (n.nspname = 'pg_catalog' OR n.nspname = ANY ($3::text[]) OR n.nspname = ANY ($4::text[]))
ORDER BY f.schema, f.symbol, f.oid
