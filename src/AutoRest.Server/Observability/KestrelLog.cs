using Microsoft.Extensions.Logging;

namespace AutoRest.Server.Observability;

/// <summary>
/// What the HTTP server itself says, in the log of the server. Its faults that only touch one connection are of level <c>debug</c>; when it stops
/// accepting connections, nobody can be served any more, and <paramref name="stopped"/> is told. contract/operations.md §7, §8.2.
/// </summary>
/// <remarks>Nothing below a warning is asked for: the server would then put the bytes of malformed requests into its messages, tokens included.</remarks>
sealed class KestrelLog(Log log, Action<string> stopped) : ILoggerProvider, ILogger
{
    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel == LogLevel.Critical || (log.IsDebug && logLevel >= LogLevel.Warning);

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (!IsEnabled(logLevel))
        {
            return;
        }

        var message = formatter(state, exception);
        if (logLevel == LogLevel.Critical)
        {
            stopped($"The HTTP server failed unexpectedly, exiting: {message} {exception?.Message}");
            return;
        }

        log.Debug($"HTTP server: {message}{(exception is null ? "" : $" {exception.GetType().Name}: {exception.Message}")}");
    }

    public void Dispose()
    {
        // Nothing is held.
    }
}
