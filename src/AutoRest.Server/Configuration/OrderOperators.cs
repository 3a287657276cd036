using System.Collections.Frozen;
using System.Collections.Immutable;
using AutoRest.Server.Sql;

namespace AutoRest.Server.Configuration;

/// <summary>The setting <c>ar-operators</c>: operators that <c>order</c> may use, by the names clients call them. contract/beyond.md, entry 18.</summary>
public sealed class OrderOperators
{
    // Words that already mean something after a column's name.
    static readonly FrozenSet<string> Taken = FrozenSet.Create(StringComparer.Ordinal, "asc", "desc", "nullsfirst", "nullslast");

    readonly FrozenDictionary<string, OperatorName>.AlternateLookup<ReadOnlySpan<char>> _byName;

    OrderOperators(ImmutableArray<string> items, Dictionary<string, OperatorName> byName)
    {
        Items = items;
        _byName = byName.ToFrozenDictionary(StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();
    }

    public static OrderOperators None { get; } = new([], []);

    /// <summary><c>name:operator</c>, as configured.</summary>
    public ImmutableArray<string> Items { get; }

    public bool TryGet(ReadOnlySpan<char> name, out OperatorName operation) => _byName.TryGetValue(name, out operation);

    /// <summary>Reads the items of the setting.</summary>
    /// <exception cref="ConfigException">An item is not a name and an operator, or a name comes twice.</exception>
    public static OrderOperators Parse(ImmutableArray<string> items)
    {
        var byName = new Dictionary<string, OperatorName>(StringComparer.Ordinal);
        foreach (var item in items)
        {
            if (item.Split(':', 2) is not [var name, var text] || !IsName(name) || !OperatorName.TryParse(text, out var operation))
            {
                throw new ConfigException($"Malformed ar-operators: '{item}', a correct example: cosine:public.<=>");
            }

            if (Taken.Contains(name) || !byName.TryAdd(name, operation))
            {
                throw new ConfigException($"ar-operators has a name that is taken: '{name}'");
            }
        }

        return byName.Count == 0 ? None : new(items, byName);
    }

    static bool IsName(string text) =>
        text.Length is > 0 and <= 63 && char.IsAsciiLetterLower(text[0]) && text.All(static c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '_');
}
