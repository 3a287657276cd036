using AutoRest.Testing;

namespace AutoRest.Api.Tests.Testing;

/// <summary>The processes the other tests stand on.</summary>
public sealed class ProcessTests(SharedCluster shared)
{
    [Fact]
    public async Task A_query_prints_rows_as_psql_does()
    {
        var cluster = await shared.GetAsync();
        Assert.Equal("1||t\n2|a b|f", await cluster.QueryAsync("select 1, null, true union all select 2, 'a b', false order by 1"));
    }

    [Fact]
    public async Task A_stopped_cluster_starts_again_with_its_data()
    {
        Required.PostgreSql();
        await using var cluster = await PostgresCluster.StartNewAsync();
        await cluster.ExecuteAsync("create table kept as select 42 as n");
        await cluster.StopAsync();
        await Assert.ThrowsAnyAsync<Exception>(() => cluster.QueryAsync("select 1"));
        await cluster.StartAsync();
        Assert.Equal("42", await cluster.QueryAsync("select n from kept"));
        await cluster.RestartAsync(PostgresStop.Fast);
        Assert.Equal("42", await cluster.QueryAsync("select n from kept"));
    }

    [Fact]
    public async Task Settings_of_a_cluster_win_over_the_usual_ones()
    {
        Required.PostgreSql();
        await using var cluster = await PostgresCluster.StartNewAsync(new Dictionary<string, string> { ["jit"] = "on", ["max_connections"] = "17" });
        Assert.Equal("on|17", await cluster.QueryAsync("select current_setting('jit'), current_setting('max_connections')"));
    }

    [Fact]
    public async Task The_console_of_PgBouncer_gives_rows_by_column()
    {
        Required.PgBouncer();
        await using var bouncer = await PgBouncer.StartNewAsync(await shared.GetAsync());
        var databases = await bouncer.ExecuteAdminAsync("SHOW DATABASES");
        Assert.Contains(databases, row => row["name"] == "pgbouncer");
    }

    [Fact]
    public async Task A_command_that_fails_says_what_it_printed()
    {
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => Command.RunAsync("sh", ["-c", "echo out; echo err >&2; exit 3"]));
        Assert.Contains("exit code 3", error.Message, StringComparison.Ordinal);
        Assert.Contains("out\nerr", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Free_ports_are_never_the_same() =>
        Assert.Equal(200, Enumerable.Range(0, 200).Select(_ => Ports.Free()).Distinct().Count());
}
