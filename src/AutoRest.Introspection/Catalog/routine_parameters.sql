-- Input parameters of the functions of the exposed schemas ($1: text[]), in order.
SELECT
  p.oid::bigint AS routine,
  -- proargnames and proargmodes run over all arguments, not only the input ones: an OUT argument may stand before an IN argument.
  coalesce(p.proargnames[a.position], '')::text AS name,
  format_type(a.type, NULL) AS type,
  -- Without a length, these two would mean a length of 1 in generated SQL.
  CASE a.type
    WHEN 'bit'::regtype THEN 'bit varying'
    WHEN 'bit[]'::regtype THEN 'bit varying[]'
    WHEN 'character'::regtype THEN 'character varying'
    WHEN 'character[]'::regtype THEN 'character varying[]'
    ELSE format_type(a.type, NULL)
  END AS call_type,
  row_number() OVER (PARTITION BY p.oid ORDER BY a.position) <= p.pronargs - p.pronargdefaults AS is_required,
  coalesce(p.proargmodes[a.position] = 'v', FALSE) AS is_variadic
FROM pg_proc p
JOIN pg_namespace n ON n.oid = p.pronamespace
-- proallargtypes is only there when some argument is not IN.
CROSS JOIN LATERAL unnest(coalesce(p.proallargtypes, p.proargtypes::oid[])) WITH ORDINALITY AS a (type, position)
WHERE n.nspname = ANY ($1::text[])
  AND p.prokind = 'f'
  AND coalesce(p.proargmodes[a.position] IN ('i', 'b', 'v'), TRUE)
ORDER BY p.oid, a.position
