-- A policy that is true for the anonymous role protects nothing from anybody. For reading it may be meant: a hint.
SELECT CASE WHEN p.polcmd = 'r' OR NOT can.write THEN 'hint' ELSE 'error' END,
  format('%s on %s', p.polname, t.oid::regclass),
  format('is always true for the anonymous role %s: everybody may %s every row', a.rolname, concat_ws(' and ',
    CASE WHEN p.polcmd IN ('r', '*') AND can.read THEN 'read' END,
    CASE WHEN p.polcmd <> 'r' AND can.write THEN 'write' END)),
  CASE WHEN others.names IS NULL THEN format('DROP POLICY %I ON %s;', p.polname, t.oid::regclass)
    ELSE format('ALTER POLICY %I ON %s TO %s;', p.polname, t.oid::regclass, others.names) END
FROM pg_policy p
  JOIN pg_class t ON t.oid = p.polrelid AND t.relrowsecurity
  JOIN exposed n ON n.oid = t.relnamespace
  CROSS JOIN anonymous a
  CROSS JOIN LATERAL (SELECT
    has_any_column_privilege(a.oid, t.oid, 'SELECT') AS read,
    has_table_privilege(a.oid, t.oid, 'DELETE') AND p.polcmd IN ('d', '*')
      OR has_any_column_privilege(a.oid, t.oid, 'INSERT') AND p.polcmd IN ('a', '*')
      OR has_any_column_privilege(a.oid, t.oid, 'UPDATE') AND p.polcmd IN ('w', '*') AS write) AS can
  -- Who keeps it: the others it names, or, of a policy for everybody, the other roles of the API.
  CROSS JOIN LATERAL (SELECT string_agg(quote_ident(rolname), ', ' ORDER BY rolname) AS names FROM pg_roles
    WHERE oid <> a.oid AND CASE WHEN p.polroles = '{0}' THEN oid IN (SELECT oid FROM api_role) ELSE oid = ANY (p.polroles) END) AS others
WHERE p.polpermissive
  AND (p.polroles = '{0}' OR a.oid = ANY (p.polroles))
  AND coalesce(pg_get_expr(p.polqual, p.polrelid), 'true') = 'true'
  AND coalesce(pg_get_expr(p.polwithcheck, p.polrelid), 'true') = 'true'
  AND (p.polcmd IN ('r', '*') AND can.read OR can.write)
