-- Exposed schemas ($1) in configured order, with their comments.
-- $1, $2: text[], the exposed schemas and the extra search path. The cast to regnamespace makes a name without a schema
-- fail with 3F000; names are quoted first, because that cast parses (and folds) them.
SELECT n.nspname::text AS name, d.description
FROM unnest($1::text[]) WITH ORDINALITY AS s (name, position)
JOIN pg_namespace n ON n.oid = quote_ident(s.name)::regnamespace
LEFT JOIN pg_description d ON d.classoid = 'pg_namespace'::regclass AND d.objoid = n.oid AND d.objsubid = 0
-- Always true, unless a name of the extra search path makes it fail.
WHERE (SELECT count(quote_ident(e.name)::regnamespace) FROM unnest($2::text[]) AS e (name)) >= 0
ORDER BY s.position
