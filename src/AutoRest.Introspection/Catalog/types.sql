-- Every type, for descriptions of the API in other languages. Names as generated SQL has them.
SELECT
  t.oid::bigint AS id,
  n.nspname::text AS schema,
  t.typname::text AS name,
  format_type(t.oid, NULL) AS text,
  t.typtype::text AS kind,
  -- A domain over an array is in the same category, but has no elements itself.
  CASE WHEN t.typtype = 'b' AND t.typcategory = 'A' THEN t.typelem::bigint ELSE 0 END AS element,
  t.typbasetype::bigint AS base,
  t.typrelid::bigint AS relation
FROM pg_type t
JOIN pg_namespace n ON n.oid = t.typnamespace
ORDER BY t.oid
