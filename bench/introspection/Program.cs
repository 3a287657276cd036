// Loads the schema cache of a large generated database and prints how long that takes and what it holds:
//   dotnet run -c Release --project bench/introspection [-- <tables, default 10000>]
// Target: 10,000 tables within 5 seconds.
using System.Diagnostics;
using System.Globalization;
using AutoRest.Introspection;
using AutoRest.Testing;
using Npgsql;

var tables = args is [var count, ..] ? int.Parse(count, CultureInfo.InvariantCulture) : 10_000;
await using var cluster = await PostgresCluster.StartNewAsync(new Dictionary<string, string> { ["shared_buffers"] = "256MB" });

var started = Stopwatch.GetTimestamp();
await cluster.LoadAsync("postgres", Repository.File("bench", "introspection", "schema.sql"),
    new Dictionary<string, string> { ["tables"] = tables.ToString(CultureInfo.InvariantCulture) });
Console.WriteLine($"{tables} tables created in {Stopwatch.GetElapsedTime(started).TotalSeconds:0.0} s");

await using var source = new NpgsqlSlimDataSourceBuilder(
    cluster.ConnectionString() + ";Command Timeout=0;Server Compatibility Mode=NoTypeLoading").Build();
SchemaCache? cache = null;
for (var run = 1; run <= 4; run++)
{
    if (run == 3)
    {
        await cluster.ExecuteAsync("ANALYZE");
        Console.WriteLine("after ANALYZE:");
    }

    source.Clear(); // A new session: its catalog caches are empty, as at start-up.
    await using var connection = await source.OpenConnectionAsync();
    var before = GC.GetTotalMemory(forceFullCollection: true);
    var (paused, allocated, collections) = (GC.GetTotalPauseDuration(), GC.GetTotalAllocatedBytes(), Collections());
    started = Stopwatch.GetTimestamp();
    var facts = await CatalogReader.ReadAsync(connection, ["api"], ["public"], CancellationToken.None);
    var read = Stopwatch.GetElapsedTime(started);
    started = Stopwatch.GetTimestamp();
    cache = SchemaCacheBuilder.Build(facts, cache);
    var build = Stopwatch.GetElapsedTime(started);

    paused = GC.GetTotalPauseDuration() - paused;
    allocated = GC.GetTotalAllocatedBytes() - allocated;
    collections = [.. Collections().Zip(collections, static (now, then) => now - then)];
    var slowest = string.Join(", ", facts.Timings.OrderByDescending(t => t.Elapsed).Take(4).Select(t => $"{t.Query} {t.Elapsed.TotalSeconds:0.00}"));
    facts = null;
    var retained = GC.GetTotalMemory(forceFullCollection: true) - before;
    Console.WriteLine($"run {run}: {(read + build).TotalSeconds:0.00} s = catalog {read.TotalSeconds:0.00} ({slowest}) + build {build.TotalSeconds:0.00}; " +
        $"{(run == 1 ? "retained" : "retained more")} {retained / 1e6:0} MB, working set {Environment.WorkingSet / 1e6:0} MB, " +
        $"allocated {allocated / 1e6:0} MB, {string.Join('/', collections)} collections of generations 0/1/2 paused {paused.TotalMilliseconds:0} ms");
    if (run == 1)
    {
        Console.WriteLine($"  {cache.Tables.Count} relations, {cache.Tables.Sum(t => t.Value.Columns.Length)} columns, " +
            $"{cache.Relationships.Sum(r => r.Value.Length)} relationships, {cache.Routines.Count} routines");
    }
}

static int[] Collections() => [GC.CollectionCount(0), GC.CollectionCount(1), GC.CollectionCount(2)];
