using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace AutoRest.Server.Auth;

/// <summary>A parsed JSON Path, and how it selects nodes. RFC 9535 whole, all five functions; contract/auth.md §4.3.</summary>
/// <param name="FromRoot">Begins with <c>$</c>; in a filter a path may begin with <c>@</c> instead.</param>
sealed record JsonPath(bool FromRoot, JsonPath.Segment[] Segments)
{
    /// <summary>Longest time one <c>search</c> may take; the pattern does not backtrack, so only enormous claims could reach it.</summary>
    static readonly TimeSpan SearchTimeout = TimeSpan.FromMilliseconds(100);

    static readonly (string Name, string Range)[] PosixClasses =
    [
        ("[:alpha:]", "a-zA-Z"), ("[:digit:]", "0-9"), ("[:alnum:]", "a-zA-Z0-9"), ("[:upper:]", "A-Z"), ("[:lower:]", "a-z"), ("[:space:]", @"\s"),
    ];

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

        /// <summary><c>match</c> (the whole text) and <c>search</c> (a part of it). RFC 9535 §2.4.6, §2.4.7.</summary>
        /// <param name="Compiled">The pattern, where it is a literal.</param>
        public sealed record Search(bool Whole, Operand Text, Operand Pattern, Regex? Compiled) : Condition;
    }

    /// <summary>What gives one value or nothing ("ValueType" of RFC 9535 §2.4.1), or, between the parser's steps, any path.</summary>
    public abstract record Operand
    {
        Operand()
        {
        }

        public sealed record Literal(JsonElement Value) : Operand;

        public sealed record Query(JsonPath Path) : Operand;

        /// <summary>Characters of a text, elements of an array, members of an object. RFC 9535 §2.4.4.</summary>
        public sealed record Length(Operand Argument) : Operand;

        /// <summary>Nodes that a path selects. RFC 9535 §2.4.5.</summary>
        public sealed record Count(JsonPath Path) : Operand;

        /// <summary>The only node that a path selects. RFC 9535 §2.4.8.</summary>
        public sealed record Only(JsonPath Path) : Operand;
    }

    public bool IsSingular => Array.TrueForAll(Segments, s =>
        !s.Descendant && s.Selectors.Length == 1 && s.Selectors[0] is Selector.Name or Selector.Index);

    /// <summary>The selected nodes in order; members of an object in the order of their names, as the reference has them.</summary>
    public IEnumerable<JsonElement> Select(JsonElement root) => Select(root, root);

    /// <summary>A pattern of I-Regexp (RFC 9485) or POSIX (extended), as far as .NET writes it differently, without backtracking.</summary>
    public static Regex CompilePattern(string pattern, bool whole)
    {
        var result = new StringBuilder(whole ? @"\A(?:" : "");
        var inClass = false;
        for (var i = 0; i < pattern.Length; i++)
        {
            var c = pattern[i];
            if (c == '\\' && i + 1 < pattern.Length)
            {
                result.Append(c).Append(pattern[++i]);
            }
            else if (inClass && Array.Find(PosixClasses, p => pattern.AsSpan(i).StartsWith(p.Name, StringComparison.Ordinal)) is { Name: { } name, Range: var range })
            {
                result.Append(range);
                i += name.Length - 1;
            }
            else
            {
                // A dot is no end of line (RFC 9485 §5.3); $ is the end of the text, not the place before its last line feed.
                _ = (inClass, c) switch
                {
                    (false, '.') => result.Append(@"[^\n\r]"),
                    (false, '$') => result.Append(@"\z"),
                    _ => result.Append(c),
                };
                inClass = inClass ? c != ']' : c == '[';
            }
        }

        var text = whole ? result.Append(@")\z").ToString() : result.ToString();
        return new(text, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant, SearchTimeout);
    }

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

    /// <summary>Null is nothing, which is not the value <c>null</c>.</summary>
    static JsonElement? Value(Operand operand, JsonElement root, JsonElement current) => operand switch
    {
        Operand.Literal(var value) => value,
        Operand.Query(var path) => First(path.Select(root, current)),
        Operand.Length(var argument) => Value(argument, root, current) is { } value && LengthOf(value) is { } length ? Number(length) : null,
        Operand.Count(var path) => Number(path.Select(root, current).Count()),
        Operand.Only(var path) => path.Select(root, current).Take(2).ToArray() is [var only] ? only : null,
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    static JsonElement? First(IEnumerable<JsonElement> nodes)
    {
        foreach (var node in nodes)
        {
            return node;
        }

        return null;
    }

    static int? LengthOf(JsonElement value) => value.ValueKind switch
    {
        // Characters of Unicode, not the units they are stored in.
        JsonValueKind.String => value.GetString()!.EnumerateRunes().Count(),
        JsonValueKind.Array => value.GetArrayLength(),
        JsonValueKind.Object => Children(value).Count(),
        _ => null,
    };

    static JsonElement Number(int number)
    {
        using var document = JsonDocument.Parse(number.ToString(CultureInfo.InvariantCulture));
        return document.RootElement.Clone();
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
        ({ ValueKind: JsonValueKind.String } l, { ValueKind: JsonValueKind.String } r) => IsLess(l.GetString()!, r.GetString()!),
        _ => false,
    };

    /// <summary>By characters of Unicode, which is the order of their UTF-8 but not that of their UTF-16. RFC 9535 §2.3.5.2.2.</summary>
    static bool IsLess(string left, string right) => Encoding.UTF8.GetBytes(left).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(right)) < 0;

    static bool Searches(Condition.Search search, JsonElement? text, JsonElement? pattern)
    {
        if (text is not { ValueKind: JsonValueKind.String } value || pattern is not { ValueKind: JsonValueKind.String } expression)
        {
            return false;
        }

        try
        {
            return (search.Compiled ?? CompilePattern(expression.GetString()!, search.Whole)).IsMatch(value.GetString()!);
        }
        catch (Exception error) when (error is RegexMatchTimeoutException or ArgumentException or NotSupportedException)
        {
            // A pattern out of the claims that is none, or a search that never ends: no match.
            return false;
        }
    }
}
