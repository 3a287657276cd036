-- Writing without policies is an error, reading a warning: a grant alone shows or changes every row.
SELECT CASE WHEN bool_or(p.writes) THEN 'error' ELSE 'warning' END,
  t.oid::regclass::text,
  format('has no row level security: %s may use every row (%s)', string_agg(DISTINCT r.rolname, ', '), string_agg(DISTINCT p.name, ', ')),
  format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY; -- from then on rows need a policy', t.oid::regclass)
FROM pg_class t
  JOIN exposed n ON n.oid = t.relnamespace
  CROSS JOIN (SELECT oid, rolname FROM api_role JOIN pg_roles USING (oid) WHERE NOT rolsuper) AS r
  CROSS JOIN (VALUES ('SELECT', false), ('INSERT', true), ('UPDATE', true), ('DELETE', true)) AS p(name, writes)
WHERE t.relkind IN ('r', 'p') AND NOT t.relrowsecurity
  AND has_schema_privilege(r.oid, n.oid, 'USAGE')
  AND (has_table_privilege(r.oid, t.oid, p.name)
    OR p.name <> 'DELETE' AND has_any_column_privilege(r.oid, t.oid, p.name))
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = t.oid AND d.deptype = 'e')
GROUP BY t.oid
