using AutoRest.Server.Execution;
using Npgsql;

namespace AutoRest.Server;

/// <summary>
/// Keeps one connection to the pooler, on which nothing is ever asked, to see it break: idle connections of the pool are then closed at once. A write that
/// is sent on a dead connection is lost for its client, because nobody can know whether it was carried out. Where there is no pooler, the listener's
/// connection tells the same. A pooler gives a connection that asks nothing no connection to the database.
/// </summary>
public sealed class PoolWatch(AppState state, Database database)
{
    static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(32);

    bool IsNeeded => state.Current.Snapshot.Config is var config && (config.DbListenUri is not null || (database.IsPooled && !config.DbChannelEnabled));

    /// <summary>Ends when cancelled.</summary>
    /// <param name="loaded">Completes when it is known what kind of server answers.</param>
    public async Task RunAsync(Task loaded, CancellationToken cancellationToken)
    {
        try
        {
            await loaded.WaitAsync(cancellationToken);
            if (!IsNeeded)
            {
                await Task.Delay(Timeout.Infinite, cancellationToken);
            }

            for (var delay = TimeSpan.FromSeconds(0.5); ; delay = delay * 2 < LongestDelay ? delay * 2 : LongestDelay)
            {
                var wasConnected = false;
                try
                {
                    await using var connection = await database.ConnectAsync(cancellationToken);
                    wasConnected = true;
                    while (true)
                    {
                        await connection.WaitAsync(cancellationToken);
                    }
                }
                catch (Exception e) when (e is NpgsqlException or IOException or TimeoutException or InvalidOperationException)
                {
                    if (wasConnected)
                    {
                        database.Flush();
                        delay = TimeSpan.FromSeconds(0.5);
                    }
                }

                await Task.Delay(delay * (0.75 + (Random.Shared.NextDouble() * 0.5)), cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Shutting down.
        }
    }
}
