using AutoRest.Testing;

namespace AutoRest.Api.Tests.Behaviour;

/// <summary>The database changes before the server has heard of it: answers are right or refused, never wrong.</summary>
public sealed class StaleCacheTests(BehaviourCluster shared)
{
    const string Database = "stale_cache";

    [Theory]
    [InlineData("int", "1", "bigint", "a::bigint", "1")]
    [InlineData("int", "1", "text", "'number ' || a", "\"number 1\"")]
    [InlineData("bigint", "70000", "int", "a::int", "70000")]
    [InlineData("text", "'1'", "jsonb", "a::jsonb", "1")]
    [InlineData("jsonb", "'[1]'", "json", "a::json", "[1]")]
    [InlineData("timestamp", "'2024-01-02 03:04:05'", "timestamptz", "a::timestamptz", "\"2024-01-02T03:04:05+00:00\"")]
    [InlineData("date", "'2024-01-02'", "timestamp", "a::timestamp", "\"2024-01-02T00:00:00\"")]
    [InlineData("numeric", "1.50", "float8", "a::float8", "1.5")]
    public async Task A_column_of_another_type_is_read_as_it_is(string before, string value, string after, string conversion, string expected)
    {
        var cluster = await DatabaseAsync();
        await cluster.ExecuteAsync($"""
            drop table if exists api.changing, api.keys;
            create table api.keys (b text primary key); insert into api.keys values ('x');
            create table api.changing (a {before}, b text references api.keys);
            insert into api.changing values ({value}, 'x');
            grant select on api.changing, api.keys to anon;
            """, Database);
        await using var server = await Api.StartAsync(cluster.Uri(Database), ("PGRST_DB_POOL", "1"), ("PGRST_DB_CHANNEL_ENABLED", "false"));
        for (var i = 0; i < 6; i++)
        {
            Assert.Equal(200, (await server.SendAsync(Api.Get("/changing"))).Status);
        }

        // The statement is prepared by now: "cached plan must not change result type".
        await cluster.ExecuteAsync($"alter table api.changing alter a type {after} using {conversion}", Database);
        foreach (var path in new[] { "/changing", "/changing", "/changing?select=a,b", "/changing", "/changing?select=a,b&b=eq.x" })
        {
            var answer = await server.SendAsync(Api.Get(path));
            Assert.True(answer.Status == 200 && answer.Text == $$"""[{"a":{{expected}},"b":"x"}]""", $"{path}: {answer.Status} {answer.Text}");
        }
        var embedded = await server.SendAsync(Api.Get("/keys?select=changing(a,b)"));
        Assert.True(embedded.Status == 200 && embedded.Text.Replace(" ", "", StringComparison.Ordinal).Contains(
            $"\"a\":{expected.Replace(" ", "", StringComparison.Ordinal)},", StringComparison.Ordinal), $"{embedded.Status} {embedded.Text}");
        var csv = await server.SendAsync(Api.Get("/changing").WithHeader("Accept", "text/csv"));
        Assert.Equal(200, csv.Status);
    }

    [Fact]
    public async Task A_column_that_is_gone_and_one_that_came_are_read_as_they_are()
    {
        var cluster = await DatabaseAsync();
        await cluster.ExecuteAsync("create table api.moving (a int, b text); insert into api.moving values (1, 'x'); grant select on api.moving to anon", Database);
        await using var server = await Api.StartAsync(cluster.Uri(Database), ("PGRST_DB_POOL", "1"), ("PGRST_DB_CHANNEL_ENABLED", "false"));
        for (var i = 0; i < 6; i++)
        {
            Assert.Equal("""[{"a":1,"b":"x"}]""", (await server.SendAsync(Api.Get("/moving"))).Text);
        }
        await cluster.ExecuteAsync("alter table api.moving drop b, add c int default 5", Database);
        for (var i = 0; i < 6; i++)
        {
            Assert.Equal("""[{"a":1,"c":5}]""", (await server.SendAsync(Api.Get("/moving"))).Text);
        }
        var named = await server.SendAsync(Api.Get("/moving?select=a,b"));
        Assert.True(named.Status == 400 && named.Code() == "42703", $"{named.Status} {named.Text}");
        await cluster.ExecuteAsync("drop table api.moving", Database);
        var gone = await server.SendAsync(Api.Get("/moving"));
        Assert.True(gone.Status == 404 && gone.Code() == "42P01", $"{gone.Status} {gone.Text}");
    }

    Task<PostgresCluster> DatabaseAsync() => shared.EnsureAsync(Database, "");
}
