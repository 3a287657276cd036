using System.Globalization;
using System.Text.Json;
using AutoRest.Testing;

namespace AutoRest.Load;

/// <summary>All turns of one contestant in one workload.</summary>
sealed record Series(string Name, IReadOnlyList<Turn> Turns)
{
    public double Median(Func<Turn, double?> value) => MedianOf(Turns.Select(value));

    /// <summary>How often this one's rate is another's: the median of the rounds' ratios, whose turns are neighbours in time.</summary>
    public double RatioTo(Series other) => RatioTo(other, static t => t.PerSecond);

    public double RatioTo(Series other, Func<Turn, double> value) => MedianOf(Turns.Zip(other.Turns, (a, b) => (double?)(value(a) / value(b))));

    static double MedianOf(IEnumerable<double?> values)
    {
        var sorted = values.OfType<double>().Order().ToArray();
        return sorted.Length == 0 ? double.NaN
            : sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[(sorted.Length / 2) - 1] + sorted[sorted.Length / 2]) / 2;
    }
}

/// <summary>What a workload gave.</summary>
/// <param name="Statements">The SQL that pgbench ran, as captured.</param>
sealed record WorkloadResult(string Name, string Title, IReadOnlyList<Series> Contestants, IReadOnlyList<SentStatement> Statements);

/// <summary>The contestants in turns, workload by workload.</summary>
static class ThroughputRun
{
    public const string Own = "AutoRest";
    public const string Peer = "peer";
    public const string Limit = "pgbench";

    public static async Task<IReadOnlyList<WorkloadResult>> RunAsync(Options options, Servers servers, Action<string> say)
    {
        var (pgBench, reason) = await PgBench.FindAsync();
        if (pgBench is null)
        {
            say($"no ratio to pgbench: {reason}");
        }

        using var probe = new AllocationProbe();
        await using var server = await servers.StartServerAsync(options, null, probe);
        await using var peer = options.PeerCommand is { } command ? await servers.StartServerAsync(options, command, null) : null;
        await using var proxy = options.Proxy ? await ProxyProcess.StartAsync(server.Port, options.Workloads[0].Request(1, null)) : null;
        var stage = new Stage(servers.Postmaster, servers.PoolerProcess, options.Connections);
        var results = new List<WorkloadResult>();
        await WarmUpAsync(options, servers, stage, peer is null ? [server] : [server, peer]);
        foreach (var workload in options.Workloads)
        {
            var token = workload.WithToken ? Servers.Token() : null;
            Check(server, workload, token, Own);
            if (peer is not null)
            {
                Check(peer, workload, token, options.PeerCommand!);
            }

            var contestants = new List<Contestant> { stage.Http(Own, server, probe, workload, token) };
            if (token is not null)
            {
                contestants.Add(stage.Http("AutoRest, no token", server, probe, workload, null));
            }

            if (proxy is not null)
            {
                contestants.Add(stage.Http("AutoRest behind the proxy", server, probe, workload, token, proxy));
            }

            IReadOnlyList<SentStatement> statements = [];
            if (pgBench is not null)
            {
                var key = workload.Keys * 77 / 100;
                statements = await CapturedSql.CaptureAsync(servers.Cluster, () =>
                {
                    Send(server, workload, key, token);
                    return Task.CompletedTask;
                });
                var script = CapturedSql.ToScript(statements, workload.Keys == 1 ? "" : key.ToString(CultureInfo.InvariantCulture), workload.Keys);
                if (workload.Keys > 1 && !script.Script.Contains(":key", StringComparison.Ordinal))
                {
                    say($"{workload.Name}: pgbench repeats one key, the server does not send it as a parameter of its own");
                }

                contestants.Add(stage.Database(pgBench, servers.DatabasePort, script, servers.MayPrepare));
            }

            if (peer is not null)
            {
                contestants.Add(stage.Http(Peer, peer, null, workload, token));
            }

            results.Add(new WorkloadResult(workload.Name, workload.Title, await AlternateAsync(options, servers, workload, contestants, say), statements));
        }

        return results;
    }

    /// <summary>Every workload once: what they share is then compiled as well for the first of them as for the last.</summary>
    static async Task WarmUpAsync(Options options, Servers servers, Stage stage, ServerProcess[] contestants)
    {
        foreach (var server in contestants)
        {
            foreach (var workload in options.Workloads)
            {
                await stage.Http("", server, null, workload, workload.WithToken ? Servers.Token() : null).RunAsync(TimeSpan.FromSeconds(options.Warmup));
            }
        }

        await servers.Cluster.ExecuteAsync("TRUNCATE api.events");
    }

    static async Task<IReadOnlyList<Series>> AlternateAsync(
        Options options, Servers servers, Workload workload, List<Contestant> contestants, Action<string> say)
    {
        foreach (var contestant in contestants.Where(static c => c.Name != Limit))
        {
            await contestant.RunAsync(TimeSpan.FromSeconds(options.Warmup));
        }

        var turns = contestants.ToDictionary(static c => c, static _ => new List<Turn>());
        for (var round = 0; round < options.Rounds; round++)
        {
            // Who comes first changes, so that a drift of the machine favours nobody.
            foreach (var contestant in contestants.Skip(round % contestants.Count).Concat(contestants.Take(round % contestants.Count)))
            {
                if (workload.Prepare is { } sql)
                {
                    await servers.Cluster.ExecuteAsync(sql);
                }

                var turn = await contestant.RunAsync(TimeSpan.FromSeconds(options.Seconds));
                turns[contestant].Add(turn);
                say(string.Create(
                    CultureInfo.InvariantCulture, $"{workload.Name}, round {round + 1}: {contestant.Name} {turn.PerSecond:0} req/s, p99 {turn.P99:0.0} ms"));
            }
        }

        return [.. contestants.Select(c => new Series(c.Name, turns[c]))];
    }

    /// <summary>An answer that has the right status may still hold the wrong rows.</summary>
    static void Check(ServerProcess server, Workload workload, string? token, string who)
    {
        var body = Send(server, workload, workload.Keys * 77 / 100, token);
        if (workload.Rows is { } rows)
        {
            using var document = JsonDocument.Parse(body);
            if (document.RootElement.GetArrayLength() != rows)
            {
                throw new InvalidOperationException($"{who}, {workload.Name}: {document.RootElement.GetArrayLength()} rows instead of {rows}");
            }
        }
    }

    static byte[] Send(ServerProcess server, Workload workload, int key, string? token) =>
        PlainClient.Send(server.Port, workload.Request(key, token), workload.Status).Body;
}
