using System.Collections.Immutable;
using AutoRest.Testing;

namespace AutoRest.Api.Tests.Recorded;

/// <summary>The cases that do not pass yet, each with the reason. The list can only shrink.</summary>
public sealed class NotYet
{
    const string Unexplained = "unexplained";

    const string Head = """
        ## Recorded cases that do not pass yet. The reason stands above each block. A case that passes must be removed here.
        ## UPDATE_CASES=1 removes the cases that pass and adds the ones that fail, under "unexplained".
        """;

    readonly ImmutableArray<(string Reason, ImmutableArray<string> Cases)> _blocks;
    readonly ImmutableDictionary<string, string> _reasons;

    NotYet(ImmutableArray<(string Reason, ImmutableArray<string> Cases)> blocks)
    {
        _blocks = blocks;
        _reasons = blocks.SelectMany(block => block.Cases.Select(name => KeyValuePair.Create(name, block.Reason))).ToImmutableDictionary();
    }

    public static string FileName { get; } = Repository.File("tests", "AutoRest.Api.Tests", "Recorded", "not-yet.txt");

    /// <summary>Whether the list is to be rewritten from this run.</summary>
    /// <exception cref="InvalidOperationException"><c>CI</c> is set too: there the list is what was committed.</exception>
    public static bool IsUpdating =>
        Environment.GetEnvironmentVariable("UPDATE_CASES") == "1"
        && (Required.IsCI ? throw new InvalidOperationException("UPDATE_CASES is refused where CI is set") : true);

    public IEnumerable<string> Cases => _reasons.Keys;

    public static NotYet Load() => Parse(File.ReadLines(FileName));

    /// <exception cref="FormatException">A case without a reason, or listed twice.</exception>
    public static NotYet Parse(IEnumerable<string> lines)
    {
        var blocks = new List<(string Reason, List<string> Cases)>();
        foreach (var line in lines.Where(l => l.Length > 0 && !l.StartsWith("##", StringComparison.Ordinal)))
        {
            if (line.StartsWith('#'))
            {
                blocks.Add((line[1..].Trim(), []));
            }
            else if (blocks.Count == 0)
            {
                throw new FormatException($"no reason stands above {line}");
            }
            else
            {
                blocks[^1].Cases.Add(line);
            }
        }
        return blocks.SelectMany(b => b.Cases).GroupBy(c => c).FirstOrDefault(g => g.Count() > 1) is { } twice
            ? throw new FormatException($"{twice.Key} is listed twice")
            : new([.. blocks.Select(b => (b.Reason, b.Cases.ToImmutableArray()))]);
    }

    /// <summary>Why a case does not pass yet; null if it must pass.</summary>
    public string? Reason(string id) => _reasons.GetValueOrDefault(id);

    /// <summary>The list after a run: what passed is gone, what failed is added, what did not run stays.</summary>
    public NotYet Update(IReadOnlySet<string> known, IReadOnlySet<string> passed, IEnumerable<string> failed)
    {
        var blocks = _blocks.Select(b => (b.Reason, Cases: b.Cases.Where(c => known.Contains(c) && !passed.Contains(c)).ToImmutableArray())).ToList();
        var added = failed.Where(c => !_reasons.ContainsKey(c)).ToImmutableArray();
        var index = blocks.FindIndex(b => b.Reason == Unexplained);
        if (index >= 0)
        {
            blocks[index] = (Unexplained, blocks[index].Cases.AddRange(added));
        }
        else
        {
            blocks.Add((Unexplained, added));
        }
        return new([.. blocks.Where(b => b.Cases.Length > 0)]);
    }

    /// <summary>The text of the file.</summary>
    public override string ToString() =>
        string.Concat(_blocks.Select(b => $"\n# {b.Reason}\n{string.Concat(b.Cases.Select(c => c + "\n"))}").Prepend(Head + "\n"));
}
