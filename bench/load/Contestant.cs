using AutoRest.Testing;

namespace AutoRest.Load;

/// <summary>One turn of one contestant. Times of processors are microseconds per request.</summary>
/// <param name="ServerCpu">Null where no server takes part.</param>
/// <param name="GeneratorCpu">Null where it is not known (pgbench).</param>
/// <param name="Resident">Bytes of the server at the end of the turn.</param>
sealed record Turn(
    double PerSecond, double P50, double P99, long Requests, double? ServerCpu, double PostgresCpu, double? PoolerCpu, double? GeneratorCpu,
    double? AllocatedBytes, double? BytesReceived, long? Resident);

/// <summary>Who takes turns.</summary>
sealed record Contestant(string Name, Func<TimeSpan, Task<Turn>> RunAsync);

/// <summary>The running parts, whose processor time is counted.</summary>
sealed record Stage(int Postmaster, int? Pooler, int Connections)
{
    /// <summary>A server that speaks HTTP.</summary>
    /// <param name="proxy">It is asked through this.</param>
    public Contestant Http(string name, ServerProcess server, AllocationProbe? probe, Workload workload, string? token, ProxyProcess? proxy = null)
    {
        var requests = workload.Requests(token);
        return new Contestant(name, duration =>
        {
            var allocated = probe?.AllocatedBytes();
            var own = Own();
            var (database, pooler) = Others();
            var result = HttpLoad.Run(proxy?.Port ?? server.Port, requests, workload.Status, Connections, duration);

            // The answers after the end of the turn are not counted in its rate, but they cost as much.
            double count = result.Requests + Connections;
            var (databaseAfter, poolerAfter) = Others();
            return Task.FromResult(new Turn(
                result.RequestsPerSecond, result.P50, result.P99, result.Requests,
                (Own() - own).TotalMicroseconds / count,
                (databaseAfter - database).TotalMicroseconds / count,
                Pooler is null ? null : (poolerAfter - pooler).TotalMicroseconds / count,
                result.GeneratorCpu.TotalMicroseconds / count,
                (probe?.AllocatedBytes() - allocated) / count,
                result.Bytes / count,
                ProcessUsage.ResidentOf(server.ProcessId)));
        });

        TimeSpan Own() => ProcessUsage.OfTree(server.ProcessId) + (proxy is null ? TimeSpan.Zero : ProcessUsage.OfTree(proxy.ProcessId));
    }

    /// <summary>pgbench with the same SQL.</summary>
    public Contestant Database(PgBench pgBench, int port, (string Script, List<string> Variables) script, bool prepared) =>
        new("pgbench", async duration =>
        {
            var (database, pooler) = Others();
            var (rate, p50, p99, count) = await pgBench.RunAsync(port, script.Script, script.Variables, Connections, duration, prepared);
            var (databaseAfter, poolerAfter) = Others();
            return new Turn(
                rate, p50, p99, count, null, (databaseAfter - database).TotalMicroseconds / count,
                Pooler is null ? null : (poolerAfter - pooler).TotalMicroseconds / count, null, null, null, null);
        });

    (TimeSpan Database, TimeSpan Pooler) Others() =>
        (ProcessUsage.OfTree(Postmaster), Pooler is { } pooler ? ProcessUsage.Of(pooler) : TimeSpan.Zero);
}
