-- The types ($1: oid[]), each with its modifier ($2: int[]), that columns have. Apart from columns.sql because a database has many columns and few types.
WITH RECURSIVE
-- Domains may be over domains; pg_basetype() does this, but only from PostgreSQL 17 on.
step AS (
  SELECT t.oid AS domain, t.typbasetype AS base, t.typtypmod AS modifier
  FROM pg_type t
  WHERE t.typtype = 'd'
  UNION ALL
  SELECT step.domain, t.typbasetype, t.typtypmod
  FROM step
  JOIN pg_type t ON t.oid = step.base AND t.typtype = 'd'
),
resolved AS (
  SELECT
    used.type,
    used.modifier,
    step.domain IS NOT NULL AS is_domain,
    coalesce(step.base, used.type) AS base,
    CASE WHEN step.domain IS NULL THEN used.modifier ELSE step.modifier END AS base_modifier
  FROM unnest($1::oid[], $2::int[]) AS used (type, modifier)
  -- Only the last step of a chain: the one whose base is no domain.
  LEFT JOIN (step JOIN pg_type ultimate ON ultimate.oid = step.base AND ultimate.typtype <> 'd') ON step.domain = used.type
)
SELECT
  r.type::bigint AS type,
  r.modifier,
  r.base::bigint AS base,
  format_type(r.type, r.modifier) AS nominal_type,
  CASE
    WHEN r.is_domain AND b.typnamespace = 'pg_catalog'::regnamespace THEN format_type(r.base, NULL)
    WHEN NOT r.is_domain AND t.typnamespace = 'pg_catalog'::regnamespace THEN format_type(r.type, NULL)
    ELSE format_type(r.type, r.modifier)
  END AS data_type,
  -- Arrays are base types to PostgreSQL; category A tells them apart from fixed-length types with elements (name, point).
  CASE
    WHEN b.typnamespace = 'pg_catalog'::regnamespace AND b.typtype = 'b' AND b.typcategory <> 'A' THEN b.typname::text
    ELSE ''
  END AS wire_type,
  CASE
    WHEN r.base_modifier = -1 THEN NULL
    WHEN r.base IN ('varchar'::regtype, 'bpchar'::regtype) THEN r.base_modifier - 4
    WHEN r.base IN ('bit'::regtype, 'varbit'::regtype) THEN r.base_modifier
  END AS max_length,
  r.is_domain AND t.typnotnull AS not_null,
  CASE WHEN r.is_domain THEN pg_get_expr(t.typdefaultbin, 0) END AS default_value
FROM resolved r
JOIN pg_type t ON t.oid = r.type
JOIN pg_type b ON b.oid = r.base
