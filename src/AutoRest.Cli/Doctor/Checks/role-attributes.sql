-- The same of the roles a request becomes.
SELECT 'error', r.rolname::text, 'is a role that requests become and ' || message,
  CASE WHEN r.rolname LIKE 'pg\_%' THEN format('REVOKE %I FROM %I;', r.rolname, $1::text) ELSE format('ALTER ROLE %I %s;', r.rolname, remedy) END
FROM api_role JOIN pg_roles r USING (oid),
  LATERAL (VALUES
    (r.rolsuper, 'is a superuser: grants and policies do not hold it back', 'NOSUPERUSER'),
    (r.rolbypassrls, 'has BYPASSRLS: policies do not hold it back', 'NOBYPASSRLS'),
    (r.rolcreaterole, 'has CREATEROLE: it can make roles and give itself others', 'NOCREATEROLE')
  ) AS attribute(present, message, remedy)
WHERE present
UNION ALL
-- Predefined roles reach files, programs and all data.
SELECT 'error', r.rolname::text, 'is a predefined role that requests can become: it reaches past the API''s own grants',
  format('REVOKE %I FROM %I;', r.rolname, m.rolname)
FROM api_role JOIN pg_roles r USING (oid)
  JOIN pg_auth_members a ON a.roleid = r.oid
  JOIN pg_roles m ON m.oid = a.member
WHERE r.rolname IN ('pg_read_all_data', 'pg_write_all_data', 'pg_execute_server_program', 'pg_read_server_files', 'pg_write_server_files', 'pg_signal_backend', 'pg_maintain')
  AND (m.oid IN (SELECT oid FROM api_role) OR m.rolname = $1::text)
