using System.Globalization;
using AutoRest.Testing;

namespace AutoRest.Api.Tests.Operation;

/// <summary>A connection string with several hosts, in front of a primary and a streaming standby. contract/operations.md §11.</summary>
public sealed class ReplicaTests
{
    static readonly RawRequest Write = new RawRequest("POST", "/entries").WithHeader("Content-Type", "application/json").WithBody("{\"id\":1}");

    [Fact]
    public async Task Requests_go_to_the_host_with_the_wanted_attributes_and_the_listener_to_the_primary()
    {
        Required.PostgreSql();
        Required.That(PostgresCluster.CanHaveStandby, "pg_basebackup is not installed");
        await using var primary = await OperationCluster.CreateAsync();
        await primary.ExecuteAsync("create table entries (id int); grant select, insert on entries to visitor", OperationCluster.Database);
        await using var standby = await primary.StartStandbyAsync();
        await StandbyReadsAsync(primary, standby);
        await PrimaryWritesAsync(primary, standby);
    }

    static async Task StandbyReadsAsync(PostgresCluster primary, PostgresCluster standby)
    {
        await using var server = await OperatedServer.StartAsync(primary, true, ("PGRST_DB_URI", Uri(primary, standby, "read-only")), ("PGRST_DB_TX_END", "commit-allow-override"));
        Assert.Equal(200, (await server.GetAsync("/items?id=eq.1")).Status);
        await server.UntilLoggedAsync(string.Create(CultureInfo.InvariantCulture, $"on \"127.0.0.1:{primary.Port}\""));
        Assert.Equal("0", await primary.QueryAsync("select count(*) from pg_stat_activity where usename = 'authenticator' and query not like 'LISTEN%'"));
        Assert.NotEqual("0", await standby.QueryAsync("select count(*) from pg_stat_activity where usename = 'authenticator'"));
        foreach (var write in (RawRequest[])[Write, Write.WithHeader("Prefer", "tx=rollback"), Write.WithHeader("Accept", "application/vnd.pgrst.object+json")])
        {
            var refused = await server.Process.SendAsync(write);
            Assert.Equal(405, refused.Status);
            Assert.Contains("\"code\":\"25006\"", refused.Text, StringComparison.Ordinal);
        }

        // A notification of the primary reaches the cache that is read from the standby.
        await primary.ExecuteAsync("create table later (id int); grant select on later to visitor", OperationCluster.Database);
        await server.UntilAsync(async () => await standby.QueryAsync("select to_regclass('later') is not null", OperationCluster.Database) == "t", "the replication");
        await primary.ExecuteAsync("notify pgrst", OperationCluster.Database);
        await server.UntilAsync(async () => (await server.GetAsync("/later")).Status == 200, "the reload", 5);
    }

    static async Task PrimaryWritesAsync(PostgresCluster primary, PostgresCluster standby)
    {
        await using var server = await OperatedServer.StartAsync(primary, true, ("PGRST_DB_URI", Uri(primary, standby, "read-write")));
        Assert.Equal(201, (await server.Process.SendAsync(Write)).Status);
    }

    /// <summary>The standby first: only the attributes lead to the primary.</summary>
    static string Uri(PostgresCluster primary, PostgresCluster standby, string attributes) => string.Create(
        CultureInfo.InvariantCulture,
        $"postgresql://authenticator@127.0.0.1:{standby.Port},127.0.0.1:{primary.Port}/{OperationCluster.Database}?target_session_attrs={attributes}");
}
