-- What values of users' enums and composite types consist of, by the name that format_type prints: labels in sort order, or attributes in order.
-- A domain over one of them counts as one of its own. Row types of relations are left out: those are described as relations.
WITH RECURSIVE
step AS (
  SELECT t.oid AS domain, t.typbasetype AS base
  FROM pg_type t
  WHERE t.typtype = 'd'
  UNION ALL
  SELECT step.domain, t.typbasetype
  FROM step
  JOIN pg_type t ON t.oid = step.base AND t.typtype = 'd'
),
ultimate AS (
  SELECT step.domain, step.base
  FROM step
  JOIN pg_type b ON b.oid = step.base AND b.typtype <> 'd'
),
named AS (
  SELECT t.oid AS shown, t.oid AS type
  FROM pg_type t
  UNION ALL
  SELECT u.domain, u.base
  FROM ultimate u
)
SELECT format_type(n.shown, NULL) AS type, e.enumlabel::text AS name, NULL AS attribute_type, e.enumsortorder AS position
FROM named n
JOIN pg_enum e ON e.enumtypid = n.type
UNION ALL
SELECT
  format_type(n.shown, NULL),
  a.attname::text,
  -- As data_type in column_types.sql: a domain over a type of the catalog is that type.
  format_type(CASE WHEN b.typnamespace = 'pg_catalog'::regnamespace THEN b.oid ELSE a.atttypid END, NULL),
  a.attnum
FROM named n
JOIN pg_type t ON t.oid = n.type
JOIN pg_class c ON c.oid = t.typrelid AND c.relkind = 'c'
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
LEFT JOIN (ultimate u JOIN pg_type b ON b.oid = u.base) ON u.domain = a.atttypid
WHERE c.relnamespace NOT IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
ORDER BY type, position
