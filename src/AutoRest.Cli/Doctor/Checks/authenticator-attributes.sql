-- Attributes that the login of an API must not have: whoever finds a hole in the API gets them.
SELECT severity, a.rolname::text, message, format('ALTER ROLE %I %s;', a.rolname, remedy)
FROM authenticator a,
  LATERAL (VALUES
    ('error', a.rolsuper, 'is a superuser: neither grants nor policies hold it back', 'NOSUPERUSER'),
    ('error', a.rolbypassrls, 'has BYPASSRLS: policies do not hold it back', 'NOBYPASSRLS'),
    ('error', a.rolcreaterole, 'has CREATEROLE: it can make roles and give itself others', 'NOCREATEROLE'),
    ('error', a.rolreplication, 'has REPLICATION: it can read every row of the whole server', 'NOREPLICATION'),
    ('warning', a.rolcreatedb, 'has CREATEDB, which an API does not need', 'NOCREATEDB'),
    ('warning', a.rolinherit AND EXISTS (SELECT FROM api_role), 'has INHERIT: a statement that escapes the role switch has the rights of all roles at once', 'NOINHERIT')
  ) AS attribute(severity, present, message, remedy)
WHERE present
