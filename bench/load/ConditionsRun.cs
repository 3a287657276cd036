using System.Globalization;
using AutoRest.Testing;

namespace AutoRest.Load;

/// <summary>What one condition gave: the medians of its turns.</summary>
/// <param name="RateRatio">Requests per second, as a multiple of the first condition's in the same round.</param>
/// <param name="P99Ratio">The same of the p99.</param>
sealed record ConditionResult(string Run, string Condition, double PerSecond, double P50, double P99, double RateRatio, double P99Ratio, double Reloads);

/// <summary>
/// One server under conditions that take turns, the ordinary one first in the table: <c>--overload</c> asks over ever more connections, far more than there
/// are database connections; <c>--reload</c> reloads the schema cache of 10,000 tables meanwhile.
/// </summary>
static class ConditionsRun
{
    const int Tables = 10_000;

    sealed record Condition(string Name, int Connections, bool Reloads);

    public static async Task<IReadOnlyList<ConditionResult>> OverloadAsync(Options options, Servers servers, Action<string> say)
    {
        await using var server = await servers.StartServerAsync(options, null, null);
        Condition[] conditions = [new("32 connections", 32, false), new("128 connections", 128, false), new("512 connections", 512, false)];
        return await RunAsync("overload", options, servers, server, Workload.All.First(static w => w.Name == "key"), conditions, say);
    }

    public static async Task<IReadOnlyList<ConditionResult>> ReloadAsync(Options options, Servers servers, Action<string> say)
    {
        const string Large = "large";
        await servers.Cluster.CreateDatabaseAsync(Large);
        say($"making {Tables} tables");
        await servers.Cluster.LoadAsync(Large, Repository.File("bench", "introspection", "schema.sql"),
            new Dictionary<string, string> { ["tables"] = Tables.ToString(CultureInfo.InvariantCulture) });
        await servers.Cluster.ExecuteAsync(
            """
            INSERT INTO api.table_1 (id, title) SELECT i, 'row ' || i FROM generate_series(1, 1000) AS i;
            GRANT USAGE ON SCHEMA api TO web_anon;
            GRANT SELECT ON api.table_1 TO web_anon;
            """, Large);
        await servers.Cluster.ExecuteAsync("VACUUM (FREEZE, ANALYZE)", Large);
        await using var server = await servers.StartServerAsync(options, null, null, database: Large);
        var workload = new Workload("key", "one row by key of 10,000 tables", "GET", "/table_1?id=eq.{key}", 200, 1000, 1);
        var results = new List<ConditionResult>();
        foreach (var connections in new[] { 4, options.Connections })
        {
            results.AddRange(await RunAsync("reload", options, servers, server, workload,
                [new($"{connections} connections", connections, false), new($"{connections} connections, reloading", connections, true)], say));
        }

        return results;
    }

    static async Task<IReadOnlyList<ConditionResult>> RunAsync(
        string run, Options options, Servers servers, ServerProcess server, Workload workload, Condition[] conditions, Action<string> say)
    {
        var turns = conditions.ToDictionary(static c => c, static _ => new List<(Turn Turn, int Reloads)>());
        foreach (var condition in conditions)
        {
            await TurnAsync(servers, server, workload, condition, options.Warmup);
        }

        for (var round = 0; round < options.Rounds; round++)
        {
            foreach (var condition in conditions.Skip(round % conditions.Length).Concat(conditions.Take(round % conditions.Length)))
            {
                var turn = await TurnAsync(servers, server, workload, condition, options.Seconds);
                turns[condition].Add(turn);
                say(string.Create(CultureInfo.InvariantCulture,
                    $"{run}, round {round + 1}: {condition.Name} {turn.Turn.PerSecond:0} req/s, p50 {turn.Turn.P50:0.00} ms, p99 {turn.Turn.P99:0.00} ms, {turn.Reloads} reloads"));
            }
        }

        Series Of(Condition condition) => new(condition.Name, [.. turns[condition].Select(static t => t.Turn)]);
        var first = Of(conditions[0]);
        return
        [
            .. conditions.Select(condition =>
            {
                var own = Of(condition);
                return new ConditionResult(
                    run, condition.Name, own.Median(static t => t.PerSecond), own.Median(static t => t.P50), own.Median(static t => t.P99),
                    own.RatioTo(first), own.RatioTo(first, static t => t.P99), turns[condition].Average(static t => t.Reloads));
            }),
        ];
    }

    /// <summary>A reload follows the one before it at once, for as long as the turn lasts.</summary>
    static async Task<(Turn Turn, int Reloads)> TurnAsync(Servers servers, ServerProcess server, Workload workload, Condition condition, double seconds)
    {
        using var end = new CancellationTokenSource();
        var reloading = condition.Reloads ? ReloadAgainAndAgainAsync(server, end.Token) : Task.FromResult(0);
        var contestant = new Stage(servers.Postmaster, servers.PoolerProcess, condition.Connections).Http(condition.Name, server, null, workload, null);
        var turn = await Task.Run(() => contestant.RunAsync(TimeSpan.FromSeconds(seconds)));
        await end.CancelAsync();
        return (turn, await reloading);
    }

    static async Task<int> ReloadAgainAndAgainAsync(ServerProcess server, CancellationToken end)
    {
        var reloads = 0;
        while (!end.IsCancellationRequested)
        {
            var seen = Loads();
            server.Signal(UnixSignal.User1);
            while (Loads() == seen)
            {
                await Task.Delay(5, CancellationToken.None);
            }

            reloads++;
        }

        return reloads;

        int Loads() => server.Output.Split("Schema cache loaded in").Length;
    }
}
