-- Arguments of the functions of the exposed schemas ($1: text[]), output ones too, in order.
SELECT
  p.oid::bigint AS routine,
  coalesce(p.proargnames[a.position], '')::text AS name,
  a.type::bigint AS type,
  coalesce(p.proargmodes[a.position], 'i')::text AS mode
FROM pg_proc p
JOIN pg_namespace n ON n.oid = p.pronamespace
-- proallargtypes is only there when some argument is not IN.
CROSS JOIN LATERAL unnest(coalesce(p.proallargtypes, p.proargtypes::oid[])) WITH ORDINALITY AS a (type, position)
WHERE n.nspname = ANY ($1::text[])
  AND p.prokind = 'f'
ORDER BY p.oid, a.position
