using System.Text.Json;
using System.Text.RegularExpressions;

namespace AutoRest.Server.Auth;

/// <summary>A parsed JSON Path, and how it selects nodes. RFC 9535 with one function, <c>search</c>; contract/auth.md §4.3.</summary>
/// <param name="FromRoot">Begins with <c>$</c>; in a filter a path may begin with <c>@</c> instead.</param>
sealed record JsonPath(bool FromRoot, JsonPath.Segment[] Segments)
{
    /// <summary>Longest time one <c>search</c> may take; the pattern does not backtrack, so only enormous claims could reach it.</summary>
    static readonly TimeSpan SearchTimeout = TimeSpan.FromMilliseconds(100);

    /// <param name="Descendant"><c>..</c>: the selectors are applied to the node and to everything below it.</param>
    public sealed record Segment(bool Descendant, Selector[] Selectors);

    public abstract record Selector
    {
        Selector()
        {
        }

        public sealed record Name(string Member) : Selector;

        public sealed record Wildcard : Selector;

        public sealed record Index(long Position) : Selector;

        public sealed record Slice(long? Start, long? End, long Step) : Selector;

        public sealed record Filter(Condition Condition) : Selector;
    }

    public abstract record Condition
    {
        Condition()
        {
        }

        public sealed record Or(Condition Left, Condition Right) : Condition;

        public sealed record And(Condition Left, Condition Right) : Condition;

        public sealed record Not(Condition Inner) : Condition;

        public sealed record Exists(JsonPath Path) : Condition;

        public sealed record Compare(string Operator, Operand Left, Operand Right) : Condition;

        /// <param name="Compiled">The pattern, where it is a literal.</param>
        public sealed record Search(Operand Text, Operand Pattern, Regex? Compiled) : Condition;
    }

    /// <summary>A literal, or a path that selects at most one node.</summary>
    public sealed record Operand(JsonElement? Literal, JsonPath? Path);

    public bool IsSingular => Array.TrueForAll(Segments, s =>
        !s.Descendant && s.Selectors.Length == 1 && s.Selectors[0] is Selector.Name or Selector.Index);

    /// <summary>The selected nodes in order; members of an object in the order of their names, as the reference has them.</summary>
    public IEnumerable<JsonElement> Select(JsonElement root) => Select(root, root);

    /// <summary>A pattern of POSIX (extended) as far as it is written differently, without backtracking.</summary>
    public static Regex CompilePattern(string pattern) => new(
        pattern
            .Replace("[:alpha:]", "a-zA-Z", StringComparison.Ordinal)
            .Replace("[:digit:]", "0-9", StringComparison.Ordinal)
            .Replace("[:alnum:]", "a-zA-Z0-9", StringComparison.Ordinal)
            .Replace("[:upper:]", "A-Z", StringComparison.Ordinal)
            .Replace("[:lower:]", "a-z", StringComparison.Ordinal)
            .Replace("[:space:]", @"\s", StringComparison.Ordinal),
        RegexOptions.NonBacktracking | RegexOptions.CultureInvariant,
        SearchTimeout);

    IEnumerable<JsonElement> Select(JsonElement root, JsonElement current)
    {
        IEnumerable<JsonElement> nodes = [FromRoot ? root : current];
        foreach (var segment in Segments)
        {
            nodes = nodes.SelectMany(node => Apply(segment, root, node));
        }

        return nodes;
    }

    static IEnumerable<JsonElement> Apply(Segment segment, JsonElement root, JsonElement node)
    {
        foreach (var selector in segment.Selectors)
        {
            foreach (var selected in Apply(selector, root, node))
            {
                yield return selected;
            }
        }

        if (segment.Descendant)
        {
            foreach (var child in Children(node))
            {
                foreach (var selected in Apply(segment, root, child))
                {
                    yield return selected;
                }
            }
        }
    }

    static IEnumerable<JsonElement> Apply(Selector selector, JsonElement root, JsonElement node) => selector switch
    {
        Selector.Name(var member) => node.ValueKind == JsonValueKind.Object && node.TryGetProperty(member, out var value) ? [value] : [],
        Selector.Wildcard => Children(node),
        Selector.Index(var position) => At(node, position),
        Selector.Slice slice => node.ValueKind == JsonValueKind.Array ? Cut(node, slice) : [],
        Selector.Filter(var condition) => Children(node).Where(child => Holds(condition, root, child)),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    static IEnumerable<JsonElement> Children(JsonElement node) => node.ValueKind switch
    {
        JsonValueKind.Array => node.EnumerateArray(),
        // Of a member given twice the last counts, everywhere.
        JsonValueKind.Object => node.EnumerateObject().GroupBy(p => p.Name, StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal).Select(g => g.Last().Value),
        _ => [],
    };

    static IEnumerable<JsonElement> At(JsonElement node, long position)
    {
        if (node.ValueKind != JsonValueKind.Array)
        {
            return [];
        }

        var length = node.GetArrayLength();
        var index = position < 0 ? position + length : position;
        return index >= 0 && index < length ? [node[(int)index]] : [];
    }

    /// <summary>RFC 9535 §2.3.4.2.2.</summary>
    static IEnumerable<JsonElement> Cut(JsonElement node, Selector.Slice slice)
    {
        long length = node.GetArrayLength();
        var step = slice.Step;
        if (step == 0)
        {
            yield break;
        }

        var start = Normal(slice.Start ?? (step > 0 ? 0 : length - 1));
        var end = Normal(slice.End ?? (step > 0 ? length : -length - 1));
        var (lower, upper) = step > 0
            ? (Math.Clamp(start, 0, length), Math.Clamp(end, 0, length))
            : (Math.Clamp(end, -1, length - 1), Math.Clamp(start, -1, length - 1));
        for (var i = step > 0 ? lower : upper; step > 0 ? i < upper : i > lower; i += step)
        {
            yield return node[(int)i];
        }

        long Normal(long i) => i >= 0 ? i : length + i;
    }

    static bool Holds(Condition condition, JsonElement root, JsonElement current) => condition switch
    {
        Condition.Or(var left, var right) => Holds(left, root, current) || Holds(right, root, current),
        Condition.And(var left, var right) => Holds(left, root, current) && Holds(right, root, current),
        Condition.Not(var inner) => !Holds(inner, root, current),
        Condition.Exists(var path) => path.Select(root, current).Any(),
        Condition.Compare(var name, var left, var right) => Compares(name, Value(left, root, current), Value(right, root, current)),
        Condition.Search search => Searches(search, Value(search.Text, root, current), Value(search.Pattern, root, current)),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    static JsonElement? Value(Operand operand, JsonElement root, JsonElement current)
    {
        if (operand.Path is null)
        {
            return operand.Literal;
        }

        foreach (var node in operand.Path.Select(root, current))
        {
            return node;
        }

        return null;
    }

    /// <summary>RFC 9535 §2.3.5.2.2: nothing equals nothing only, and order exists among numbers and among texts.</summary>
    static bool Compares(string name, JsonElement? left, JsonElement? right) => name switch
    {
        "==" => AreEqual(left, right),
        "!=" => !AreEqual(left, right),
        "<" => IsLess(left, right),
        "<=" => IsLess(left, right) || AreEqual(left, right),
        ">" => IsLess(right, left),
        ">=" => IsLess(right, left) || AreEqual(left, right),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    static bool AreEqual(JsonElement? left, JsonElement? right) =>
        left is { } l && right is { } r ? JsonElement.DeepEquals(l, r) : left is null && right is null;

    static bool IsLess(JsonElement? left, JsonElement? right) => (left, right) switch
    {
        ({ ValueKind: JsonValueKind.Number } l, { ValueKind: JsonValueKind.Number } r) => l.GetDouble() < r.GetDouble(),
        ({ ValueKind: JsonValueKind.String } l, { ValueKind: JsonValueKind.String } r) => string.CompareOrdinal(l.GetString(), r.GetString()) < 0,
        _ => false,
    };

    static bool Searches(Condition.Search search, JsonElement? text, JsonElement? pattern)
    {
        if (text is not { ValueKind: JsonValueKind.String } value || pattern is not { ValueKind: JsonValueKind.String } expression)
        {
            return false;
        }

        try
        {
            return (search.Compiled ?? CompilePattern(expression.GetString()!)).IsMatch(value.GetString()!);
        }
        catch (Exception error) when (error is RegexMatchTimeoutException or ArgumentException or NotSupportedException)
        {
            // A pattern out of the claims that is none, or a search that never ends: no match.
            return false;
        }
    }
}
