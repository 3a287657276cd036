namespace AutoRest.Cli.Processes;

/// <summary>One process of the stack: how it is started, known to be healthy, and stopped.</summary>
sealed record Component
{
    /// <summary>Short name: of its log file and in <c>status</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Name for people, with the version where it is known.</summary>
    public required string Title { get; init; }

    /// <summary>Program and arguments.</summary>
    public required IReadOnlyList<string> Command { get; init; }

    /// <summary>Variables added to, or with <see langword="null"/> taken from, the environment.</summary>
    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>();

    public OsAccount Account { get; init; } = OsAccount.Self;

    /// <summary>Where it listens: a URL, or host:port.</summary>
    public required string Address { get; init; }

    /// <summary>Signal that makes it end in order.</summary>
    public int StopSignal { get; init; } = Native.Terminate;

    /// <summary>Command that makes it end in order where there are no signals (Windows); without one it is ended at once.</summary>
    public IReadOnlyList<string>? StopCommand { get; init; }

    /// <summary>Done before the first start.</summary>
    public Func<CancellationToken, Task> Prepare { get; init; } = _ => Task.CompletedTask;

    /// <summary><see langword="null"/> when it is healthy, else what it lacks.</summary>
    /// <remarks>A <see cref="CliError"/> ends the wait at once: waiting longer would not help.</remarks>
    public required Func<CancellationToken, Task<string?>> Probe { get; init; }

    /// <summary>Done once, when it has become healthy the first time, before the next component starts.</summary>
    public Func<CancellationToken, Task> Complete { get; init; } = _ => Task.CompletedTask;

    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long it may take to end before it is killed.</summary>
    public TimeSpan StopTimeout { get; init; } = TimeSpan.FromSeconds(20);
}
