-- Such a function runs with its owner's rights, and its names are looked up in the caller's search_path. SQL-standard bodies are resolved when created.
SELECT 'error', f.oid::regprocedure::text,
  format('is SECURITY DEFINER without a search_path: a caller can make it run code of their own as %s', pg_get_userbyid(f.proowner)),
  format('ALTER %s %s SET search_path = %I, pg_temp;', CASE f.prokind WHEN 'p' THEN 'PROCEDURE' ELSE 'FUNCTION' END, f.oid::regprocedure, n.nspname)
FROM pg_proc f JOIN pg_namespace n ON n.oid = f.pronamespace
WHERE f.prosecdef AND f.prosqlbody IS NULL
  AND n.nspname NOT IN ('pg_catalog', 'information_schema')
  AND NOT EXISTS (SELECT FROM unnest(f.proconfig) AS c WHERE c LIKE 'search\_path=%')
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = f.oid AND d.deptype = 'e')
  AND (n.oid IN (SELECT oid FROM exposed)
    OR EXISTS (SELECT FROM api_role r WHERE has_function_privilege(r.oid, f.oid, 'EXECUTE') AND has_schema_privilege(r.oid, n.oid, 'USAGE')))
