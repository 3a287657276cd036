using System.Threading.Channels;
using AutoRest.Server.Execution;
using AutoRest.Server.Observability;
using AutoRest.Server.Sql;
using AutoRest.Introspection;
using Npgsql;

namespace AutoRest.Server;

/// <summary>
/// LISTEN on a connection of its own, never through a pooler: reload messages of the database. Reconnects by itself, and reloads after a gap, since
/// messages may have been missed. contract/operations.md §5.
/// </summary>
public sealed class Listener(AppState state, NpgsqlConnectionStringBuilder settings, SchemaReloader reloader, Log log)
{
    const int LongestDelay = 32;

    /// <summary>Connected and listening.</summary>
    public bool IsOn { get; private set; }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var delay = 1;
        var hadFailure = false;
        while (!cancellationToken.IsCancellationRequested)
        {
            var channel = state.Current.Snapshot.Config.DbChannel;
            try
            {
                await using var connection = await ConnectAsync(channel, cancellationToken);
                IsOn = true;
                delay = 1;
                if (hadFailure)
                {
                    hadFailure = false;
                    reloader.Request();
                }

                while (true)
                {
                    await connection.WaitAsync(cancellationToken);
                }
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is NpgsqlException or IOException or TimeoutException or InvalidOperationException)
            {
                IsOn = false;
                hadFailure = true;
                if (!IsReportedByTheLoader(e))
                {
                    log.ListenerFailed(channel, e.Message, delay);
                }

                try
                {
                    await Task.Delay(TimeSpan.FromSeconds(delay), cancellationToken);
                }
                catch (OperationCanceledException)
                {
                    return;
                }

                delay = Math.Min(delay * 2, LongestDelay);
            }
        }
    }

    /// <summary>A wrong password at the start ends the server, which says so once.</summary>
    bool IsReportedByTheLoader(Exception e) =>
        e is PostgresException { SqlState: "28P01" or "28000" } && state.Current.Snapshot is { Schema: null, Config.DbListenUri: null };

    async Task<NpgsqlConnection> ConnectAsync(string channel, CancellationToken cancellationToken)
    {
        var connection = await Database.ConnectAsync(
            new NpgsqlConnectionStringBuilder(settings.ConnectionString) { TcpKeepAlive = true, TcpKeepAliveTime = 30, KeepAlive = 0 }, cancellationToken);
        try
        {
            connection.Notification += (_, message) => OnNotification(channel, message.Payload, cancellationToken);
            string version;
            await using (var ask = new NpgsqlCommand("SELECT version()", connection))
            {
                version = (string)(await ask.ExecuteScalarAsync(cancellationToken))!;
            }

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
