-- Settings of the roles the connecting role may switch to (it is a direct member of them). Only those set for the whole cluster:
-- ALTER ROLE … IN DATABASE … is not considered.
SELECT r.rolname::text AS role, s.entry
FROM pg_catalog.pg_roles r
CROSS JOIN LATERAL pg_catalog.unnest(r.rolconfig) WITH ORDINALITY AS s (entry, position)
-- Not a join: since PostgreSQL 16 a membership may be granted more than once.
WHERE EXISTS (
  SELECT
  FROM pg_catalog.pg_auth_members m
  JOIN pg_catalog.pg_roles me ON me.oid = m.member
  WHERE m.roleid = r.oid AND me.rolname = current_user
)
ORDER BY r.rolname, s.position
