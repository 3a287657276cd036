SELECT 'error', wanted, 'is exposed and does not exist: the server cannot load its schema cache',
  format('CREATE SCHEMA %I;', wanted) || coalesce(format(' GRANT USAGE ON SCHEMA %I TO %I;', wanted,
    coalesce($3::text, (SELECT min(rolname::text) FROM api_role JOIN pg_roles USING (oid)))), '')
FROM unnest($2::text[]) AS wanted
WHERE NOT EXISTS (SELECT FROM exposed WHERE nspname = wanted)
UNION ALL
SELECT 'error', n.nspname::text, 'is exposed and no role of the API has USAGE on it: every request is refused',
  format('GRANT USAGE ON SCHEMA %I TO %I;', n.nspname, coalesce($3::text, (SELECT min(rolname::text) FROM api_role JOIN pg_roles USING (oid))))
FROM exposed n
WHERE NOT EXISTS (SELECT FROM api_role r WHERE has_schema_privilege(r.oid, n.oid, 'USAGE'))
  AND (EXISTS (SELECT FROM anonymous) OR EXISTS (SELECT FROM api_role))
UNION ALL
-- What is created in an exposed schema is an endpoint, and a function there can be called by others.
SELECT 'error', n.nspname::text, format('is exposed and %s may create objects in it', grantee.name),
  format('REVOKE CREATE ON SCHEMA %I FROM %s;', n.nspname, grantee.sql)
FROM exposed n
  CROSS JOIN LATERAL aclexplode(n.nspacl) AS acl
  CROSS JOIN LATERAL (
    SELECT CASE acl.grantee WHEN 0 THEN 'everybody' ELSE pg_get_userbyid(acl.grantee)::text END AS name,
      CASE acl.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(acl.grantee)) END AS sql
  ) AS grantee
WHERE acl.privilege_type = 'CREATE' AND (acl.grantee = 0 OR acl.grantee IN (SELECT oid FROM api_role))
UNION ALL
SELECT 'warning', 'public', 'lets everybody create objects: a function put there can take the place of one that others mean', 'REVOKE CREATE ON SCHEMA public FROM PUBLIC;'
FROM pg_namespace n CROSS JOIN LATERAL aclexplode(n.nspacl) AS acl
WHERE n.nspname = 'public' AND acl.grantee = 0 AND acl.privilege_type = 'CREATE' AND n.nspname <> ALL ($2::text[])
