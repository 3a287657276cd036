using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using AutoRest.Testing;

namespace AutoRest.Load;

/// <summary>Where the run took place: figures of another machine are not comparable, ratios nearly.</summary>
sealed record Machine(string Processor, int Cores, long MemoryBytes, string System, string Runtime, string Parts, string LoadAverageBefore)
{
    public static Machine Describe(string parts) => new(
        Lines("/proc/cpuinfo").FirstOrDefault(static l => l.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim() ?? RuntimeInformation.ProcessArchitecture.ToString(),
        Environment.ProcessorCount,
        GC.GetGCMemoryInfo().TotalAvailableMemoryBytes,
        RuntimeInformation.OSDescription,
        RuntimeInformation.FrameworkDescription,
        parts,
        string.Join(' ', (Lines("/proc/loadavg").FirstOrDefault() ?? "").Split(' ').Take(3)));

    static IEnumerable<string> Lines(string file) => File.Exists(file) ? File.ReadLines(file) : [];
}

/// <summary>Results as Markdown tables and as a JSON file.</summary>
static class Report
{
    static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static string Write(Options options, Machine machine, IReadOnlyList<WorkloadResult> throughput, IReadOnlyList<MemoryResult> memory,
        IReadOnlyList<ConditionResult> conditions)
    {
        var file = options.Output
            ?? Repository.File("artifacts", string.Create(CultureInfo.InvariantCulture, $"load-{DateTime.UtcNow:yyyyMMdd-HHmmss}.json"));
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(file))!);
        File.WriteAllText(file, JsonSerializer.Serialize(
            new
            {
                Time = DateTime.UtcNow,
                Machine = machine,
                Options = options with { Workloads = [] },
                Workloads = throughput.Select(w => new
                {
                    w.Name,
                    w.Title,
                    RatioToPgBench = Ratio(w, ThroughputRun.Limit),
                    RatioToPeer = Ratio(w, ThroughputRun.Peer),
                    w.Contestants,
                    w.Statements,
                }),
                Memory = memory,
                Conditions = conditions,
            },
            Json));
        return file;
    }

    public static string Table(IReadOnlyList<WorkloadResult> results)
    {
        var text = new StringBuilder();
        text.AppendLine("| workload | | req/s | p50 ms | p99 ms | ÷ pgbench | ÷ peer | server CPU µs | PostgreSQL CPU µs | PgBouncer CPU µs | generator CPU µs | allocated B | response B | RSS MB |");
        text.AppendLine("|---|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|");
        foreach (var result in results)
        {
            foreach (var series in result.Contestants)
            {
                var limit = series.Name == ThroughputRun.Limit ? null : result.Contestants.FirstOrDefault(static s => s.Name == ThroughputRun.Limit);
                var peer = series.Name == ThroughputRun.Peer ? null : result.Contestants.FirstOrDefault(static s => s.Name == ThroughputRun.Peer);
                text.AppendLine(CultureInfo.InvariantCulture,
                    $"| {result.Name} | {series.Name} | {Number(series.Median(static t => t.PerSecond), "#,0")} | {Number(series.Median(static t => t.P50), "0.00")} | {Number(series.Median(static t => t.P99), "0.00")} | {(limit is null ? "" : Number(series.RatioTo(limit), "0.00"))} | {(peer is null ? "" : Number(series.RatioTo(peer), "0.00"))} | {Number(series.Median(static t => t.ServerCpu), "0")} | {Number(series.Median(static t => t.PostgresCpu), "0")} | {Number(series.Median(static t => t.PoolerCpu), "0")} | {Number(series.Median(static t => t.GeneratorCpu), "0")} | {Number(series.Median(static t => t.AllocatedBytes), "#,0")} | {Number(series.Median(static t => t.BytesReceived), "#,0")} | {Number(series.Median(static t => t.Resident) / 1e6, "0")} |");
            }
        }

        return text.ToString();
    }

    public static string Table(IReadOnlyList<MemoryResult> results)
    {
        var text = new StringBuilder();
        text.AppendLine("| | start to first answer s | idle MB | result MB | grew by MB | first byte ms | seconds | body MB | grew by MB | × body | seconds |");
        text.AppendLine("|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|");
        foreach (var r in results)
        {
            text.AppendLine(CultureInfo.InvariantCulture,
                $"| {r.Name} | {r.StartSeconds:0.000} | {r.IdleResident / 1e6:0} | {Failed(r.ResultFailure)}{r.ResultBytes / 1e6:0} | {r.ResultGrowth / 1e6:0} | {r.FirstByteSeconds * 1000:0} | {r.ResultSeconds:0.0} | {Failed(r.BodyFailure)}{r.BodyBytes / 1e6:0} | {r.BodyGrowth / 1e6:0} | {(double)r.BodyGrowth / r.BodyBytes:0.0} | {r.BodySeconds:0.0} |");
        }

        return text.ToString();
    }

    public static string Table(IReadOnlyList<ConditionResult> results)
    {
        var text = new StringBuilder();
        text.AppendLine("| run | condition | req/s | p50 ms | p99 ms | req/s ÷ first | p99 ÷ first | reloads |");
        text.AppendLine("|---|---|---:|---:|---:|---:|---:|---:|");
        foreach (var r in results)
        {
            text.AppendLine(CultureInfo.InvariantCulture,
                $"| {r.Run} | {r.Condition} | {r.PerSecond:#,0} | {r.P50:0.00} | {r.P99:0.00} | {r.RateRatio:0.00} | {r.P99Ratio:0.00} | {r.Reloads:0.0} |");
        }

        return text.ToString();
    }

    static string Failed(string? failure) => failure is null ? "" : "FAILED ";

    static double? Ratio(WorkloadResult result, string to)
    {
        var own = result.Contestants.First(static s => s.Name == ThroughputRun.Own);
        return result.Contestants.FirstOrDefault(s => s.Name == to) is { } other ? own.RatioTo(other) : null;
    }

    static string Number(double value, string format) => double.IsNaN(value) ? "" : value.ToString(format, CultureInfo.InvariantCulture);
}
