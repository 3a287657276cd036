-- A view reads with its owner's rights unless it is told otherwise; an owner of the table, a superuser and a role with BYPASSRLS see all rows.
SELECT DISTINCT 'warning', v.oid::regclass::text,
  format('shows rows of %s with the rights of %s, past the table''s policies', t.oid::regclass, o.rolname),
  CASE WHEN current_setting('server_version_num')::int >= 150000 THEN format('ALTER VIEW %s SET (security_invoker = true);', v.oid::regclass)
    ELSE format('REVOKE ALL ON %s FROM PUBLIC, %s; -- security_invoker needs PostgreSQL 15', v.oid::regclass,
      (SELECT string_agg(quote_ident(rolname), ', ') FROM api_role JOIN pg_roles USING (oid))) END
FROM pg_class v
  JOIN exposed n ON n.oid = v.relnamespace
  JOIN pg_rewrite w ON w.ev_class = v.oid
  JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid AND d.refclassid = 'pg_class'::regclass
  JOIN pg_class t ON t.oid = d.refobjid AND t.relkind IN ('r', 'p') AND t.relrowsecurity
  JOIN pg_roles o ON o.oid = v.relowner
WHERE v.relkind = 'v'
  AND (o.rolsuper OR o.rolbypassrls OR (t.relowner = o.oid AND NOT t.relforcerowsecurity))
  AND NOT coalesce((SELECT option_value::boolean FROM pg_options_to_table(v.reloptions) WHERE option_name = 'security_invoker'), false)
  AND EXISTS (SELECT FROM api_role r WHERE has_schema_privilege(r.oid, n.oid, 'USAGE') AND has_any_column_privilege(r.oid, v.oid, 'SELECT'))
