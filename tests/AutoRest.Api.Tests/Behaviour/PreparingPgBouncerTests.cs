using AutoRest.Testing;

namespace AutoRest.Api.Tests.Behaviour;

/// <summary>Through a PgBouncer in transaction mode that keeps prepared statements (1.21 and later): prepared as on a direct connection.</summary>
public sealed class PreparingPgBouncerTests(BehaviourCluster shared)
{
    const string Database = "through_preparing_pgbouncer";

    const string Schema = """
        create table api.items (id int primary key, name text);
        insert into api.items select n, 'item ' || n from generate_series(1, 10) n;
        create table api.changing (a int);
        insert into api.changing values (1);
        create function api.secret() returns text language sql stable as $$ select 'for members' $$;
        revoke execute on function api.secret() from public;
        grant execute on function api.secret() to member;
        create function api.who() returns text language sql stable as $$ select current_user $$;
        grant all on all tables in schema api to anon, member;
        """;

    [Fact]
    public async Task A_request_is_one_round_trip_of_statements_that_are_already_prepared()
    {
        var cluster = await shared.EnsureAsync(Database, Schema);
        await using var bouncer = await StartBouncerAsync(cluster, pool: 2);
        await using var relay = new WireRelay(bouncer.Port);
        await using var server = await Api.StartAsync(
            relay.Uri(Database), ("PGRST_DB_POOL", "4"), ("AUTOREST_DB_LISTEN_URI", cluster.Uri(Database)));
        Assert.Contains("pooler that keeps prepared statements", server.Output, StringComparison.Ordinal);
        var requests = new[] { Api.Get("/items?id=eq.1"), Api.Get("/items?order=id&limit=3").As("member", "x"), Api.Patch("/items?id=eq.2", """{"name":"y"}""") };
        for (var i = 0; i < 8; i++)
        {
            await Task.WhenAll(requests.SelectMany(r => Enumerable.Repeat(r, 4)).Select(r => server.SendAsync(r)));
        }

        relay.Reset();
        for (var i = 0; i < 30; i++)
        {
            foreach (var request in requests)
            {
                Assert.True((await server.SendAsync(request)).Status is 200 or 204);
            }
        }

        Assert.Equal(90, relay['S']);
        Assert.Equal(0, relay['P']);
        Assert.True(relay['B'] >= 180, $"{relay['B']} Binds");
        var statements = await bouncer.ExecuteAdminAsync("SHOW STATS");
        Assert.Contains(statements, row => row["database"] == Database && int.Parse(row["total_server_parse_count"], System.Globalization.CultureInfo.InvariantCulture) < 60);
    }

    [Fact]
    public async Task A_column_that_changes_its_type_is_read_as_it_is()
    {
        var cluster = await shared.EnsureAsync(Database, Schema);
        await using var bouncer = await StartBouncerAsync(cluster, pool: 1);
        await using var server = await Api.StartAsync(bouncer.Uri(Database), ("PGRST_DB_POOL", "2"), ("PGRST_DB_CHANNEL_ENABLED", "false"), ("PGRST_LOG_LEVEL", "debug"));
        foreach (var (type, conversion, expected) in new[] { ("int", "a::int", "1"), ("text", "a::text", "\"1\""), ("jsonb", "to_jsonb(a::int)", "1"), ("int", "a::text::int", "1") })
        {
            await cluster.ExecuteAsync($"alter table api.changing alter a type {type} using {conversion}", Database);
            for (var i = 0; i < 8; i++)
            {
                // The pooler has the statement prepared with the type that was: a new connection to it changes nothing.
                var answer = await server.SendAsync(Api.Get("/changing"));
                Assert.True(answer.Status == 200 && answer.Text == $"[{{\"a\":{expected}}}]", $"{type}: {answer.Status} {answer.Text}");
            }
        }

        // Noticed once for each change, and not again and again.
        Assert.InRange(server.Output.Split("Database connection pool flushed").Length - 1, 1, 4);
    }

    [Fact]
    public async Task A_statement_prepared_by_one_role_serves_no_other()
    {
        var cluster = await shared.EnsureAsync(Database, Schema);
        await using var bouncer = await StartBouncerAsync(cluster, pool: 1);
        await using var server = await Api.StartAsync(bouncer.Uri(Database), ("PGRST_DB_POOL", "3"), ("PGRST_DB_CHANNEL_ENABLED", "false"));
        for (var i = 0; i < 10; i++)
        {
            Assert.Equal("\"for members\"", (await server.SendAsync(Api.Get("/rpc/secret").As("member", "x"))).Text);
            Assert.Equal(401, (await server.SendAsync(Api.Get("/rpc/secret"))).Status);
            Assert.Equal("\"anon\"", (await server.SendAsync(Api.Get("/rpc/who"))).Text);
            Assert.Equal("\"member\"", (await server.SendAsync(Api.Get("/rpc/who").As("member", "x"))).Text);
        }
    }

    [Fact]
    public async Task Statements_the_pooler_forgot_are_prepared_again()
    {
        var cluster = await shared.EnsureAsync(Database, Schema);
        await using var bouncer = await StartBouncerAsync(cluster, pool: 1, statements: 3);
        await using var server = await Api.StartAsync(bouncer.Uri(Database), ("PGRST_DB_POOL", "2"), ("PGRST_DB_CHANNEL_ENABLED", "false"));
        for (var round = 0; round < 6; round++)
        {
            for (var columns = 1; columns <= 6; columns++)
            {
                var select = string.Join(',', Enumerable.Range(0, columns).Select(n => $"c{n}:id"));
                var answer = await server.SendAsync(Api.Get($"/items?id=eq.7&select={select}"));
                Assert.Equal($"[{{{string.Join(',', Enumerable.Range(0, columns).Select(n => $"\"c{n}\":7"))}}}]", answer.Text);
            }

            await bouncer.ExecuteAdminAsync("RECONNECT");
        }
    }

    static async Task<PgBouncer> StartBouncerAsync(PostgresCluster cluster, int pool, int statements = 200) => await PgBouncer.StartNewAsync(
        await Required.PreparingPgBouncerAsync(), cluster,
        new Dictionary<string, string> { ["default_pool_size"] = $"{pool}", ["max_prepared_statements"] = $"{statements}" });
}
