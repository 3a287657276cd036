using System.Globalization;
using System.Text;

namespace AutoRest.Server.Errors;

/// <summary>A name found, in its own spelling, and how similar it is: 1 is equal but for case.</summary>
public readonly record struct Suggestion(string Name, double Score);

/// <summary>"Perhaps you meant …". Sets and thresholds of each use: contract/errors.md §6.</summary>
public static class Suggestions
{
    /// <summary>Entries that share n-grams with the query and are compared in full.</summary>
    const int MostCandidates = 50;

    /// <summary>The most similar name, or null when none reaches <paramref name="threshold"/>.</summary>
    public static string? Best(IEnumerable<string> names, string query, double threshold) => Find(names, query, threshold)?.Name;

    /// <summary>As <see cref="Best"/>, but null when the name itself is among them.</summary>
    public static string? BestInexact(IEnumerable<string> names, string query, double threshold) =>
        Find(names, query, threshold) is { Score: < 1 } found ? found.Name : null;

    /// <summary>How PGRST202 compares argument lists: sorted by code point, joined, in parentheses.</summary>
    public static string ArgumentList(IEnumerable<string> names) => $"({string.Join(", ", names.Order(StringComparer.Ordinal))})";

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
