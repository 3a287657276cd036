using System.Threading.Channels;
using AutoRest.Introspection;
using AutoRest.Server.Errors;
using AutoRest.Server.Execution;
using AutoRest.Server.Observability;
using AutoRest.Server.Sql;
using Npgsql;

namespace AutoRest.Server;

/// <summary>
/// LISTEN on a connection of its own, never through a pooler: reload messages of the database. Reconnects by itself. Whenever LISTEN succeeds after a load
/// has begun, there is another, since messages may have been missed. contract/operations.md §5.
/// </summary>
public sealed class Listener(AppState state, NpgsqlConnectionStringBuilder settings, Database database, SchemaReloader reloader, Log log) : IDisposable
{
    const int LongestDelay = 32;

    /// <summary>Part of the message of a defect of PostgreSQL that asking for the queue's fill repairs. contract/operations.md §5.</summary>
    const string LostTransactionStatus = "could not access status of transaction";

    readonly Lock _changing = new();
    readonly TaskCompletionSource _firstAttempt = new(TaskCreationOptions.RunContinuationsAsynchronously);
    CancellationTokenSource _settingsChanged = new();
    CancellationTokenSource _databaseReturned = new();
    volatile bool _isOn;
    bool _asksQueue;

    /// <summary>Connected and listening.</summary>
    public bool IsOn => _isOn;

    /// <summary>
    /// Completes when LISTEN succeeded or failed for the first time, or is not asked for: the first load waits for it, so that no message falls between
    /// the two.
    /// </summary>
    public Task FirstAttempt => _firstAttempt.Task;

    /// <summary>It failed, and nothing may be tried again.</summary>
    public event Action<string>? Fatal;

    /// <summary>Channel or enablement may have changed: start over with what the configuration says now.</summary>
    public void Restart() => Cancel(ref _settingsChanged);

    /// <summary>The database answers again: no need to wait for the end of the delay.</summary>
    public void Hurry() => Cancel(ref _databaseReturned);

    /// <summary>Listens while the configuration says so; ends when cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            using var changed = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, Token(ref _settingsChanged));
            var config = state.Current.Snapshot.Config;
            try
            {
                if (config.DbChannelEnabled)
                {
                    await ListenAsync(config.DbChannel, changed.Token, cancellationToken);
                }
                else
                {
                    _firstAttempt.TrySetResult();
                    await Task.Delay(Timeout.Infinite, changed.Token);
                }
            }
            catch (OperationCanceledException) when (changed.IsCancellationRequested)
            {
                if (_isOn)
                {
                    _isOn = false;
                    log.ListenerStopped(config.DbChannel);
                }
            }
        }
    }

    public void Dispose()
    {
        _settingsChanged.Dispose();
        _databaseReturned.Dispose();
    }

    async Task ListenAsync(string channel, CancellationToken changed, CancellationToken cancellationToken)
    {
        for (var delay = 1; ; delay = Math.Min(delay * 2, LongestDelay))
        {
            try
            {
                await using var connection = await ConnectAsync(channel, changed, cancellationToken);
                _isOn = true;
                delay = 1;
                if (reloader.HasBegun)
                {
                    // What was sent since then is lost: to a failure, another channel, or a connection that took longer than the load.
                    reloader.Request();
                }

                _firstAttempt.TrySetResult();

                while (true)
                {
                    await connection.WaitAsync(changed);
                }
            }
            catch (Exception e) when (e is NpgsqlException or IOException or TimeoutException or InvalidOperationException)
            {
                if (_isOn)
                {
                    // Nothing else watches an idle connection: the pool's went the same way, or are about to.
                    _isOn = false;
                    database.Flush();
                }

                _asksQueue = e.Message.Contains(LostTransactionStatus, StringComparison.Ordinal);
                _firstAttempt.TrySetResult();
                if (!IsReportedByTheLoader(e))
                {
                    log.ListenerFailed(
                        channel, e.InnerException is null or PostgresException ? e.Message : $"{e.Message} ({e.InnerException.Message})", delay);
                }

                if (!state.Current.Snapshot.Config.DbPoolAutomaticRecovery)
                {
                    Fatal?.Invoke("Automatic recovery disabled, exiting.");
                    await Task.Delay(Timeout.Infinite, changed);
                }

                await WaitAsync(TimeSpan.FromSeconds(delay), changed);
            }
        }
    }

    async Task WaitAsync(TimeSpan delay, CancellationToken changed)
    {
        using var wait = CancellationTokenSource.CreateLinkedTokenSource(changed, Token(ref _databaseReturned));
        try
        {
            await Task.Delay(delay, wait.Token);
        }
        catch (OperationCanceledException) when (!changed.IsCancellationRequested)
        {
            // The database returned.
        }
    }

    CancellationToken Token(ref CancellationTokenSource source)
    {
        lock (_changing)
        {
            return source.Token;
        }
    }

    void Cancel(ref CancellationTokenSource source)
    {
        CancellationTokenSource old;
        lock (_changing)
        {
            old = source;
            source = new CancellationTokenSource();
        }

        old.Cancel();
    }

    /// <summary>A wrong password at the start ends the server, which says so once.</summary>
    bool IsReportedByTheLoader(Exception e) =>
        DatabaseErrors.IsLoginRefused(e) && state.Current.Snapshot is { Schema: null, Config.DbListenUri: null };

    async Task<NpgsqlConnection> ConnectAsync(string channel, CancellationToken cancellationToken, CancellationToken shutdown)
    {
        var connection = await Database.ConnectAsync(
            new NpgsqlConnectionStringBuilder(settings.ConnectionString) { TcpKeepAlive = true, TcpKeepAliveTime = 30, KeepAlive = 0 }, cancellationToken);
        try
        {
            // Not the token of this connection: a reload that restarts the listener must not end itself.
            connection.Notification += (_, message) => OnNotification(channel, message.Payload, shutdown);
            string version;
            await using (var ask = new NpgsqlCommand("SELECT version()", connection))
            {
                version = (string)(await ask.ExecuteScalarAsync(cancellationToken))!;
            }

            if (_asksQueue)
            {
                log.NotificationQueueAsked();
                await using var ask = new NpgsqlCommand("SELECT pg_notification_queue_usage()", connection);
                await ask.ExecuteNonQueryAsync(cancellationToken);
            }

            // The last statement of the connection: monitoring looks for it in pg_stat_activity.
            var sql = new SqlWriter();
            sql.Append($"LISTEN {new Identifier(channel)}");
            await using (var listen = new NpgsqlCommand(sql.Build().Text, connection))
            {
                await listen.ExecuteNonQueryAsync(cancellationToken);
            }

            log.ListenerConnected(version, $"{connection.Host}:{connection.Port}", channel);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    void OnNotification(string channel, string payload, CancellationToken cancellationToken)
    {
        switch (payload)
        {
            case "" or "reload schema":
                log.ReloadRequested("schema cache", channel);
                reloader.Request();
                break;
            case "reload config":
                log.ReloadRequested("config", channel);
                _ = reloader.ReloadConfigAsync(cancellationToken);
                break;
            default:
                break;
        }
    }
}
