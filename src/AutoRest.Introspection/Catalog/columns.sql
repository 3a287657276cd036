-- Columns of the relations of the exposed schemas ($1: text[]), in their order. Their types are in column_types.sql.
SELECT
  a.attrelid::bigint AS relation,
  a.attnum::int AS number,
  a.attname::text AS name,
  d.description,
  a.attnotnull AS not_null,
  a.atttypid::bigint AS type,
  a.atttypmod AS modifier,
  a.attidentity::text AS identity,
  a.attgenerated <> '' AS generated,
  CASE
    WHEN a.attidentity = 'd' THEN format('nextval(%L)', s.objid::regclass)
    -- A generated column keeps its expression in pg_attrdef, but it is no default: it cannot be written.
    WHEN a.attgenerated <> '' THEN NULL
    ELSE pg_get_expr(e.adbin, e.adrelid)
  END AS default_value
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_attribute a ON a.attrelid = c.oid
LEFT JOIN pg_attrdef e ON e.adrelid = a.attrelid AND e.adnum = a.attnum AND a.atthasdef
LEFT JOIN pg_description d ON d.classoid = 'pg_class'::regclass AND d.objoid = a.attrelid AND d.objsubid = a.attnum
-- The sequence an identity column owns: an internal dependency.
LEFT JOIN pg_depend s ON a.attidentity = 'd' AND s.classid = 'pg_class'::regclass AND s.refclassid = 'pg_class'::regclass
  AND s.refobjid = a.attrelid AND s.refobjsubid = a.attnum AND s.deptype = 'i'
WHERE n.nspname = ANY ($1::text[])
  AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
  AND NOT c.relispartition
  AND a.attnum > 0
  AND NOT a.attisdropped
ORDER BY a.attrelid, a.attnum
