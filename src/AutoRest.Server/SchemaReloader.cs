using System.Buffers;
using System.Collections.Frozen;
using System.Diagnostics;
using System.Text;
using System.Threading.Channels;
using AutoRest.Introspection;
using AutoRest.Server.Configuration;
using AutoRest.Server.Errors;
using AutoRest.Server.Execution;
using AutoRest.Server.Observability;
using AutoRest.Server.Planning;
using Npgsql;

namespace AutoRest.Server;

/// <summary>
/// Loads the schema cache and loads it again when asked: one worker, at most one load now and one after, the old cache serving meanwhile.
/// contract/operations.md §2.1, §2.2, §4.
/// </summary>
public sealed class SchemaReloader(AppState state, Database database, ConfigSource source, Log log) : IDisposable
{
    /// <summary>PostgreSQL 14.</summary>
    const int MinimumVersion = 140_000;

    const int LongestDelay = 32;

    static readonly TimeSpan Debounce = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// While the database cannot be reached, one plain connection attempt is made in this time, give or take a quarter, besides the full attempts: so
    /// that service returns within two seconds of the database, which a back-off of 32 seconds alone would not do.
    /// </summary>
    static readonly TimeSpan LongestProbePause = TimeSpan.FromSeconds(1);

    /// <summary>The first of those attempts come sooner: a pooler that restarts is back in a moment, and requests are waiting for it.</summary>
    static readonly TimeSpan ShortestProbePause = TimeSpan.FromMilliseconds(50);

    // Capacity one: a burst of triggers is one pending load.
    readonly Channel<bool> _requests = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    readonly TaskCompletionSource _firstAttempt = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly TaskCompletionSource _firstSuccess = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly SemaphoreSlim _configuring = new(1);
    bool _isUnreachable;
    TimeSpan _probePause;
    volatile bool _hasBegun;
    IReadOnlyDictionary<string, string>? _inDatabase;
    bool _hasEnded;

    /// <summary>Completes when the first attempt succeeded or failed: then the API port opens.</summary>
    public Task FirstAttempt => _firstAttempt.Task;

    /// <summary>Completes when a load succeeded: with <c>server-reuseport</c> the API port opens only then.</summary>
    public Task FirstSuccess => _firstSuccess.Task;

    /// <summary>A load has begun: what is notified from now on may be missing in it, unless somebody was listening before.</summary>
    public bool HasBegun => _hasBegun;

    /// <summary>The database answers after a time in which it did not.</summary>
    public event Action? Recovered;

    /// <summary>Another cache was published: sessions elsewhere must not keep what is stale either.</summary>
    public event Action? Loaded;

    /// <summary>The server can never work with this database: the message says why.</summary>
    public event Action<string>? Fatal;

    /// <summary>Asks for a load.</summary>
    /// <param name="afterOutage">A request could not reach the database: only worth a load when a cache exists; otherwise one is being tried anyway.</param>
    public void Request(bool afterOutage = false)
    {
        // While a load is being tried again, requests that fail add nothing; whoever asks on purpose ends its wait.
        if (!afterOutage || (state.Current.Snapshot.Schema is not null && !state.IsPending))
        {
            _requests.Writer.TryWrite(true);
        }
    }

    public void Dispose() => _configuring.Dispose();

    /// <summary>The worker; ends when cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                await LoadUntilItWorksAsync(cancellationToken);
                await Task.Delay(Debounce, cancellationToken);
                await _requests.Reader.ReadAsync(cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Shutting down.
        }
    }

    void End(string message)
    {
        _hasEnded = true;
        Fatal?.Invoke(message);
    }

    async Task LoadUntilItWorksAsync(CancellationToken cancellationToken)
    {
        _probePause = ShortestProbePause;
        for (var delay = 1; ; delay = Math.Min(delay * 2, LongestDelay))
        {
            var loaded = await TryLoadAsync(cancellationToken);
            _firstAttempt.TrySetResult();
            if (loaded)
            {
                state.NextAttempt = default;
                state.IsPending = false;

                // In this order: a request that finds the database gone again right now must be able to ask for a load.
                database.MarkUp();
                _firstSuccess.TrySetResult();
                return;
            }

            state.Metrics.SchemaLoadFailed();

            state.IsPending = true;
            if (!state.Current.Snapshot.Config.DbPoolAutomaticRecovery)
            {
                End("Automatic recovery disabled, exiting.");
            }

            if (_hasEnded)
            {
                await Task.Delay(Timeout.Infinite, cancellationToken);
            }

            log.Reconnecting(delay);
            state.NextAttempt = DateTimeOffset.UtcNow.AddSeconds(delay);

            await WaitAsync(TimeSpan.FromSeconds(delay), cancellationToken);
        }
    }

    /// <summary>Until the next full attempt: the time, or less when the database can be reached again, or when somebody asks for a load.</summary>
    async Task WaitAsync(TimeSpan delay, CancellationToken cancellationToken)
    {
        using var wait = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);

        // Jitter: several servers that lost one database must not come back in step.
        wait.CancelAfter(delay * (0.75 + (Random.Shared.NextDouble() * 0.25)));
        try
        {
            var asked = _requests.Reader.WaitToReadAsync(wait.Token).AsTask();
            while (!asked.IsCompleted)
            {
                await Task.WhenAny(asked, Task.Delay(_probePause * (0.75 + (Random.Shared.NextDouble() * 0.5)), wait.Token));
                _probePause = _probePause * 2 < LongestProbePause ? _probePause * 2 : LongestProbePause;
                if (_isUnreachable && !asked.IsCompleted && await CanConnectAsync(wait.Token))
                {
                    return;
                }
            }

            await asked;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // Time is up.
        }
    }

    async Task<bool> CanConnectAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await database.ConnectAsync(cancellationToken);
            return true;
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException or IOException)
        {
            return false;
        }
    }

    async Task<bool> TryLoadAsync(CancellationToken cancellationToken)
    {
        // Whoever asked until now is answered by this attempt.
        while (_requests.Reader.TryRead(out _))
        {
        }

        _hasBegun = true;

        var config = state.Current.Snapshot.Config;
        NpgsqlConnection connection;
        int version;
        try
        {
            await database.DetectPreparationAsync(cancellationToken);
            connection = await database.ConnectAsync(cancellationToken);
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException or IOException)
        {
            if (DatabaseErrors.IsLoginRefused(e) && state.Current.Snapshot.Schema is null && !_firstAttempt.Task.IsCompleted)
            {
                End($"Failed to establish a connection. {Describe(e)}");
            }
            else
            {
                log.ConnectionFailed(Describe(e));
            }

            _isUnreachable = true;
            return false;
        }

        if (_isUnreachable)
        {
            _isUnreachable = false;
            Recovered?.Invoke();
        }

        if (state.Current.Snapshot.Schema is not null)
        {
            // The old cache serves: whoever waits for the database need not wait for the catalog as well.
            database.MarkUp();
        }

        await using (connection)
        {
            try
            {
                version = await LogVersionAsync(connection, config, cancellationToken);
                var roles = state.Current.Snapshot.Roles;
                if (config.DbConfig)
                {
                    (config, roles) = await ReadSettingsAsync(connection, config, cancellationToken);
                }

                var started = Stopwatch.GetTimestamp();
                var facts = await CatalogReader.ReadAsync(connection, config.DbSchemas, config.DbExtraSearchPath, cancellationToken, [.. config.Operators.All.Select(static o => o.Sql.Key).Distinct()]);
                var querying = Stopwatch.GetElapsedTime(started);
                log.SchemaQueried(querying);
                log.SchemaTimings(facts.Timings.GroupBy(static t => LabelOf(t.Query)).Where(static g => g.Key.Length > 0)
                    .Select(static g => (g.Key, TimeSpan.FromTicks(g.Sum(static t => t.Elapsed.Ticks)))));
                started = Stopwatch.GetTimestamp();
                var cache = SchemaCacheBuilder.Build(facts, state.Current.Snapshot.Schema);
                state.Publish(_ => new Snapshot(config, cache, roles, version));
                state.Metrics.SchemaLoaded(querying);
                log.SchemaLoaded(
                    cache.Tables.Count, cache.Relationships.Values.Sum(static r => r.Length), cache.Routines.Values.Sum(static r => r.Length),
                    cache.Representations.Count, cache.MediaHandlers.Length);
                log.SchemaLoadedIn(Stopwatch.GetElapsedTime(started));
                foreach (var custom in config.Operators.All)
                {
                    if (OperatorResolver.ObjectionTo(cache, custom) is { } objection)
                    {
                        log.OperatorUnusable($"{custom.Name}:{custom.Sql}", objection);
                    }
                }
            }
            catch (Exception e) when (e is NpgsqlException or TimeoutException or IOException)
            {
                log.SchemaLoadFailed(config.DbSchemas, config.DbExtraSearchPath, Describe(e));
                return false;
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                // A defect of ours must not end the worker: the old cache serves, and the log has the cause.
                log.Unexpected(e);
                return false;
            }
        }

        // So that no session keeps stale catalog caches or plans.
        database.Flush();
        Loaded?.Invoke();
        return true;
    }

    async Task<int> LogVersionAsync(NpgsqlConnection connection, AppConfig config, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("SELECT version(), current_setting('server_version_num')::int", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        var version = reader.GetInt32(1);
        log.Connected(reader.GetString(0));
        log.PoolInitialized(config.DbPool);
        if (version < MinimumVersion)
        {
            End($"Cannot run in this PostgreSQL version ({connection.ServerVersion}), AutoRest needs at least 14.0");
        }

        return version;
    }

    /// <summary>Settings kept in the database; a failed read keeps the last that succeeded.</summary>
    async Task<(AppConfig, FrozenDictionary<string, RoleSettings>)> ReadSettingsAsync(
        NpgsqlConnection connection, AppConfig config, CancellationToken cancellationToken)
    {
        try
        {
            _inDatabase = await DatabaseSettings.ReadAsync(connection, config.DbPreConfig, cancellationToken);
        }
        catch (PostgresException e)
        {
            log.DatabaseSettingsFailed(Describe(e));
        }

        try
        {
            config = source.Reload(config, _inDatabase);
            log.ConfigReloaded();
        }
        catch (ConfigException e)
        {
            log.ConfigReloadFailed(e.Message);
        }

        var roles = state.Current.Snapshot.Roles;
        try
        {
            roles = await CatalogReader.ReadRoleSettingsAsync(connection, cancellationToken);
        }
        catch (PostgresException e)
        {
            log.RoleSettingsFailed(Describe(e));
        }

        return (config, roles);
    }

    /// <summary>Configuration and role settings only; the schema cache stays.</summary>
    public async Task ReloadConfigAsync(CancellationToken cancellationToken)
    {
        await _configuring.WaitAsync(cancellationToken);
        var snapshot = state.Current.Snapshot;
        try
        {
            var (config, roles) = (source.Reload(snapshot.Config, _inDatabase), snapshot.Roles);
            try
            {
                if (config.DbConfig)
                {
                    await using var connection = await database.ConnectAsync(cancellationToken);
                    (config, roles) = await ReadSettingsAsync(connection, config, cancellationToken);
                }
                else
                {
                    log.ConfigReloaded();
                }
            }
            catch (Exception e) when (e is NpgsqlException or TimeoutException or IOException)
            {
                // File and environment count all the same, with what the database said last.
                log.DatabaseSettingsFailed(Describe(e));
                log.ConfigReloaded();
            }

            state.Publish(current => current with { Config = config, Roles = roles });
            if (!config.Operators.Items.SequenceEqual(snapshot.Config.Operators.Items))
            {
                // Whether the database has them is known to the schema cache only.
                Request();
            }
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            log.ConfigReloadFailed(e is ConfigException ? e.Message : Describe(e));
        }
        finally
        {
            _configuring.Release();
        }
    }

    /// <summary>The contract's name for a catalog query, empty for those it has none for. contract/operations.md §2.1.</summary>
    static string LabelOf(string query) => query switch
    {
        "relations" or "columns" or "column_types" or "named_types" => "tables",
        "keys" or "view_definitions" => "keydeps",
        "foreign_keys" => "rels",
        "routines" or "routine_parameters" or "routine_settings" => "funcs",
        "computed_relationships" => "comprels",
        "representations" => "dreps",
        "media_handlers" => "mhandlers",
        _ => "",
    };

    /// <summary>As the JSON object a client would get.</summary>
    static string Describe(Exception e)
    {
        ApiError error = e switch
        {
            PostgresException { Severity: "FATAL" } refusal => new ConnectionFailed($"FATAL:  {refusal.MessageText}"),
            PostgresException refusal => DatabaseErrors.From(refusal, isAnonymous: false),
            _ => new ConnectionFailed(e.InnerException?.Message ?? e.Message),
        };
        var json = new ArrayBufferWriter<byte>();
        ErrorWriter.Write(json, error, ErrorVerbosity.Verbose);
        return Encoding.UTF8.GetString(json.WrittenSpan);
    }
}
