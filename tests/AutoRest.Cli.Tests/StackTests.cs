using AutoRest.Cli.Processes;

namespace AutoRest.Cli.Tests;

/// <summary>The supervisor, with small shell scripts as components.</summary>
public sealed class StackTests : IDisposable
{
    readonly TempFolder _temp = new();
    readonly DataFolder _data;
    readonly List<StackState> _states = [];
    readonly CancellationTokenSource _stop = new();

    public StackTests()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "the components are shell scripts");
        _data = new DataFolder(_temp.Path);
        _data.Create(OsAccount.Self);
    }

    public void Dispose()
    {
        _stop.Dispose();
        _temp.Dispose();
    }

    string Journal => File.Exists(_temp.In("journal")) ? File.ReadAllText(_temp.In("journal")).ReplaceLineEndings(" ").Trim() : "";

    // Writes down its start and its end; healthy once it has written the former.
    Component Script(string name, string? body = null, Func<string?>? lacks = null) => new()
    {
        Name = name,
        Title = name,
        Address = "127.0.0.1:1",
        Command = ["/bin/sh", "-c", body ?? $"trap 'echo -{name} >>journal; exit 0' TERM; echo +{name} >>journal; while :; do sleep 0.05; done"],
        Probe = _ => Task.FromResult(lacks is null ? Journal.Contains("+" + name, StringComparison.Ordinal) ? null : "not yet" : lacks()),
        StartTimeout = TimeSpan.FromSeconds(5),
        StopTimeout = TimeSpan.FromSeconds(2),
    };

    Stack Build(params Component[] components) => new(
        _data, components,
        new StackState(Phase.Starting, ProcessIdentity.Current, DateTimeOffset.UtcNow, "", "", null, "", null, [.. components.Select(component => Stack.Waiting(component, _data))]),
        state =>
        {
            lock (_states)
            {
                _states.Add(state);
            }
        });

    StackState Last
    {
        get
        {
            lock (_states)
            {
                return _states[^1];
            }
        }
    }

    static async Task Until(Func<bool> condition, int seconds = 15)
    {
        for (var i = 0; i < seconds * 20 && !condition(); i++)
        {
            await Task.Delay(50);
        }

        Assert.True(condition());
    }

    bool Ready() => _states.Count > 0 && Last.Phase == Phase.Ready;

    [Fact]
    public async Task Components_start_in_order_and_stop_in_reverse()
    {
        var run = Build(Script("a"), Script("b"), Script("c")).Run(_stop.Token);
        await Until(Ready);
        Assert.Equal("+a +b +c", Journal);

        await _stop.CancelAsync();
        await run;

        Assert.Equal("+a +b +c -c -b -a", Journal);
        Assert.All(Last.Components, component => Assert.Equal(Health.Stopped, component.Health));
        Assert.All(Last.Components, component => Assert.False(component.Process!.IsAlive));
    }

    [Fact]
    public async Task Next_component_waits_until_the_one_before_is_healthy()
    {
        var healthy = false;
        var run = Build(Script("a", lacks: () => healthy ? null : "warming up"), Script("b")).Run(_stop.Token);
        await Until(() => _states.Count > 0 && Last.Components[0].Doing == "warming up");
        await Task.Delay(300);
        Assert.DoesNotContain("+b", Journal, StringComparison.Ordinal);

        healthy = true;
        await Until(Ready);
        Assert.Contains("+b", Journal, StringComparison.Ordinal);
        await _stop.CancelAsync();
        await run;
    }

    [Fact]
    public async Task Preparation_and_completion_surround_the_start()
    {
        var component = Script("a") with
        {
            Prepare = cancel => File.AppendAllTextAsync(_temp.In("journal"), "prepare\n", cancel),
            Complete = cancel => File.AppendAllTextAsync(_temp.In("journal"), "complete\n", cancel),
        };
        var run = Build(component, Script("b")).Run(_stop.Token);
        await Until(Ready);
        await _stop.CancelAsync();
        await run;

        Assert.Equal("prepare +a complete +b -b -a", Journal);
    }

    [Fact]
    public async Task Component_that_dies_at_start_fails_with_its_last_lines_and_stops_the_others()
    {
        File.WriteAllText(_data.Log("b"), "of an earlier run\n");

        var error = await Assert.ThrowsAsync<CliError>(() => Build(Script("a"), Script("b", "echo 'no such thing' >&2; exit 7"), Script("c")).Run(_stop.Token));

        Assert.Contains("b ended while starting (exit code 7)", error.Message, StringComparison.Ordinal);
        Assert.Equal(["no such thing"], error.Log);
        Assert.Equal("+a -a", Journal);
        Assert.Equal((Phase.Failed, error.Message), (Last.Phase, Last.Error));
    }

    [Fact]
    public async Task Component_that_never_gets_healthy_fails_with_what_it_lacks()
    {
        var component = Script("a", lacks: () => "the moon") with { StartTimeout = TimeSpan.FromMilliseconds(300) };

        var error = await Assert.ThrowsAsync<CliError>(() => Build(component).Run(_stop.Token));

        Assert.Contains("a was not healthy after", error.Message, StringComparison.Ordinal);
        Assert.Contains("(the moon)", error.Message, StringComparison.Ordinal);
        Assert.False(Last.Components[0].Process!.IsAlive);
    }

    [Fact]
    public async Task Missing_program_is_one_sentence()
    {
        var component = Script("a") with { Command = [_temp.In("nothing")] };

        var error = await Assert.ThrowsAsync<CliError>(() => Build(component).Run(_stop.Token));

        Assert.Contains("a ended while starting (exit code 127)", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Dead_component_is_started_again_and_the_others_stay()
    {
        var run = Build(Script("a"), Script("b")).Run(_stop.Token);
        await Until(Ready);
        var (a, b) = (Last.Components[0].Process!, Last.Components[1].Process!);

        Native.Signal(b.Pid, Native.Kill);
        await Until(() => Last.Components[1] is { Restarts: 1, Health: Health.Healthy });

        // The probe finds the first start's line: the second one comes when it comes.
        await Until(() => Journal == "+a +b +b");
        Assert.Equal(a, Last.Components[0].Process);
        Assert.NotEqual(b, Last.Components[1].Process);
        await _stop.CancelAsync();
        await run;
        Assert.Equal("+a +b +b -b -a", Journal);
    }

    [Fact]
    public async Task Component_that_does_not_listen_is_killed()
    {
        var run = Build(Script("deaf", "trap '' TERM; echo +deaf >>journal; while :; do sleep 0.05; done")).Run(_stop.Token);
        await Until(Ready);

        await _stop.CancelAsync();
        await run;

        Assert.False(Last.Components[0].Process!.IsAlive);
    }

    [Fact]
    public async Task Large_log_is_put_aside_at_a_start()
    {
        File.WriteAllBytes(_data.Log("a"), new byte[11 << 20]);
        var run = Build(Script("a")).Run(_stop.Token);
        await Until(Ready);
        await _stop.CancelAsync();
        await run;

        Assert.Equal(11 << 20, new FileInfo(_data.Log("a") + ".1").Length);
        Assert.Equal(0, new FileInfo(_data.Log("a")).Length);
    }

    [Fact]
    public async Task Stop_file_stops_it()
    {
        var run = Build(Script("a")).Run(_stop.Token);
        await Until(Ready);

        File.WriteAllText(_data.StopFile, "");
        await run.WaitAsync(TimeSpan.FromSeconds(10));

        Assert.Equal("+a -a", Journal);
    }

    [Fact]
    public async Task Cancelled_start_stops_what_runs()
    {
        var run = Build(Script("a"), Script("b", lacks: () => "for ever")).Run(_stop.Token);
        await Until(() => Journal.Contains("+b", StringComparison.Ordinal));

        await _stop.CancelAsync();
        await run;

        Assert.EndsWith("-b -a", Journal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Leftovers_are_ended_in_reverse_and_strangers_are_left_alone()
    {
        var run = Build(Script("a"), Script("b")).Run(_stop.Token);
        await Until(Ready);
        using var stranger = System.Diagnostics.Process.Start("sleep", "60");
        var state = Last with { Components = [.. Last.Components, Last.Components[0] with { Name = "reused", Process = new ProcessIdentity(stranger.Id, "1@00000000") }] };
        // As after kill -9: nobody watches any more. (The stop below ends what the watch may start again.)
        var watched = Last.Components.Select(component => component.Process!).ToList();

        Assert.Equal(["b", "a"], await Leftovers.Stop(state));

        Assert.All(watched, process => Assert.False(process.IsAlive));
        Assert.False(stranger.HasExited);
        stranger.Kill();
        await _stop.CancelAsync();
        await run;
    }
}
