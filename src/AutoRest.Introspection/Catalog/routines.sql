-- Functions of the exposed schemas ($1: text[]). Whether one can be called at all depends on its parameters, and is decided later.
WITH RECURSIVE step AS (
  SELECT t.oid AS domain, t.typbasetype AS base
  FROM pg_type t
  WHERE t.typtype = 'd'
  UNION ALL
  SELECT step.domain, t.typbasetype
  FROM step
  JOIN pg_type t ON t.oid = step.base AND t.typtype = 'd'
)
SELECT
  p.oid::bigint AS id,
  n.nspname::text AS schema,
  p.proname::text AS name,
  d.description,
  p.provolatile::text AS volatility,
  p.proretset AS returns_set,
  -- An OUT, INOUT or TABLE argument makes columns, even a single one.
  coalesce(p.proargmodes && ARRAY['o', 'b', 't']::"char"[], FALSE) AS has_out,
  t.typtype = 'c' AS returns_row,
  r.nspname::text AS return_schema,
  t.typname::text AS return_type,
  format_type(p.prorettype, NULL) AS return_text
FROM pg_proc p
JOIN pg_namespace n ON n.oid = p.pronamespace
LEFT JOIN (step JOIN pg_type ultimate ON ultimate.oid = step.base AND ultimate.typtype <> 'd') ON step.domain = p.prorettype
JOIN pg_type t ON t.oid = coalesce(step.base, p.prorettype)
JOIN pg_namespace r ON r.oid = t.typnamespace
LEFT JOIN pg_description d ON d.classoid = 'pg_proc'::regclass AND d.objoid = p.oid AND d.objsubid = 0
WHERE n.nspname = ANY ($1::text[])
  AND p.prokind = 'f'
  AND t.oid <> 'trigger'::regtype
ORDER BY p.oid
