using System.Diagnostics;
using System.Globalization;
using AutoRest.Cli.Processes;
using Spectre.Console;

namespace AutoRest.Cli;

/// <summary>Shows a starting stack: a line for each component that became healthy, and in a terminal what is being waited for.</summary>
sealed class StartProgress : IDisposable
{
    readonly Stopwatch _time = Stopwatch.StartNew();
    readonly HashSet<string> _shown = [];
    readonly TaskCompletionSource _done = new();
    StatusContext? _status;
    Task? _spinner;

    public void Show(StackState state)
    {
        if (_done.Task.IsCompleted || state.Phase is not (Phase.Starting or Phase.Ready))
        {
            Dispose();
            return;
        }

        foreach (var component in state.Components)
        {
            if (component.Health == Health.Healthy && _shown.Add(component.Name))
            {
                var took = _time.Elapsed.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture);
                AnsiConsole.MarkupLineInterpolated($"[green]✓[/] {component.Title,-20} {component.Address,-32} {took} s");
            }
        }

        if (state.Components.FirstOrDefault(component => component.Health == Health.Starting) is { } waiting && AnsiConsole.Profile.Capabilities.Interactive)
        {
            var text = Markup.Escape($"{waiting.Title}: {waiting.Doing}");
            if (_spinner is null)
            {
                _spinner = AnsiConsole.Status().StartAsync(text, status =>
                {
                    _status = status;
                    return _done.Task;
                });
            }
            else if (_status is not null)
            {
                _status.Status = text;
            }
        }
    }

    public void Dispose()
    {
        // Waited for: the spinner takes its line back at its end, and would take ours.
        if (_done.TrySetResult())
        {
            _spinner?.GetAwaiter().GetResult();
        }
    }
}
