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
    -- The sequence the column owns, an internal dependency. Looked for where there is one, not joined: few columns have one.
    WHEN a.attidentity = 'd' THEN format('nextval(%L)', (
      SELECT min(s.objid)::regclass
      FROM pg_depend s
      WHERE s.refclassid = 'pg_class'::regclass
        AND s.refobjid = a.attrelid
        AND s.refobjsubid = a.attnum
        AND s.classid = 'pg_class'::regclass
        AND s.deptype = 'i'))
    -- A generated column keeps its expression in pg_attrdef, but it is no default: it cannot be written.
    WHEN a.attgenerated <> '' THEN NULL
    -- Zero for the relation: a default cannot mention a column (CREATE TABLE), and generated columns, which can, are dealt with above. With one, all its
    -- columns would be looked up for every default: seven times the time.
    ELSE pg_get_expr(e.adbin, 0)
  END AS default_value
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_attribute a ON a.attrelid = c.oid
LEFT JOIN pg_attrdef e ON e.adrelid = a.attrelid AND e.adnum = a.attnum AND a.atthasdef
LEFT JOIN pg_description d ON d.classoid = 'pg_class'::regclass AND d.objoid = a.attrelid AND d.objsubid = a.attnum
WHERE n.nspname = ANY ($1::text[])
  AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
  AND NOT c.relispartition
  AND a.attnum > 0
  AND NOT a.attisdropped
ORDER BY a.attrelid, a.attnum
