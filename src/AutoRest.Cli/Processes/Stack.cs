namespace AutoRest.Cli.Processes;

/// <summary>Runs the components: starts them in order, each when the one before is healthy; starts again what dies; stops in reverse order.</summary>
/// <param name="data">Where logs and state go.</param>
/// <param name="components">In starting order.</param>
/// <param name="initial">The state to begin with.</param>
/// <param name="changed">Told every new state.</param>
sealed class Stack(DataFolder data, IReadOnlyList<Component> components, StackState initial, Action<StackState> changed)
{
    static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(200);
    static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    readonly ChildProcess?[] _processes = new ChildProcess?[components.Count];
    StackState _state = initial;

    /// <summary>State of a stack that has not started anything.</summary>
    public static ComponentState Waiting(Component component, DataFolder data) =>
        new(component.Name, component.Title, component.Address, Health.Waiting, "", null, 0, data.Log(component.Name));

    /// <summary>Starts, watches until cancelled or told to by the stop file, and stops. A failed start stops what runs and throws.</summary>
    public async Task Run(CancellationToken cancel)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var watch = WatchStopFile(stop);
        try
        {
            for (var i = 0; i < components.Count; i++)
            {
                Set(i, Health.Starting, "preparing");
                await components[i].Prepare(stop.Token);
                await StartOne(i, stop.Token);
                await components[i].Complete(stop.Token);
                Set(i, Health.Healthy, "");
            }

            Publish(_state with { Phase = Phase.Ready });
            await Watch(stop.Token);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Asked to stop, while starting or later: both end below.
        }
        catch (CliError e)
        {
            Publish(_state with { Error = e.Message, ErrorLog = e.Log });
            await StopAll();
            Publish(_state with { Phase = Phase.Failed });
            throw;
        }
        finally
        {
            await StopAll();
            await stop.CancelAsync();
            await watch;
        }
    }

    async Task StartOne(int i, CancellationToken cancel)
    {
        var component = components[i];
        _processes[i]?.Dispose();
        var process = _processes[i] = ChildProcess.Start(component, data);
        SetProcess(i, process.Identity);
        Set(i, Health.Starting, "starting");
        var deadline = DateTime.UtcNow + component.StartTimeout;
        while (true)
        {
            if (process.HasExited)
            {
                throw new CliError(
                    $"{component.Title} ended while starting (exit code {process.ExitCode}): mend what the end of {process.LogPath} says, and start again.",
                    LogTail.Read(process.LogPath, process.LogStart));
            }

            var lacks = await component.Probe(cancel);
            if (lacks is null)
            {
                return;
            }

            if (DateTime.UtcNow > deadline)
            {
                throw new CliError(
                    $"{component.Title} was not healthy after {component.StartTimeout.TotalSeconds:0} s ({lacks}): look at {process.LogPath}, and start again.",
                    LogTail.Read(process.LogPath, process.LogStart));
            }

            Set(i, Health.Starting, lacks);
            await Task.Delay(PollInterval, cancel);
        }
    }

    // A component that dies is started again after 1, 2, 4 … 30 s. The others go on: they know how to wait for it.
    async Task Watch(CancellationToken cancel)
    {
        var pauses = new TimeSpan[components.Count];
        var restartAt = new DateTime?[components.Count];
        var healthySince = new DateTime[components.Count];
        while (true)
        {
            await Task.Delay(PollInterval, cancel);
            for (var i = 0; i < components.Count; i++)
            {
                if (restartAt[i] is null && _processes[i] is { HasExited: true } dead)
                {
                    var soon = DateTime.UtcNow - healthySince[i] < TimeSpan.FromMinutes(1);
                    pauses[i] = !soon || pauses[i] == TimeSpan.Zero ? TimeSpan.FromSeconds(1) : TimeSpan.FromTicks(Math.Min(pauses[i].Ticks * 2, LongestPause.Ticks));
                    restartAt[i] = DateTime.UtcNow + pauses[i];
                    Set(i, Health.Down, $"ended with exit code {dead.ExitCode}, starts again in {pauses[i].TotalSeconds:0} s");
                }
                else if (restartAt[i] <= DateTime.UtcNow)
                {
                    restartAt[i] = null;
                    var now = _state.Components[i];
                    Replace(i, now with { Restarts = now.Restarts + 1 });
                    try
                    {
                        await StartOne(i, cancel);
                        healthySince[i] = DateTime.UtcNow;
                        Set(i, Health.Healthy, "");
                    }
                    catch (CliError e)
                    {
                        // Still running but not healthy: ended, so that the next round starts it again.
                        await _processes[i]!.Stop();
                        Set(i, Health.Down, e.Message);
                    }
                }
            }
        }
    }

    async Task WatchStopFile(CancellationTokenSource stop)
    {
        while (!stop.IsCancellationRequested)
        {
            if (File.Exists(data.StopFile))
            {
                await stop.CancelAsync();
                return;
            }

            await Task.Delay(PollInterval, stop.Token).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }
    }

    async Task StopAll()
    {
        for (var i = components.Count - 1; i >= 0; i--)
        {
            if (_processes[i] is { } process)
            {
                Publish(_state with { Phase = Phase.Stopping });
                await process.Stop();
                process.Dispose();
                _processes[i] = null;
                Set(i, Health.Stopped, "");
            }
        }
    }

    void Set(int i, Health health, string doing)
    {
        var now = _state.Components[i];
        if (now.Health != health || now.Doing != doing)
        {
            Replace(i, now with { Health = health, Doing = doing });
        }
    }

    void SetProcess(int i, ProcessIdentity identity) => Replace(i, _state.Components[i] with { Process = identity });

    void Replace(int i, ComponentState component)
    {
        ComponentState[] next = [.. _state.Components];
        next[i] = component;
        Publish(_state with { Components = next });
    }

    void Publish(StackState state)
    {
        _state = state;
        changed(state);
    }
}
