using System.Diagnostics;
using AutoRest.Cli.Database;
using AutoRest.Server.Admin;
using Npgsql;

namespace AutoRest.Cli.Tests;

/// <summary>The servers' login may look at the pooler, and that is where the containers' server looks.</summary>
[Collection("processes")]
public sealed class PoolerStatisticsTests : IAsyncLifetime
{
    readonly Tool _tool = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _tool.DisposeAsync();

    [Fact]
    public async Task Servers_may_look_and_do_nothing_else()
    {
        Assert.SkipUnless(PgBouncerProgram.Find() is not null, "PgBouncer is not installed");
        await _tool.Succeed("up", "--detach", "--database-only");
        var port = (await _tool.Component("pgbouncer")).GetProperty("address").GetString()!.Split(':')[1];
        var settings = DatabaseTarget.Parse($"postgresql://authenticator:{_tool.Secrets.AuthenticatorPassword}@127.0.0.1:{port}/pgbouncer", []);

        await using var console = await PoolerConsole.ConnectAsync(settings, CancellationToken.None);
        Assert.Contains(await console.QueryAsync("SHOW POOLS", CancellationToken.None), row => row["database"] == PostgresCluster.DatabaseName);
        var refusal = await Assert.ThrowsAsync<PostgresException>(() => console.QueryAsync("PAUSE", CancellationToken.None));
        Assert.Contains("admin access needed", refusal.MessageText, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, null, "postgresql://authenticator:a1b2@pooler:6432/pgbouncer")]
    [InlineData(null, "", "")]
    [InlineData(null, "postgresql://mine", "postgresql://mine")]
    // Whose database it is, the pooler of it is not known.
    [InlineData("postgresql://mine", null, null)]
    public async Task Container_of_the_server_asks_its_pooler_unless_told_otherwise(string? database, string? said, string? expected)
    {
        var script = Path.Combine(Project.Find().Root, "src", "AutoRest.Server", "docker-entrypoint.sh");
        var start = new ProcessStartInfo("/bin/sh", [script, "/bin/sh", "-c", "printf %s \"${AUTOREST_POOLER_STATS_URI-unset}\""]) { RedirectStandardOutput = true };
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("PGRST_", StringComparison.Ordinal) || name.StartsWith("AUTOREST_", StringComparison.Ordinal)).ToList())
        {
            start.Environment.Remove(name);
        }

        start.Environment["SECRETS_DIR"] = Path.GetDirectoryName(_tool.Temp.Write("secrets/authenticator_password", "a1b2"));
        start.Environment["AUTOREST_POOLER"] = "pooler:6432";
        start.Environment["PGRST_DB_URI"] = database;
        start.Environment["AUTOREST_POOLER_STATS_URI"] = said;
        using var process = Process.Start(start)!;
        var printed = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();

        Assert.Equal(expected ?? "unset", printed);
    }
}
