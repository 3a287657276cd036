-- Aggregates and functions of the exposed schemas ($1: text[]) that return a domain named like a media type.
WITH media_type AS (
  SELECT t.oid, n.nspname AS schema, t.typname AS name
  FROM pg_type t
  JOIN pg_namespace n ON n.oid = t.typnamespace
  WHERE t.typtype = 'd'
    AND (t.typname ~* '^[A-Za-z0-9.-]+/[A-Za-z0-9.+-]+$' OR t.typname = '*/*')
)
SELECT
  -- Of an aggregate: the relation whose rows it takes, nothing for anyelement. Of a function: itself.
  CASE WHEN p.prokind = 'f' THEN s.nspname WHEN r.oid IS NOT NULL THEN rs.nspname END::text AS target_schema,
  CASE WHEN p.prokind = 'f' THEN p.proname WHEN r.oid IS NOT NULL THEN r.relname END::text AS target_name,
  lower(m.name::text) AS media_type,
  s.nspname::text AS function_schema,
  p.proname::text AS function_name,
  m.schema::text AS domain_schema,
  m.name::text AS domain_name,
  p.prokind = 'a' AS is_aggregate
FROM media_type m
JOIN pg_proc p ON p.prorettype = m.oid
JOIN pg_namespace s ON s.oid = p.pronamespace
LEFT JOIN pg_class r ON p.prokind = 'a' AND r.reltype = p.proargtypes[0] AND r.relkind IN ('r', 'p', 'v', 'm', 'f')
LEFT JOIN pg_namespace rs ON rs.oid = r.relnamespace
WHERE s.nspname = ANY ($1::text[])
  AND (p.prokind = 'f' AND NOT p.proretset
    OR p.prokind = 'a' AND p.pronargs = 1 AND (r.oid IS NOT NULL OR p.proargtypes[0] = 'anyelement'::regtype))
ORDER BY p.oid
