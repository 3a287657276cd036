-- What the functions of the exposed schemas ($1: text[]) give back, as declared.
SELECT p.oid::bigint AS routine, p.prorettype::bigint AS type, p.prorows = 1 AS one_row
FROM pg_proc p
JOIN pg_namespace n ON n.oid = p.pronamespace
WHERE n.nspname = ANY ($1::text[])
  AND p.prokind = 'f'
ORDER BY p.oid
