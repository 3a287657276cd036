using System.CommandLine;

namespace AutoRest.Load;

/// <summary>The command line.</summary>
/// <param name="Pool">Database connections of the servers (<c>PGRST_DB_POOL</c>) and of the pooler.</param>
/// <param name="ResultMegabytes">Size of the large result of <c>--memory</c>.</param>
sealed record Options(
    IReadOnlyList<Workload> Workloads, double Seconds, double Warmup, int Rounds, int Connections, int Pool, bool Pooler, string? PeerCommand, bool Proxy, bool Memory, bool Overload, bool Reload,
    int ResultMegabytes, string? Output)
{
    static readonly Option<string> WorkloadNames = new("--workloads")
    {
        Description = $"Comma-separated: {string.Join(',', Workload.All.Select(static w => w.Name))}",
        DefaultValueFactory = static _ => string.Join(',', Workload.All.Select(static w => w.Name)),
    };

    static readonly Option<double> SecondsOption = new("--seconds") { Description = "Length of a turn", DefaultValueFactory = static _ => 5 };
    static readonly Option<double> WarmupOption = new("--warmup") { Description = "Seconds of each workload at the start, and again before its first turn", DefaultValueFactory = static _ => 3 };
    static readonly Option<int> RoundsOption = new("--rounds") { Description = "Turns of each contestant", DefaultValueFactory = static _ => 3 };
    static readonly Option<int> ConnectionsOption = new("--connections") { Description = "HTTP connections, and pgbench clients", DefaultValueFactory = static _ => 32 };
    static readonly Option<int> PoolOption = new("--pool") { Description = "Database connections of a server (db-pool)", DefaultValueFactory = static _ => 10 };
    static readonly Option<bool> PoolerOption = new("--pooler") { Description = "Everybody connects through PgBouncer (transaction pooling)" };

    static readonly Option<string?> PeerOption = new("--peer-command")
    {
        Description = "Command line of another server of the same contract, configured by PGRST_* variables",
    };

    static readonly Option<bool> ProxyOption = new("--proxy") { Description = "Each workload through the hostname proxy, too" };
    static readonly Option<bool> MemoryOption = new("--memory") { Description = "Measure memory and start-up time instead of throughput" };
    static readonly Option<bool> OverloadOption = new("--overload") { Description = "Measure 32, 128 and 512 HTTP connections instead" };
    static readonly Option<bool> ReloadOption = new("--reload") { Description = "Measure what reloading a schema cache of 10,000 tables does to requests instead" };
    static readonly Option<int> ResultOption = new("--result-mb") { Description = "With --memory: size of the large result", DefaultValueFactory = static _ => 1024 };
    static readonly Option<string?> OutputOption = new("--output") { Description = "JSON file of the results (default: artifacts/load-<time>.json)" };

    public static RootCommand Command(Func<Options, Task<int>> run)
    {
        var root = new RootCommand("Load runs: AutoRest against pgbench with the same SQL, and any server of the same contract")
        {
            WorkloadNames, SecondsOption, WarmupOption, RoundsOption, ConnectionsOption, PoolOption, PoolerOption, PeerOption, ProxyOption, MemoryOption, OverloadOption, ReloadOption,
            ResultOption, OutputOption,
        };
        WorkloadNames.Validators.Add(static result =>
        {
            foreach (var name in Names(result.GetValueOrDefault<string>()!).Where(static n => !Workload.All.Any(w => w.Name == n)))
            {
                result.AddError($"there is no workload {name}");
            }
        });
        root.SetAction(parsed => run(new Options(
            [.. Names(parsed.GetValue(WorkloadNames)!).Select(static n => Workload.All.First(w => w.Name == n))],
            parsed.GetValue(SecondsOption), parsed.GetValue(WarmupOption), Math.Max(1, parsed.GetValue(RoundsOption)), parsed.GetValue(ConnectionsOption),
            parsed.GetValue(PoolOption), parsed.GetValue(PoolerOption), parsed.GetValue(PeerOption), parsed.GetValue(ProxyOption), parsed.GetValue(MemoryOption), parsed.GetValue(OverloadOption),
            parsed.GetValue(ReloadOption), parsed.GetValue(ResultOption),
            parsed.GetValue(OutputOption))));
        return root;
    }

    static string[] Names(string list) => list.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
