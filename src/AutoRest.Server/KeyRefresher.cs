using AutoRest.Server.Auth;
using AutoRest.Server.Observability;

namespace AutoRest.Server;

/// <summary>
/// The one that fetches the keys of an issuer: at the start, when a set is due, and when a token has an unknown key id. contract/beyond.md §11.
/// </summary>
sealed class KeyRefresher(AppState state, Log log)
{
    TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The keys may be somewhere else now.</summary>
    public void ConfigChanged() => Volatile.Read(ref _changed).TrySetResult();

    /// <summary>The worker; ends when cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            // Whose last fetch failed: its recovery is worth a line.
            RemoteKeys? failing = null;
            while (true)
            {
                Volatile.Write(ref _changed, new(TaskCreationOptions.RunContinuationsAsynchronously));
                if (state.Current.Authenticator.RemoteKeys is not { } keys)
                {
                    await _changed.Task.WaitAsync(cancellationToken);
                    continue;
                }

                var refresh = await keys.RefreshAsync(cancellationToken);
                if (refresh.Error is { } error)
                {
                    log.KeysNotFetched(keys.Source.ToString(), error, refresh.Keys, keys.Age, refresh.Next);
                }
                else if (refresh.Changed || ReferenceEquals(failing, keys))
                {
                    log.KeysFetched(keys.Source.ToString(), refresh.Keys);
                }

                failing = refresh.Error is null ? null : keys;
                await WaitAsync(refresh.Next, keys.Asked, cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Shutting down.
        }
    }

    async Task WaitAsync(TimeSpan time, Task asked, CancellationToken cancellationToken)
    {
        using var wait = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny(Task.Delay(time, wait.Token), asked, _changed.Task);
        await wait.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();
    }
}
