using Npgsql;

namespace AutoRest.Cli.Tests;

/// <summary>What <c>postgres/init</c> made of a fresh database, seen as the roles of the API.</summary>
[Collection("processes")]
public sealed class RowSecurityTests(RowSecurityTests.Database database) : IClassFixture<RowSecurityTests.Database>
{
    readonly Database _database = database;
    readonly Tool _tool = database.Tool;

    /// <summary>One database for all of them: every test rolls back what it does.</summary>
    public sealed class Database : IAsyncLifetime
    {
        internal Tool Tool { get; } = new();

        public async ValueTask InitializeAsync() => await Tool.Succeed("up", "--detach", "--database-only");

        public ValueTask DisposeAsync() => Tool.DisposeAsync();

        internal Task<NpgsqlConnection> Superuser() => Tool.Connect("postgres", "postgres", Tool.Secrets.PostgresPassword);
    }

    [Fact]
    public async Task Database_is_locked_down_as_described()
    {
        await using var connection = await _database.Superuser();

        Assert.Equal("LOGIN", await Tool.Scalar(connection, """
            SELECT concat_ws(' ', CASE WHEN rolcanlogin THEN 'LOGIN' END, CASE WHEN rolinherit THEN 'INHERIT' END, CASE WHEN rolsuper THEN 'SUPERUSER' END,
                CASE WHEN rolcreatedb THEN 'CREATEDB' END, CASE WHEN rolcreaterole THEN 'CREATEROLE' END, CASE WHEN rolbypassrls THEN 'BYPASSRLS' END)
            FROM pg_roles WHERE rolname = 'authenticator'
            """));
        Assert.Equal("api_anon,web_user", await Tool.Scalar(connection, "SELECT string_agg(r.rolname, ',' ORDER BY 1) FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.roleid WHERE m.member = 'authenticator'::regrole"));
        Assert.Equal(false, await Tool.Scalar(connection, "SELECT bool_or(rolcanlogin) FROM pg_roles WHERE rolname IN ('api_anon', 'web_user')"));
        Assert.Equal(true, await Tool.Scalar(connection, "SELECT bool_and(relrowsecurity) FROM pg_class WHERE relnamespace = 'api'::regnamespace AND relkind = 'r'"));
        Assert.Equal(false, await Tool.Scalar(connection, "SELECT has_schema_privilege('web_user', 'public', 'CREATE')"));
        Assert.Equal(false, await Tool.Scalar(connection, "CREATE FUNCTION api.f() RETURNS int LANGUAGE sql RETURN 1; SELECT has_function_privilege('api_anon', 'api.f()', 'EXECUTE')"));
        Assert.Equal("r", await Tool.Scalar(connection, "SELECT string_agg(privilege, '') FROM unnest(ARRAY['SELECT','INSERT','UPDATE','DELETE']) p, LATERAL (SELECT CASE WHEN has_table_privilege('api_anon', 'api.todos', p) THEN left(CASE p WHEN 'SELECT' THEN 'read' ELSE p END, 1) END AS privilege) x"));
    }

    [Theory]
    [InlineData("api_anon", null, "SELECT count(*) FROM api.todos", 4L, null)]
    [InlineData("api_anon", null, "INSERT INTO api.todos (task, owner) VALUES ('x', 'alice') RETURNING 1", null, "42501")]
    [InlineData("api_anon", null, "DELETE FROM api.todos RETURNING 1", null, "42501")]
    [InlineData("web_user", "alice", "SELECT count(*) FROM api.todos", 4L, null)]
    [InlineData("web_user", "alice", "INSERT INTO api.todos (task) VALUES ('x') RETURNING owner", "alice", null)]
    [InlineData("web_user", "alice", "INSERT INTO api.todos (task, owner) VALUES ('x', 'bob') RETURNING owner", null, "42501")]
    [InlineData("web_user", "alice", "WITH u AS (UPDATE api.todos SET done = true RETURNING owner) SELECT string_agg(DISTINCT owner, ',') FROM u", "alice", null)]
    [InlineData("web_user", "alice", "UPDATE api.todos SET owner = 'bob' RETURNING 1", null, "42501")]
    [InlineData("web_user", "alice", "WITH d AS (DELETE FROM api.todos RETURNING owner) SELECT count(*) FROM d WHERE owner <> 'alice'", 0L, null)]
    [InlineData("web_user", "bob", "WITH d AS (DELETE FROM api.todos RETURNING owner) SELECT count(*) FROM d", 1L, null)]
    [InlineData("web_user", null, "INSERT INTO api.todos (task, owner) VALUES ('x', 'alice') RETURNING 1", null, "42501")]
    public async Task Row_security_holds_through_the_pooler(string role, string? subject, string sql, object? expected, string? refused)
    {
        await using var connection = await _tool.Connect(
            (await _tool.Status()).GetProperty("poolerUrl").GetString() is null ? "postgres" : "pgbouncer", "authenticator", _tool.Secrets.AuthenticatorPassword);
        await using var transaction = await connection.BeginTransactionAsync();
        await Tool.Scalar(connection, $"SELECT set_config('role', '{role}', true), set_config('request.jwt.claims', '{(subject is null ? "" : $$"""{"sub":"{{subject}}"}""")}', true)");

        if (refused is null)
        {
            Assert.Equal(expected, await Tool.Scalar(connection, sql));
        }
        else
        {
            Assert.Equal(refused, (await Assert.ThrowsAsync<PostgresException>(() => Tool.Scalar(connection, sql))).SqlState);
        }
    }

    [Fact]
    public async Task Changed_schema_is_notified_and_a_temporary_table_is_not()
    {
        await using var connection = await _database.Superuser();
        var heard = new List<string>();
        connection.Notification += (_, notification) => heard.Add($"{notification.Channel}: {notification.Payload}");
        await Tool.Scalar(connection, "LISTEN pgrst");

        await Tool.Scalar(connection, "CREATE TEMP TABLE t (a int)");
        await Tool.Scalar(connection, "DROP TABLE t");
        await Tool.Scalar(connection, "SELECT 1");
        Assert.Empty(heard);
        await Tool.Scalar(connection, "CREATE TABLE api.t (a int)");
        await Tool.Scalar(connection, "SELECT 1");
        Assert.Equal(["pgrst: reload schema"], heard);
        await Tool.Scalar(connection, "DROP TABLE api.t");
        await Tool.Scalar(connection, "SELECT 1");
        Assert.Equal(["pgrst: reload schema", "pgrst: reload schema"], heard);
    }
}
