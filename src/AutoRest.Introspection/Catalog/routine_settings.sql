-- SET clauses of the functions of the exposed schemas ($1: text[]).
SELECT p.oid::bigint AS routine, s.entry
FROM pg_proc p
JOIN pg_namespace n ON n.oid = p.pronamespace
CROSS JOIN LATERAL unnest(p.proconfig) WITH ORDINALITY AS s (entry, position)
WHERE n.nspname = ANY ($1::text[])
  AND p.prokind = 'f'
ORDER BY p.oid, s.position
