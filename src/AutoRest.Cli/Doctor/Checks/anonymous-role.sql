SELECT 'error', $3::text, 'is the anonymous role and does not exist: every request without a token fails',
  format('CREATE ROLE %I NOLOGIN; GRANT %I TO %I;', $3::text, $3::text, $1::text)
WHERE $3::text IS NOT NULL AND NOT EXISTS (SELECT FROM anonymous)
UNION ALL
SELECT 'error', a.rolname::text, format('is the anonymous role and not granted to %s: every request without a token fails', $1::text),
  format('GRANT %I TO %I;', a.rolname, $1::text)
FROM anonymous a
WHERE a.rolname <> $1::text AND a.oid NOT IN (SELECT oid FROM api_role)
  AND NOT EXISTS (SELECT FROM authenticator WHERE rolsuper)
UNION ALL
-- set_option came with PostgreSQL 16: read through JSON, so that older servers understand the query.
SELECT 'error', r.rolname::text, format('is granted to %s WITH SET FALSE: no request can become it', $1::text),
  format('GRANT %I TO %I WITH SET TRUE;', r.rolname, $1::text)
FROM pg_auth_members m JOIN authenticator a ON a.oid = m.member JOIN pg_roles r ON r.oid = m.roleid
WHERE to_jsonb(m) ->> 'set_option' = 'false'
  AND NOT EXISTS (SELECT FROM pg_auth_members o WHERE o.member = m.member AND o.roleid = m.roleid AND to_jsonb(o) ->> 'set_option' = 'true')
UNION ALL
SELECT 'warning', a.rolname::text, 'is the anonymous role and may log in: it is only ever switched to', format('ALTER ROLE %I NOLOGIN;', a.rolname)
FROM anonymous a
WHERE a.rolcanlogin AND a.rolname <> $1::text
