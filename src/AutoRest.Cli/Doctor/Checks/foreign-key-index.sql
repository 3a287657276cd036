-- An embed of the many side looks rows up by the foreign key's columns. Any order of them in front of an index will do.
SELECT 'warning', format('%s (%s)', t.oid::regclass, cols.names),
  format('has no index for the foreign key %s: embedding it below %s reads the whole table for every row', k.conname, k.confrelid::regclass),
  format('CREATE INDEX %sON %s (%s);', CASE t.relkind WHEN 'p' THEN '' ELSE 'CONCURRENTLY ' END, t.oid::regclass, cols.names)
FROM pg_constraint k
  JOIN pg_class t ON t.oid = k.conrelid
  CROSS JOIN LATERAL (SELECT string_agg(quote_ident(c.attname), ', ' ORDER BY o.at) AS names
    FROM unnest(k.conkey) WITH ORDINALITY AS o(number, at) JOIN pg_attribute c ON c.attrelid = k.conrelid AND c.attnum = o.number) AS cols
WHERE k.contype = 'f' AND k.conparentid = 0
  AND t.relnamespace IN (SELECT oid FROM exposed)
  AND NOT EXISTS (
    SELECT FROM pg_index i
    WHERE i.indrelid = k.conrelid AND i.indisvalid AND i.indpred IS NULL
      AND (string_to_array(i.indkey::text, ' ')::int2[])[1:cardinality(k.conkey)] @> k.conkey)
