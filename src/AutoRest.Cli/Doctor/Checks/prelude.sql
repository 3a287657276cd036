-- Common beginning of every check. Parameters: $1 role that logs in, $2 exposed schemas, $3 anonymous role or null.
WITH RECURSIVE
authenticator AS (
  SELECT * FROM pg_roles WHERE rolname = $1::text
),
-- The roles a request can become. Not pg_has_role: for a superuser it says yes to everything.
api_role(oid) AS (
  SELECT m.roleid FROM pg_auth_members m JOIN authenticator a ON a.oid = m.member
  UNION
  SELECT m.roleid FROM pg_auth_members m JOIN api_role r ON r.oid = m.member
),
anonymous AS (
  SELECT * FROM pg_roles WHERE rolname = $3::text
),
exposed AS (
  SELECT n.* FROM pg_namespace n WHERE n.nspname = ANY ($2::text[])
)
