-- Tables, views, materialized views, foreign tables and partitioned tables of the exposed schemas ($1: text[]).
-- Partitions are reached through their parent only.
SELECT
  c.oid::bigint AS id,
  n.nspname::text AS schema,
  c.relname::text AS name,
  c.relkind::text AS kind,
  d.description,
  -- Bits 4, 8 and 16: UPDATE, INSERT, DELETE. Triggers count (TRUE), so a view with INSTEAD OF triggers is writable.
  CASE
    WHEN c.relkind IN ('r', 'p') THEN 28
    -- Asking about a foreign table whose wrapper has no handler is an error.
    WHEN w.fdwhandler = 0 THEN 0
    WHEN c.relkind IN ('v', 'f') THEN pg_relation_is_updatable(c.oid, TRUE)
    ELSE 0
  END AS writable,
  c.relkind IN ('v', 'm', 'f') OR p.polrelid IS NOT NULL AS runs_user_code
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_description d ON d.classoid = 'pg_class'::regclass AND d.objoid = c.oid AND d.objsubid = 0
LEFT JOIN (
  pg_foreign_table f
  JOIN pg_foreign_server s ON s.oid = f.ftserver
  JOIN pg_foreign_data_wrapper w ON w.oid = s.srvfdw
) ON f.ftrelid = c.oid
-- Policies that apply to reading and can run user-defined code: a function, an operator (which is one underneath), a domain's
-- check, or another relation (a view, or a table with such a policy itself). Built-in objects leave no rows in pg_depend;
-- of these only set_config matters, so it is looked for in the expression.
-- Whether row security is switched on is left aside: a needless true costs a second look at two settings, no more.
LEFT JOIN (
  SELECT DISTINCT policy.polrelid
  FROM pg_policy policy
  LEFT JOIN pg_depend used ON used.classid = 'pg_policy'::regclass AND used.objid = policy.oid
  LEFT JOIN pg_type t ON used.refclassid = 'pg_type'::regclass AND t.oid = used.refobjid
  WHERE policy.polcmd IN ('r', '*')
    AND (used.refclassid IN ('pg_proc'::regclass, 'pg_operator'::regclass)
      OR used.refclassid = 'pg_class'::regclass AND used.refobjid <> policy.polrelid
      OR t.typtype = 'd'
      OR policy.polqual::text LIKE format('%%:funcid %s %%', 'set_config(text, text, boolean)'::regprocedure::oid))
) AS p ON p.polrelid = c.oid
WHERE n.nspname = ANY ($1::text[])
  AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
  AND NOT c.relispartition
ORDER BY c.oid
