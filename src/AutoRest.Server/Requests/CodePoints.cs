namespace AutoRest.Server.Requests;

/// <summary>Order of texts by code point, which is the order of their UTF-8 bytes; UTF-16 order differs above U+FFFF.</summary>
static class CodePoints
{
    public static Comparer<string> Order { get; } = Comparer<string>.Create(Compare);

    public static int Compare(string x, string y)
    {
        var common = x.AsSpan().CommonPrefixLength(y);
        if (common == x.Length || common == y.Length)
        {
            return x.Length - y.Length;
        }

        return Weight(x[common]) - Weight(y[common]);

        // Surrogates stand for more than anything that needs one character.
        static int Weight(char c) => char.IsSurrogate(c) ? c + 0x10000 : c;
    }

    /// <summary>Sorted and without repetitions.</summary>
    public static System.Collections.Immutable.ImmutableArray<string> SortedSet(IEnumerable<string> names)
    {
        var sorted = new List<string>(names);
        sorted.Sort(Compare);
        var builder = System.Collections.Immutable.ImmutableArray.CreateBuilder<string>(sorted.Count);
        foreach (var name in sorted)
        {
            if (builder.Count == 0 || builder[^1] != name)
            {
                builder.Add(name);
            }
        }

        return builder.DrainToImmutable();
    }
}
