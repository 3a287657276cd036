using System.Globalization;
using System.Text;
using AutoRest.Introspection;

namespace AutoRest.Server.Errors;

/// <summary>A name found, in its own spelling, and how similar it is: 1 is equal but for case.</summary>
public readonly record struct Suggestion(string Name, double Score);

/// <summary>"Perhaps you meant …". contract/errors.md §6.</summary>
public static class Suggestions
{
    /// <summary>For names of relations and functions.</summary>
    const double StrictThreshold = 0.75;

    /// <summary>For relationships and argument lists.</summary>
    const double LooseThreshold = 0.33;

    /// <summary>A schema with this many relations gets no suggestion: the search would cost more than it helps.</summary>
    const int MostRelations = 500;

    /// <summary>Entries that share n-grams with the query and are compared in full.</summary>
    const int MostCandidates = 50;

    /// <summary>The hint of PGRST205.</summary>
    /// <param name="names">Relations of the schema.</param>
    public static string? ForTable(QualifiedIdentifier wanted, IReadOnlyCollection<string> names) =>
        names.Count < MostRelations && Find(names, wanted.Name, StrictThreshold) is { } found
            ? $"Perhaps you meant the table '{wanted.Schema}.{found.Name}'"
            : null;

    /// <summary>The hint of PGRST200 when the origin has no relationships in the schema at all.</summary>
    /// <param name="origins">Relations that have some.</param>
    public static string? ForParent(string parent, IEnumerable<string> origins) =>
        Find(origins, parent, LooseThreshold) is { } found ? $"Perhaps you meant '{found.Name}' instead of '{parent}'." : null;

    /// <summary>The hint of PGRST200 when the origin has relationships, but not to this child.</summary>
    /// <param name="children">Relations the origin has relationships to.</param>
    public static string? ForChild(string child, IEnumerable<string> children) =>
        Find(children, child, LooseThreshold) is { Score: < 1 } found ? $"Perhaps you meant '{found.Name}' instead of '{child}'." : null;

    /// <summary>The hint of PGRST202 when no function has the name.</summary>
    /// <param name="names">Functions of the schema.</param>
    public static string? ForRoutineName(QualifiedIdentifier wanted, IEnumerable<string> names) =>
        Find(names, wanted.Name, StrictThreshold) is { } found
            ? $"Perhaps you meant to call the function {wanted.Schema}.{found.Name}"
            : null;

    /// <summary>The hint of PGRST202 when functions of that name take other arguments.</summary>
    /// <param name="keys">The arguments given.</param>
    /// <param name="overloads">Parameter names of each function of the name.</param>
    public static string? ForRoutineArguments(QualifiedIdentifier wanted, IEnumerable<string> keys, IEnumerable<IEnumerable<string>> overloads) =>
        Find(overloads.Select(ArgumentList), ArgumentList(keys), LooseThreshold) is { } found
            ? $"Perhaps you meant to call the function {wanted.Schema}.{wanted.Name}{found.Name}"
            : null;

    static string ArgumentList(IEnumerable<string> names) => $"({string.Join(", ", names.Order(StringComparer.Ordinal))})";

    /// <summary>
    /// 1. an equal name but for case wins; 2. names sharing n-grams (of 3 characters, then of 2) are ranked by cosine; 3. the best of these by edit
    /// distance, from <paramref name="threshold"/> upwards. Ties go to the first by name.
    /// </summary>
    public static Suggestion? Find(IEnumerable<string> names, string query, double threshold)
    {
        var wanted = Lower(query);
        var entries = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var name in names.Order(StringComparer.Ordinal))
        {
            entries.TryAdd(Lower(name), name);
        }

        if (entries.TryGetValue(wanted, out var equal))
        {
            return new Suggestion(equal, 1); // 1
        }

        foreach (var size in (ReadOnlySpan<int>)[3, 2])
        {
            var grams = Grams(wanted, size);
            var best = entries
                .Select(e => (Entry: e, Cosine: Cosine(grams, Grams(e.Key, size)))) // 2
                .Where(static e => e.Cosine > 0)
                .OrderByDescending(static e => e.Cosine)
                .Take(MostCandidates)
                .Select(e => new Suggestion(e.Entry.Value, Similarity(wanted, e.Entry.Key))) // 3
                .Where(s => s.Score >= threshold)
                .OrderByDescending(static s => s.Score)
                .ThenBy(static s => s.Name, StringComparer.Ordinal)
                .Take(1)
                .ToList();
            if (best.Count > 0)
            {
                return best[0];
            }
        }

        return null;
    }

    static string Lower(string text) => text.ToLower(CultureInfo.InvariantCulture);

    static Dictionary<string, int> Grams(string text, int size)
    {
        var normal = new StringBuilder("-", text.Length + 2);
        foreach (var c in text)
        {
            if (char.IsLetterOrDigit(c) || char.IsSurrogate(c) || char.IsWhiteSpace(c) || c == ',')
            {
                normal.Append(c);
            }
        }

        var padded = normal.Append('-').ToString();
        var grams = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i + size <= padded.Length; i++)
        {
            var gram = padded.Substring(i, size);
            grams[gram] = grams.GetValueOrDefault(gram) + 1;
        }

        return grams;
    }

    static double Cosine(Dictionary<string, int> x, Dictionary<string, int> y)
    {
        double product = 0;
        foreach (var (gram, count) in x)
        {
            product += count * y.GetValueOrDefault(gram);
        }

        return product == 0 ? 0 : product / (Norm(x) * Norm(y));

        static double Norm(Dictionary<string, int> grams) => Math.Sqrt(grams.Values.Sum(static n => (double)n * n));
    }

    static double Similarity(string x, string y)
    {
        var longest = Math.Max(x.Length, y.Length);
        return longest == 0 ? 1 : 1 - ((double)EditDistance(x, y) / longest);
    }

    static int EditDistance(string x, string y)
    {
        var previous = new int[y.Length + 1];
        var current = new int[y.Length + 1];
        for (var j = 0; j <= y.Length; j++)
        {
            previous[j] = j;
        }

        for (var i = 1; i <= x.Length; i++)
        {
            current[0] = i;
            for (var j = 1; j <= y.Length; j++)
            {
                var cost = x[i - 1] == y[j - 1] ? 0 : 1;
                current[j] = Math.Min(Math.Min(current[j - 1], previous[j]) + 1, previous[j - 1] + cost);
            }

            (previous, current) = (current, previous);
        }

        return previous[y.Length];
    }
}
