-- Demo rows with fixed keys, so that the examples in the documentation work as they are written.
INSERT INTO api.todos (id, task, done, due, owner, created_at) VALUES
    ('11111111-1111-4111-8111-111111111111', 'Read the README', true, NULL, 'alice', '2025-01-01 09:00+00'),
    ('22222222-2222-4222-8222-222222222222', 'Try the API with curl', false, NULL, 'alice', '2025-01-01 09:05+00'),
    ('33333333-3333-4333-8333-333333333333', 'Add a table to schema api', false, '2030-01-31', 'alice', '2025-01-01 09:10+00'),
    ('44444444-4444-4444-8444-444444444444', 'Belongs to somebody else', false, NULL, 'bob', '2025-01-01 09:15+00')
ON CONFLICT (id) DO NOTHING;
