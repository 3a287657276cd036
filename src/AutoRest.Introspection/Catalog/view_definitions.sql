-- The parsed queries of views and materialized views of the exposed schemas ($1: text[]) and the extra search path ($2: text[]),
-- to see which of their columns are plain columns of a table.
SELECT c.oid::bigint AS view, r.ev_action::text AS definition
FROM pg_rewrite r
JOIN pg_class c ON c.oid = r.ev_class
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = ANY ($1::text[] || $2::text[])
  AND c.relkind IN ('v', 'm')
  -- The SELECT rule; a view may have rules for writing as well.
  AND r.ev_type = '1'
ORDER BY c.oid
