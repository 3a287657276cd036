using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using AutoRest.Testing;

namespace AutoRest.Api.Tests.Recorded;

public enum Outcome
{
    Passed,
    Failed,
    NotYet,
    OptionalFailed,
}

/// <summary>Collects the outcomes of a run: a table for people, the failures in full, and the new list of what does not pass yet.</summary>
public sealed class ReplayReport : IDisposable
{
    readonly ConcurrentQueue<(string Way, RecordedCase Case, Outcome Outcome, ImmutableArray<string> Differences)> _results = new();

    public NotYet NotYet { get; } = NotYet.Load();

    public void Add(string way, RecordedCase recorded, Outcome outcome, ImmutableArray<string> differences) =>
        _results.Enqueue((way, recorded, outcome, differences));

    public void Dispose()
    {
        if (_results.IsEmpty)
        {
            return;
        }
        var folder = Repository.File("TestResults");
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "recorded.txt"), Table());
        File.WriteAllText(Path.Combine(folder, "recorded-failures.txt"), Failures());
        if (NotYet.IsUpdating)
        {
            var required = _results.Where(r => r.Case.Optional is null).ToLookup(r => r.Differences.IsEmpty, r => r.Case.Id + r.Way);
            var list = NotYet.Update(Corpus.Required.ToHashSet(), required[true].ToHashSet(), required[false].Order(StringComparer.Ordinal));
            File.WriteAllText(NotYet.FileName, list.ToString());
        }
    }

    string Table()
    {
        var text = new StringBuilder();
        foreach (var way in _results.GroupBy(r => r.Way).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            text.Append(CultureInfo.InvariantCulture, $"{"recorded cases" + way.Key,-32} cases  passed  failed  not yet  optional failed\n");
            foreach (var file in way.GroupBy(r => r.Case.File).OrderBy(g => g.Key, StringComparer.Ordinal))
            {
                Row(file.Key, file.Select(r => r.Outcome));
            }
            Row("total", way.Select(r => r.Outcome));
        }
        return text.ToString();

        void Row(string name, IEnumerable<Outcome> outcomes)
        {
            var counts = outcomes.CountBy(o => o).ToDictionary();
            int Count(Outcome outcome) => counts.GetValueOrDefault(outcome);
            text.Append(CultureInfo.InvariantCulture,
                $"{name,-32} {counts.Values.Sum(),5}  {Count(Outcome.Passed),6}  {Count(Outcome.Failed),6}  {Count(Outcome.NotYet),7}  {Count(Outcome.OptionalFailed),15}\n");
        }
    }

    string Failures()
    {
        var text = new StringBuilder();
        foreach (var (way, recorded, outcome, differences) in _results.Where(r => r.Outcome != Outcome.Passed).OrderBy(r => r.Case.Id, StringComparer.Ordinal))
        {
            text.Append(CultureInfo.InvariantCulture, $"{outcome} {recorded.Id}{way} [{recorded.Configuration}]\n{Describe(recorded, differences)}\n");
        }
        return text.ToString();
    }

    /// <summary>The request and what is wrong with its response.</summary>
    public static string Describe(RecordedCase recorded, ImmutableArray<string> differences)
    {
        var request = recorded.Request;
        var lines = new List<string> { $"  {request.Method} {request.Path}" };
        lines.AddRange(request.Headers.Select(h => $"  {h.Key}: {h.Value}"));
        if (request.Body is { } body)
        {
            lines.Add("  > " + Encoding.UTF8.GetString(body.Span));
        }
        lines.AddRange(differences.Select(d => "    " + d));
        return string.Concat(lines.Select(line => line + "\n"));
    }
}
