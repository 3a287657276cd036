using System.Collections.Immutable;
using System.Net.Sockets;
using AutoRest.Testing;

namespace AutoRest.Api.Tests.Recorded;

/// <summary>Sends recorded requests, one after another, to a server on a database of its own. One server at a time: it is replaced when the
/// next case has another configuration.</summary>
/// <param name="way">Empty, or what is other than usual: <c> through PgBouncer</c>.</param>
public abstract class Replay(SharedCluster shared, ReplayReport report, string way, string database) : IAsyncDisposable
{
    // A server that never becomes ready takes its time: not once for each of twenty configurations.
    const int MostFailedStarts = 2;

    static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(30);

    Task<PostgresCluster>? _prepared;
    ServerProcess? _server;
    string? _configuration;
    string? _startProblem;
    int _failedStarts;

    /// <summary>A digest of all rows before the first case.</summary>
    public string Fingerprint { get; private set; } = "";

    /// <summary>Runs a case, notes the outcome, and gives what is wrong with the response.</summary>
    public async Task<(Outcome Outcome, string Message)> RunAsync(RecordedCase recorded)
    {
        var updating = NotYet.IsUpdating;
        var differences = await SendAsync(recorded);
        var reason = report.NotYet.Reason(recorded.Id + way);
        var outcome = (differences.IsEmpty, recorded.Optional, reason) switch
        {
            (true, _, _) => Outcome.Passed,
            (_, not null, _) => Outcome.OptionalFailed,
            (_, _, not null) => Outcome.NotYet,
            _ => Outcome.Failed,
        };
        report.Add(way, recorded, outcome, differences);
        return outcome switch
        {
            Outcome.Passed when reason is not null && !updating => (Outcome.Failed, "now passes: remove it from not-yet.txt"),
            Outcome.NotYet => (outcome, "not yet: " + reason),
            Outcome.OptionalFailed => (outcome, "optional: " + recorded.Optional),
            Outcome.Failed when updating => (Outcome.NotYet, "added to not-yet.txt"),
            _ => (outcome, ReplayReport.Describe(recorded, differences)),
        };
    }

    /// <summary>A digest of all rows now.</summary>
    public async Task<string> TakeFingerprintAsync() => await TakeFingerprintAsync(await PrepareAsync());

    public virtual async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
        GC.SuppressFinalize(this);
    }

    /// <summary>Another server than the built one.</summary>
    protected virtual string? Executable => null;

    /// <summary>The database as the server is to reach it.</summary>
    protected virtual Task<string> DatabaseUriAsync(PostgresCluster cluster, string name) => Task.FromResult(cluster.Uri(name));

    async Task<ImmutableArray<string>> SendAsync(RecordedCase recorded)
    {
        var cluster = await PrepareAsync();
        if (await ServerAsync(cluster, recorded.Configuration) is not { } server)
        {
            return [$"no response: {_startProblem}"];
        }
        if (recorded.MayWrite)
        {
            // Sequences are not rolled back.
            await cluster.ExecuteAsync("select private.reset_sequences()", database);
        }
        RawResponse? response = null;
        var differences = ImmutableArray<string>.Empty;
        try
        {
            response = await server.SendAsync(recorded.Request);
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            differences = [$"no response: {e.Message}"];
        }
        var result = recorded.Verification is { } verify ? await cluster.QueryAsync(verify.Sql, database) : null;
        if (recorded.Cleanup is { } cleanup)
        {
            await cluster.ExecuteAsync(cleanup, database);
        }
        if (response is not null)
        {
            differences = Comparison.Differences(recorded, response);
        }
        return result == recorded.Verification?.Result
            ? differences
            : differences.Add($"verify: expected '{recorded.Verification?.Result}', got '{result}'");
    }

    /// <summary>Creates the database once; a failure is remembered, not repeated for every case.</summary>
    Task<PostgresCluster> PrepareAsync()
    {
        return _prepared ??= CreateAsync();

        async Task<PostgresCluster> CreateAsync()
        {
            var cluster = await shared.GetAsync();
            await cluster.CreateDatabaseAsync(database, Corpus.FixtureFile);
            Fingerprint = await TakeFingerprintAsync(cluster);
            return cluster;
        }
    }

    async Task<string> TakeFingerprintAsync(PostgresCluster cluster)
    {
        var tables = await cluster.QueryAsync("""
            select string_agg(format($$select %L as t, md5(coalesce(string_agg(x::text, '|' order by x::text), '')) as h from %I.%I x$$,
                       schemaname || '.' || tablename, schemaname, tablename), ' union all ')
              from pg_tables where schemaname in ('api', 'tenant', 'private')
            """, database);
        return await cluster.QueryAsync($"select t, h from ({tables}) _ order by 1", database);
    }

    async Task<ServerProcess?> ServerAsync(PostgresCluster cluster, string configuration)
    {
        if (configuration == _configuration)
        {
            return _server;
        }
        _configuration = configuration;
        if (_server is not null)
        {
            await _server.DisposeAsync();
            _server = null;
        }
        if (_failedStarts == MostFailedStarts)
        {
            return null;
        }
        try
        {
            _server = await ServerProcess.StartAsync(await DatabaseUriAsync(cluster, database), Corpus.Configurations[configuration],
                waitUntilReady: false, Executable);
            await _server.WaitUntilReadyAsync(StartTimeout);
        }
        catch (InvalidOperationException e)
        {
            _startProblem = e.Message;
            _failedStarts++;
            if (_server is not null)
            {
                await _server.DisposeAsync();
                _server = null;
            }
        }
        return _server;
    }
}
