-- Policies do not apply to the table's owner.
SELECT 'error', t.oid::regclass::text, format('belongs to %s, which requests become: its policies do not apply to that role', pg_get_userbyid(t.relowner)),
  format('ALTER TABLE %s FORCE ROW LEVEL SECURITY;', t.oid::regclass)
FROM pg_class t JOIN exposed n ON n.oid = t.relnamespace
WHERE t.relkind IN ('r', 'p') AND t.relrowsecurity AND NOT t.relforcerowsecurity
  AND t.relowner IN (SELECT oid FROM api_role)
