using AutoRest.Api.Tests.Recorded;
using AutoRest.Testing;
using Xunit.Sdk;
using Xunit.v3;

[assembly: AssemblyFixture(typeof(ReplayReport))]

namespace AutoRest.Api.Tests.Recorded;

/// <summary>Replays cases over one <see cref="Replay"/>. Classes run in parallel, each on a database of its own; the cases of a class one after
/// another in the order of the data, which is why it is not enumerated at discovery.</summary>
[TestCaseOrderer(typeof(ByName))]
public abstract class RecordedTests(Replay replay)
{
    protected static IEnumerable<TheoryDataRow<RecordedCase>> Rows(Func<RecordedCase, bool> belongs, string way = "") =>
        Corpus.Selected.Where(belongs).Select(c => new TheoryDataRow<RecordedCase>(c) { TestDisplayName = c.Id + way, Label = "" });

    protected async Task ReplayAsync(RecordedCase recorded)
    {
        var (outcome, message) = await replay.RunAsync(recorded);
        switch (outcome)
        {
            case Outcome.NotYet or Outcome.OptionalFailed:
                Assert.Skip(message);
                break;
            case Outcome.Failed:
                Assert.Fail(message);
                break;
        }
    }

    /// <summary>Runs last in its class, see <see cref="ByName"/>.</summary>
    [Fact]
    public async Task The_requests_leave_every_row_as_it_was()
    {
        var now = await replay.TakeFingerprintAsync();
        Assert.Equal(replay.Fingerprint, now);
    }
}

/// <summary><c>Answers_as_recorded</c> before <c>The_requests_leave_…</c>.</summary>
public sealed class ByName : ITestCaseOrderer
{
    public IReadOnlyCollection<TTestCase> OrderTestCases<TTestCase>(IReadOnlyCollection<TTestCase> testCases)
        where TTestCase : notnull, ITestCase =>
        [.. testCases.OrderBy(c => c.TestMethod?.MethodName, StringComparer.Ordinal)];
}

public sealed class BaseReplay(SharedCluster cluster, ReplayReport report) : Replay(cluster, report, way: "", database: "recorded");

/// <summary>The usual configuration: nine in ten cases.</summary>
public sealed class BaseConfigurationTests(BaseReplay replay) : RecordedTests(replay), IClassFixture<BaseReplay>
{
    public static IEnumerable<TheoryDataRow<RecordedCase>> Cases() => Rows(c => c.Configuration == "base");

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Cases), DisableDiscoveryEnumeration = true)]
    public Task Answers_as_recorded(RecordedCase recorded) => ReplayAsync(recorded);
}

public sealed class OtherReplay(SharedCluster cluster, ReplayReport report) : Replay(cluster, report, way: "", database: "recorded_other");

/// <summary>All other configurations, a server for each.</summary>
public sealed class OtherConfigurationTests(OtherReplay replay) : RecordedTests(replay), IClassFixture<OtherReplay>
{
    public static IEnumerable<TheoryDataRow<RecordedCase>> Cases() => Rows(c => c.Configuration != "base");

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Cases), DisableDiscoveryEnumeration = true)]
    public Task Answers_as_recorded(RecordedCase recorded) => ReplayAsync(recorded);
}

public sealed class PgBouncerReplay(SharedCluster cluster, ReplayReport report) : PooledReplay(cluster, report, Way, database: "recorded_pooled")
{
    public const string Way = " through PgBouncer";

    protected override Task<PgBouncer> StartAsync(PostgresCluster cluster) => PgBouncer.StartNewAsync(cluster);
}

public sealed class PreparingPgBouncerReplay(SharedCluster cluster, ReplayReport report) : PooledReplay(cluster, report, Way, database: "recorded_prepared")
{
    public const string Way = " through a PgBouncer that keeps prepared statements";

    protected override async Task<PgBouncer> StartAsync(PostgresCluster cluster) => await PgBouncer.StartNewAsync(
        await Required.PreparingPgBouncerAsync(), cluster, new Dictionary<string, string> { ["max_prepared_statements"] = "100", ["default_pool_size"] = "3" });
}

public abstract class PooledReplay(SharedCluster cluster, ReplayReport report, string way, string database) : Replay(cluster, report, way, database)
{
    PgBouncer? _bouncer;

    public override async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await base.DisposeAsync();
        if (_bouncer is not null)
        {
            await _bouncer.DisposeAsync();
        }
    }

    protected override async Task<string> DatabaseUriAsync(PostgresCluster cluster, string name)
    {
        _bouncer ??= await StartAsync(cluster);
        return _bouncer.Uri(name);
    }

    protected abstract Task<PgBouncer> StartAsync(PostgresCluster cluster);
}

/// <summary>A pooler between the server and PostgreSQL changes no answer: every case of the usual configuration.</summary>
public sealed class PgBouncerTests(PgBouncerReplay replay) : RecordedTests(replay), IClassFixture<PgBouncerReplay>
{
    public static IEnumerable<TheoryDataRow<RecordedCase>> Cases() => Rows(c => c.Configuration == "base", PgBouncerReplay.Way);

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Cases), DisableDiscoveryEnumeration = true)]
    public Task Answers_as_recorded(RecordedCase recorded)
    {
        Required.PgBouncer();
        return ReplayAsync(recorded);
    }
}

/// <summary>The same with a pooler that keeps prepared statements, fewer of them and on fewer connections than the server believes to have.</summary>
public sealed class PreparingPgBouncerTests(PreparingPgBouncerReplay replay) : RecordedTests(replay), IClassFixture<PreparingPgBouncerReplay>
{
    public static IEnumerable<TheoryDataRow<RecordedCase>> Cases() => Rows(c => c.Configuration == "base", PreparingPgBouncerReplay.Way);

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Cases), DisableDiscoveryEnumeration = true)]
    public async Task Answers_as_recorded(RecordedCase recorded)
    {
        await Required.PreparingPgBouncerAsync();
        await ReplayAsync(recorded);
    }
}

public sealed class NativeReplay(SharedCluster cluster, ReplayReport report) : Replay(cluster, report, Way, database: "recorded_native")
{
    public const string Way = " of the native executable";

    // Once: looking at the sources takes time.
    readonly Lazy<string> _executable = new(Required.NativeServer);

    protected override string Executable => _executable.Value;

    public void Require() => _ = _executable.Value;
}

/// <summary>Compiled ahead of time, without the parts nobody seems to call, the server is the same: every case of every configuration.</summary>
public sealed class NativeExecutableTests(NativeReplay replay) : RecordedTests(replay), IClassFixture<NativeReplay>
{
    readonly NativeReplay _replay = replay;

    public static IEnumerable<TheoryDataRow<RecordedCase>> Cases() => Rows(static _ => true, NativeReplay.Way);

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Cases), DisableDiscoveryEnumeration = true)]
    public Task Answers_as_recorded(RecordedCase recorded)
    {
        _replay.Require();
        return ReplayAsync(recorded);
    }
}
