using System.Diagnostics;
using AutoRest.Cli.Database;

namespace AutoRest.Cli.Tests;

/// <summary>The measures of <c>status</c>, read from a real stack.</summary>
[Collection("processes")]
public sealed class StatusTests : IAsyncLifetime
{
    readonly Tool _tool = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _tool.DisposeAsync();

    [Fact]
    public async Task Database_pooler_and_what_follows_are_measured_and_a_crossed_threshold_is_told()
    {
        await _tool.Succeed("up", "--detach", "--database-only");
        await using (var connection = await _tool.Connect("postgres", "postgres", _tool.Secrets.PostgresPassword))
        {
            var database = (await _tool.Status()).GetProperty("database");
            Assert.Equal(await Tool.Scalar(connection, "SHOW server_version"), database.GetProperty("version").GetString());
            Assert.True(database.GetProperty("sizeBytes").GetInt64() > 1_000_000);
            Assert.InRange(database.GetProperty("connections").GetInt64(), 2, 30);
            Assert.Equal(100, database.GetProperty("maxConnections").GetInt64());
            Assert.Empty(database.GetProperty("replicas").EnumerateArray());
        }

        if (PgBouncerProgram.Find() is { } program)
        {
            var pooler = (await _tool.Status()).GetProperty("pooler");
            Assert.Equal($"PgBouncer {program.Version}", pooler.GetProperty("version").GetString());
            Assert.True(pooler.GetProperty("servers").GetInt64() > 0);
            Assert.Equal(0, pooler.GetProperty("waiting").GetInt64());
        }

        // Somebody who follows the log: as a standby does.
        var address = (await _tool.Component("postgres")).GetProperty("address").GetString()!.Split(':');
        var start = new ProcessStartInfo(PostgresPrograms.Find("pg_receivewal"), ["-h", address[0], "-p", address[1], "-U", "postgres", "-D", Directory.CreateDirectory(_tool.Temp.In("wal")).FullName]) { RedirectStandardError = true };
        start.Environment["PGPASSWORD"] = _tool.Secrets.PostgresPassword;
        using (var follower = Process.Start(start)!)
        {
            var seen = false;
            for (var i = 0; i < 50 && !seen; i++)
            {
                seen = (await _tool.Status()).GetProperty("database").GetProperty("replicas").EnumerateArray().Any(replica => replica.GetProperty("name").GetString() == "pg_receivewal 127.0.0.1" && replica.GetProperty("state").GetString() == "streaming");
            }

            follower.Kill();
            await follower.WaitForExitAsync();
            Assert.True(seen);
        }

        var busy = new List<Npgsql.NpgsqlConnection>();
        try
        {
            for (var i = 0; i < 92; i++)
            {
                busy.Add(await _tool.Connect("postgres", "postgres", _tool.Secrets.PostgresPassword, known: address[1]));
            }

            var said = await _tool.Run("status");

            Assert.Equal(4, said.ExitCode);
            Assert.Contains("of 100 connections are in use (more than 90 %)", said.Output, StringComparison.Ordinal);
            Assert.Contains("database: PostgreSQL ", said.Output, StringComparison.Ordinal);
        }
        finally
        {
            foreach (var one in busy)
            {
                await one.DisposeAsync();
            }
        }
    }

    [Theory]
    [InlineData(90, 100, 95.0, 10, 0)]
    [InlineData(91, 100, 95.0, 10, 1)]
    [InlineData(90, 100, 94.9, 10, 1)]
    [InlineData(90, 100, 95.0, 10.1, 1)]
    [InlineData(100, 100, 1.0, 999, 3)]
    [InlineData(1, 100, null, 0, 0)]
    public void Each_threshold_has_its_alert(long connections, long most, double? hit, double lag, int alerts) =>
        Assert.Equal(alerts, new Measures("", connections, most, hit, 0, [new Replica("r", "streaming", lag)], null).Alerts().Count);
}
