using AutoRest.Server.Observability;
using Microsoft.Extensions.Logging;
using Xunit;

namespace AutoRest.Server.Tests.Operating;

public sealed class ServerEndTests : IDisposable
{
    readonly StringWriter _output = new();

    public void Dispose() => _output.Dispose();

    [Fact]
    public async Task A_worker_that_faults_ends_the_process_with_exit_code_1_and_its_cause_in_the_log()
    {
        var end = new ServerEnd(new Log(_output, TextWriter.Null));
        await end.Watch("The listener", Task.FromException(new InvalidOperationException("the cause")), CancellationToken.None);
        Assert.True(end.Reached.IsCompleted);
        Assert.Equal(1, end.ExitCode);
        Assert.Contains("The listener failed unexpectedly, exiting: System.InvalidOperationException: the cause", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_worker_that_just_ends_ends_the_process_too()
    {
        var end = new ServerEnd(new Log(_output, TextWriter.Null));
        await end.Watch("The listener", Task.CompletedTask, CancellationToken.None);
        Assert.Equal(1, end.ExitCode);
        Assert.Contains("The listener ended unexpectedly, exiting.", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_worker_that_ends_because_it_was_told_to_is_no_failure()
    {
        var end = new ServerEnd(new Log(_output, TextWriter.Null));
        using var stopping = new CancellationTokenSource();
        await stopping.CancelAsync();
        await end.Watch("The listener", Task.FromException(new OperationCanceledException()), stopping.Token);
        Assert.False(end.Reached.IsCompleted);
        Assert.Equal(0, end.ExitCode);
    }

    [Fact]
    public void A_server_that_accepts_no_connections_any_more_is_told_of()
    {
        string? told = null;
        using var kestrel = new KestrelLog(new Log(_output, TextWriter.Null), message => told = message);
        Say(kestrel, LogLevel.Warning, "A connection had a fault.");
        Assert.Null(told);
        Assert.Empty(_output.ToString());
        Say(kestrel, LogLevel.Critical, "The connection listener failed to accept any new connections.");
        Assert.Equal("The HTTP server failed unexpectedly, exiting: The connection listener failed to accept any new connections. the cause", told);
    }

    static void Say(KestrelLog log, LogLevel level, string message)
    {
        var cause = new IOException("the cause");
        log.CreateLogger("Microsoft.AspNetCore.Server.Kestrel").Log(level, default, message, cause, static (text, _) => text);
    }
}
