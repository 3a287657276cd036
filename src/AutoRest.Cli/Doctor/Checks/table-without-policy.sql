SELECT 'hint', t.oid::regclass::text, 'has row level security and no policy: nobody but its owner sees a row',
  format('CREATE POLICY %I ON %s FOR SELECT TO %I USING (true); -- or a narrower condition', t.relname || '_read', t.oid::regclass, (SELECT min(rolname::text) FROM api_role JOIN pg_roles USING (oid)))
FROM pg_class t JOIN exposed n ON n.oid = t.relnamespace
WHERE t.relkind IN ('r', 'p') AND t.relrowsecurity
  AND NOT EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = t.oid)
  AND EXISTS (SELECT FROM api_role r WHERE has_any_column_privilege(r.oid, t.oid, 'SELECT, INSERT, UPDATE'))
