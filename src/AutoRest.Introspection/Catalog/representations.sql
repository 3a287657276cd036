-- Implicit casts with a function between a domain and json or text. The one place where privileges matter: a cast whose
-- function the connecting role may not execute is as good as absent.
SELECT
  format_type(c.castsource, NULL) AS source,
  format_type(c.casttarget, NULL) AS target,
  n.nspname::text AS function_schema,
  p.proname::text AS function_name
FROM pg_cast c
JOIN pg_type s ON s.oid = c.castsource
JOIN pg_type t ON t.oid = c.casttarget
JOIN pg_proc p ON p.oid = c.castfunc
JOIN pg_namespace n ON n.oid = p.pronamespace
WHERE c.castcontext = 'i'
  AND c.castmethod = 'f'
  AND (s.typtype = 'd' AND c.casttarget IN ('json'::regtype, 'text'::regtype)
    OR t.typtype = 'd' AND c.castsource IN ('json'::regtype, 'text'::regtype))
  AND has_function_privilege(c.castfunc, 'EXECUTE')
ORDER BY c.oid
