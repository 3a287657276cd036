using System.Collections.Frozen;
using System.Collections.Immutable;
using AutoRest.Server.Sql;

namespace AutoRest.Server.Configuration;

/// <summary>An operator, or a function of two values, by the name that clients call it.</summary>
public sealed record CustomOperator(string Name, OperatorName Sql);

/// <summary>The setting <c>ar-operators</c>: what filters, <c>order</c> and <c>select</c> may use besides the operators of the API. contract/beyond.md, entry 18.</summary>
public sealed class CustomOperators
{
    // Words that already mean something after a column's name. The filters among them are those of the table in Requests, which is a later stage; a test compares.
    static readonly FrozenSet<string> Taken = FrozenSet.Create(
        StringComparer.Ordinal, "asc", "desc", "nullsfirst", "nullslast", "not", "and", "or", "in", "is", "isdistinct", "eq", "gte", "gt", "lte", "lt", "like", "ilike",
        "match", "imatch", "neq", "cs", "cd", "ov", "sl", "sr", "nxr", "nxl", "adj", "fts", "plfts", "phfts", "wfts");

    readonly FrozenDictionary<string, CustomOperator>.AlternateLookup<ReadOnlySpan<char>> _byName;

    CustomOperators(ImmutableArray<string> items, ImmutableArray<CustomOperator> operators)
    {
        Items = items;
        All = operators;
        _byName = operators.ToFrozenDictionary(static o => o.Name, StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();
    }

    public static CustomOperators None { get; } = new([], []);

    /// <summary><c>name:operator</c>, as configured.</summary>
    public ImmutableArray<string> Items { get; }

    public ImmutableArray<CustomOperator> All { get; }

    public bool IsEmpty => All.IsEmpty;

    /// <summary>The names, for messages and documents.</summary>
    public string Names => string.Join(", ", All.Select(static o => o.Name));

    public bool TryGet(ReadOnlySpan<char> name, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out CustomOperator? found) => _byName.TryGetValue(name, out found);

    /// <summary>Reads the items of the setting.</summary>
    /// <exception cref="ConfigException">An item is not a name and an operator, or a name comes twice.</exception>
    public static CustomOperators Parse(ImmutableArray<string> items)
    {
        var operators = ImmutableArray.CreateBuilder<CustomOperator>(items.Length);
        var names = new HashSet<string>(Taken, StringComparer.Ordinal);
        foreach (var item in items)
        {
            if (item.Split(':', 2) is not [var name, var text] || !IsName(name) || !OperatorName.TryParse(text, out var operation))
            {
                throw new ConfigException($"Malformed ar-operators: '{item}', a correct example: cosine:public.<=>");
            }

            if (!names.Add(name))
            {
                throw new ConfigException($"ar-operators has a name that is taken: '{name}'");
            }

            operators.Add(new CustomOperator(name, operation));
        }

        return operators.Count == 0 ? None : new(items, operators.DrainToImmutable());
    }

    static bool IsName(string text) =>
        text.Length is > 0 and <= 63 && char.IsAsciiLetterLower(text[0]) && text.All(static c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '_');
}
