using System.Globalization;
using System.Net;
using System.Net.Sockets;
using AutoRest.Testing;
using Npgsql;

namespace AutoRest.Api.Tests.Operation;

/// <summary>PgBouncer's statistics in <c>/metrics</c>, with setting <c>ar-pooler-stats-uri</c>.</summary>
public sealed class PoolerStatisticsTests(OperationCluster shared)
{
    const string Password = "the-right-password-of-the-statistics";
    const string WrongPassword = "a-wrong-password-nobody-may-read";

    /// <summary>Two versions of PgBouncer: columns came with 1.23 and 1.24, and one of <c>SHOW DATABASES</c> was renamed.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Numbers_follow_what_goes_through_the_pooler_and_are_our_databases_only(bool isNew)
    {
        var cluster = await shared.GetAsync();
        await using var pooler = await StartPoolerAsync(cluster, isNew, ("default_pool_size", "1"), ("reserve_pool_size", "3"), ("reserve_pool_timeout", "60"));
        await using var server = await StartServerAsync(pooler, ("PGRST_DB_POOL", "4"));
        await server.UntilAsync(async () => await server.MetricAsync("autorest_pooler_up") == 1, "the first answer of the pooler");

        // Somebody else's database, whose numbers are none of ours.
        await using (var other = new NpgsqlConnection($"Host=127.0.0.1;Port={pooler.Port};Username=postgres;Database=postgres;Pooling=false"))
        {
            await other.OpenAsync();
            await using var command = new NpgsqlCommand("select 1", other);
            await command.ExecuteScalarAsync();
        }

        var before = await SettledAsync(server);
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal(200, (await server.GetAsync("/items?limit=1")).Status);
        }

        await server.UntilAsync(async () => await MetricAsync(server, "transactions_total") >= before.Transactions + 20, "twenty more transactions");
        Assert.True(await MetricAsync(server, "sent_bytes_total") > before.Sent);
        Assert.True(await MetricAsync(server, "query_seconds_total") > 0);
        Assert.Equal(0, await MetricAsync(server, "clients_waiting"));
        Assert.Equal(1, await MetricAsync(server, "pool_size"));
        Assert.Equal(3, await MetricAsync(server, "reserve_pool_size"));
        Assert.Equal(0, await MetricAsync(server, "paused"));
        Assert.Equal(200, await server.MetricAsync("autorest_pooler_clients_max"));
        Assert.True(await server.MetricAsync("autorest_pooler_clients") >= 1);
        Assert.Equal(isNew, !double.IsNaN(await MetricAsync(server, "client_parses_total")));

        // One server connection, and three who want it.
        var slow = Enumerable.Range(0, 3).Select(_ => server.GetAsync("/rpc/slow?seconds=3")).ToArray();
        await server.UntilAsync(async () => await MetricAsync(server, "clients_waiting") == 2, "two waiting clients");
        Assert.Equal(1, await MetricAsync(server, "servers_active"));
        await server.UntilAsync(async () => await MetricAsync(server, "max_wait_seconds") > 0.5, "half a second of waiting");
        Assert.All(await Task.WhenAll(slow), static answer => Assert.Equal(200, answer.Status));
        await server.UntilAsync(async () => await MetricAsync(server, "clients_waiting") == 0 && await MetricAsync(server, "wait_seconds_total") > 3, "the end of waiting");

        var samples = await SamplesAsync(server);
        Assert.All(samples, static line => Assert.True(
            !line.Contains('{', StringComparison.Ordinal) || line.Contains($"{{database=\"{OperationCluster.Database}\"}} ", StringComparison.Ordinal), line));
        Assert.Equal(samples.Count, samples.Select(static line => line.Split(' ')[0]).Distinct().Count());
    }

    [Fact]
    public async Task A_pooler_that_is_away_costs_its_own_numbers_only_and_is_found_again()
    {
        var cluster = await shared.GetAsync();
        Required.PgBouncer();
        var port = Ports.Free();
        await using var server = await OperatedServer.StartAsync(cluster, true, ("AUTOREST_POOLER_STATS_URI", $"postgresql://stats@127.0.0.1:{port}/pgbouncer"));
        var page = await server.AdminAsync("/metrics");
        Assert.Equal(200, page.Status);
        Assert.Contains("\nautorest_pooler_up 0\n", page.Text, StringComparison.Ordinal);
        Assert.Contains("\npgrst_db_pool_max 10\n", page.Text, StringComparison.Ordinal);
        Assert.Equal(["autorest_pooler_up 0"], await SamplesAsync(server));
        Assert.Equal(200, await server.AdminStatusAsync("/live"));
        await server.UntilLoggedAsync($"Pooler 127.0.0.1:{port}: no statistics in /metrics: ");

        await using var pooler = await StartPoolerAsync(cluster, isNew: false, ("listen_port", port.ToString(CultureInfo.InvariantCulture)));
        await server.UntilAsync(async () => await server.MetricAsync("autorest_pooler_up") == 1, "the return of the pooler");
        await server.UntilLoggedAsync($"Pooler 127.0.0.1:{port}: its statistics are in /metrics");
    }

    [Fact]
    public async Task A_pooler_that_does_not_answer_does_not_hold_up_the_page()
    {
        var cluster = await shared.GetAsync();
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        await using var server = await OperatedServer.StartAsync(
            cluster, true, ("AUTOREST_POOLER_STATS_URI", $"host=127.0.0.1 port={((IPEndPoint)silent.LocalEndpoint).Port} user=stats dbname=pgbouncer sslmode=disable"));
        Assert.Equal(0, await server.MetricAsync("autorest_pooler_up"));
        await server.UntilLoggedAsync("no statistics in /metrics: it did not answer within 1 s");
    }

    [Fact]
    public async Task A_refused_password_is_logged_once_and_never_shown()
    {
        var cluster = await shared.GetAsync();
        Required.PgBouncer();
        await using var pooler = await PgBouncer.StartNewAsync(
            Command.Find("pgbouncer")!, cluster,
            new Dictionary<string, string> { ["stats_users"] = "stats", ["auth_type"] = "scram-sha-256" },
            new Dictionary<string, string> { ["stats"] = Password, ["authenticator"] = Password });
        string Uri(string user, string password) => $"postgresql://{user}:{password}@127.0.0.1:{pooler.Port}/pgbouncer";

        await using (var server = await OperatedServer.StartAsync(cluster, true, ("AUTOREST_POOLER_STATS_URI", Uri("stats", WrongPassword))))
        {
            await server.UntilAsync(async () =>
            {
                Assert.Equal(0, await server.MetricAsync("autorest_pooler_up"));
                return pooler.Log.Split("authentication failed").Length > 3;
            }, "three refused logins");
            Assert.Equal(2, server.Process.Output.Split("no statistics in /metrics: ").Length);
            Assert.DoesNotContain(WrongPassword, server.Process.Output, StringComparison.Ordinal);
        }

        // Who may log in need not be one who may look.
        await using (var server = await OperatedServer.StartAsync(cluster, true, ("AUTOREST_POOLER_STATS_URI", Uri("authenticator", Password))))
        {
            Assert.Equal(0, await server.MetricAsync("autorest_pooler_up"));
            Assert.Contains("no statistics in /metrics: not allowed", server.Process.Output, StringComparison.Ordinal);
        }

        await using (var server = await OperatedServer.StartAsync(cluster, true, ("AUTOREST_POOLER_STATS_URI", Uri("stats", Password))))
        {
            Assert.Equal(1, await server.MetricAsync("autorest_pooler_up"));
            Assert.DoesNotContain(Password, (await server.AdminAsync("/metrics")).Text + server.Process.Output, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("postgresql://stats:hidden@127.0.0.1:1,127.0.0.1:2/pgbouncer", "ar-pooler-stats-uri should name one host")]
    [InlineData("postgresql://stats:hidden@127.0.0.1:1/other", "ar-pooler-stats-uri should name the database pgbouncer")]
    public async Task What_is_not_one_console_is_refused_at_start(string uri, string message)
    {
        var ended = await ServerProcess.RunAsync([], new Dictionary<string, string> { ["AUTOREST_POOLER_STATS_URI"] = uri });
        Assert.Equal(1, ended.ExitCode);
        Assert.Contains(message, ended.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("hidden", ended.Error, StringComparison.Ordinal);
    }

    static async Task<PgBouncer> StartPoolerAsync(PostgresCluster cluster, bool isNew, params (string Name, string Value)[] settings)
    {
        var all = settings.Append(("stats_users", "stats")).ToDictionary();
        Required.PgBouncer();
        return isNew
            ? await PgBouncer.StartNewAsync(await Required.PreparingPgBouncerAsync(), cluster, all, "stats")
            : await PgBouncer.StartNewAsync(cluster, all, "stats");
    }

    static Task<OperatedServer> StartServerAsync(PgBouncer pooler, params (string Name, string Value)[] settings) => OperatedServer.StartAsync(
        pooler.Uri(OperationCluster.Database), true,
        [("PGRST_DB_CHANNEL_ENABLED", "false"), ("AUTOREST_POOLER_STATS_URI", pooler.Uri("pgbouncer", "stats")), .. settings]);

    static Task<double> MetricAsync(OperatedServer server, string name) =>
        server.MetricAsync($"autorest_pooler_{name}{{database=\"{OperationCluster.Database}\"}}");

    static async Task<(double Transactions, double Sent)> SettledAsync(OperatedServer server)
    {
        await server.UntilAsync(async () => await MetricAsync(server, "transactions_total") > 0, "a first transaction");
        return (await MetricAsync(server, "transactions_total"), await MetricAsync(server, "sent_bytes_total"));
    }

    static async Task<List<string>> SamplesAsync(OperatedServer server) =>
        [.. (await server.AdminAsync("/metrics")).Text.Split('\n').Where(static line => line.StartsWith("autorest_pooler_", StringComparison.Ordinal))];
}
