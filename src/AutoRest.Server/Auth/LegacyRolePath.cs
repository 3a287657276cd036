using System.Globalization;
using System.Text.Json;

namespace AutoRest.Server.Auth;

/// <summary>The older language for the role claim: <c>.a."b-c"[0][?(@ ^== "x")]</c>. contract/auth.md §4.3.</summary>
sealed record LegacyRolePath(LegacyRolePath.Step[] Steps)
{
    public abstract record Step
    {
        Step()
        {
        }

        public sealed record Key(string Name) : Step;

        public sealed record Index(int Position) : Step;

        /// <summary>The first text of an array for which it holds; only as last step.</summary>
        public sealed record Filter(string Operator, string Text) : Step;
    }

    /// <summary>Longest first where one begins like another.</summary>
    static readonly string[] Operators = ["==^", "==", "!=", "^==", "*=="];

    /// <summary>The value at the path; null where a step does not fit what it finds.</summary>
    public JsonElement? Find(JsonElement claims)
    {
        var value = claims;
        foreach (var step in Steps)
        {
            switch (step)
            {
                case Step.Key(var name) when value.ValueKind == JsonValueKind.Object && value.TryGetProperty(name, out var member):
                    value = member;
                    break;
                case Step.Index(var position) when value.ValueKind == JsonValueKind.Array && position < value.GetArrayLength():
                    value = value[position];
                    break;
                case Step.Filter filter when value.ValueKind == JsonValueKind.Array:
                    return First(value, filter);
                default:
                    return null;
            }
        }

        return value;
    }

    /// <exception cref="FormatException">Not of this language.</exception>
    public static LegacyRolePath Parse(string text)
    {
        var steps = new List<Step>();
        var at = 0;
        while (at < text.Length)
        {
            if (steps.Count > 0 && steps[^1] is Step.Filter)
            {
                throw new FormatException($"text after a filter at position {at + 1}");
            }

            steps.Add(text[at] switch
            {
                '.' => ReadKey(text, ref at),
                '[' when at + 1 < text.Length && text[at + 1] == '?' => ReadFilter(text, ref at),
                '[' => ReadIndex(text, ref at),
                _ => throw new FormatException($"expected '.' or '[' at position {at + 1}"),
            });
        }

        return steps.Count > 0 ? new LegacyRolePath([.. steps]) : throw new FormatException("expected '.' or '[' at position 1");
    }

    static JsonElement? First(JsonElement array, Step.Filter filter)
    {
        foreach (var item in array.EnumerateArray())
        {
            if (item.ValueKind == JsonValueKind.String && Holds(item.GetString()!, filter))
            {
                return item;
            }
        }

        return null;
    }

    static bool Holds(string value, Step.Filter filter) => filter.Operator switch
    {
        "==" => value.Equals(filter.Text, StringComparison.Ordinal),
        "!=" => !value.Equals(filter.Text, StringComparison.Ordinal),
        "^==" => value.StartsWith(filter.Text, StringComparison.Ordinal),
        "==^" => value.EndsWith(filter.Text, StringComparison.Ordinal),
        _ => value.Contains(filter.Text, StringComparison.Ordinal),
    };

    static Step.Key ReadKey(string text, ref int at)
    {
        at++;
        if (at < text.Length && text[at] == '"')
        {
            return new Step.Key(ReadQuoted(text, ref at));
        }

        var start = at;
        while (at < text.Length && (char.IsLetterOrDigit(text[at]) || text[at] is '_' or '$' or '@'))
        {
            at++;
        }

        return at > start ? new Step.Key(text[start..at]) : throw new FormatException($"expected a name at position {at + 1}");
    }

    static Step.Index ReadIndex(string text, ref int at)
    {
        var close = text.IndexOf(']', at);
        if (close < 0 || !int.TryParse(text.AsSpan(at + 1, close - at - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var position))
        {
            throw new FormatException($"expected an index at position {at + 2}");
        }

        at = close + 1;
        return new Step.Index(position);
    }

    static Step.Filter ReadFilter(string text, ref int at)
    {
        Expect(text, ref at, "[?(@");
        SkipBlanks(text, ref at);
        var position = at;
        var name = Array.Find(Operators, o => text.AsSpan(position).StartsWith(o, StringComparison.Ordinal))
            ?? throw new FormatException($"expected an operator at position {at + 1}");
        at += name.Length;
        SkipBlanks(text, ref at);
        if (at >= text.Length || text[at] != '"')
        {
            throw new FormatException($"expected a text in double quotes at position {at + 1}");
        }

        var operand = ReadQuoted(text, ref at);
        Expect(text, ref at, ")]");
        return new Step.Filter(name, operand);
    }

    static void SkipBlanks(string text, ref int at)
    {
        while (at < text.Length && text[at] == ' ')
        {
            at++;
        }
    }

    static void Expect(string text, ref int at, string token)
    {
        if (!text.AsSpan(at).StartsWith(token, StringComparison.Ordinal))
        {
            throw new FormatException($"expected '{token}' at position {at + 1}");
        }

        at += token.Length;
    }

    /// <summary>There are no escapes: the text ends at the next quote.</summary>
    static string ReadQuoted(string text, ref int at)
    {
        var close = text.IndexOf('"', at + 1);
        if (close < 0)
        {
            throw new FormatException($"a text without its closing quote at position {at + 1}");
        }

        var quoted = text[(at + 1)..close];
        at = close + 1;
        return quoted;
    }
}
