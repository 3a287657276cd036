using System.Runtime.InteropServices;

namespace AutoRest.Cli.Processes;

/// <summary>While it lives, signals that would end the tool cancel its work instead, so that what has begun is ended in order.</summary>
sealed class StopSignals : IDisposable
{
    readonly List<PosixSignalRegistration> _registrations;

    public StopSignals(CancellationTokenSource stop) => _registrations =
    [
        .. new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP, PosixSignal.SIGQUIT }.Select(signal => PosixSignalRegistration.Create(signal, context =>
        {
            context.Cancel = true;
            stop.Cancel();
        })),
    ];

    /// <summary>Runs work that undoes what it has begun when it is cancelled.</summary>
    public static async Task<T> Run<T>(Func<CancellationToken, Task<T>> work, CancellationToken cancel)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        using var signals = new StopSignals(stop);
        return await work(stop.Token);
    }

    public void Dispose() => _registrations.ForEach(registration => registration.Dispose());
}
