using System.Collections.Immutable;
using AutoRest.Server.Configuration;
using AutoRest.Server.Errors;

namespace AutoRest.Server.Requests;

/// <summary>What a key of the query string means. contract/requests.md §3.2.</summary>
enum QueryKeyKind
{
    Filter,
    Select,
    Columns,
    OnConflict,
    Order,
    Logic,
    Limit,
    Offset,
}

/// <summary>Classifies and parses the pieces of a query string.</summary>
static class QueryParser
{
    /// <summary>
    /// Refusals come in the order of contract/requests.md §1 stage 4d:
    /// 1. every <c>order</c>; 2. every <c>and</c>/<c>or</c>; 3. <c>columns</c>; 4. <c>select</c>; 5. every filter; 6. <c>on_conflict</c>;
    /// 7. ranges never refuse here.
    /// </summary>
    public static QueryParams Parse(ReadOnlySpan<char> raw, bool argumentsAllowed, bool canonicalWanted, CustomOperators operators)
    {
        var pairs = QueryString.Split(raw);
        if (pairs.IsEmpty)
        {
            return QueryParams.None;
        }

        string? valueless = null;
        var kinds = pairs.Length <= 64 ? stackalloc QueryKeyKind[pairs.Length] : new QueryKeyKind[pairs.Length];
        var filterCount = 0;
        for (var i = 0; i < pairs.Length; i++)
        {
            kinds[i] = KindOf(pairs[i].Key);
            filterCount += kinds[i] == QueryKeyKind.Filter ? 1 : 0;
            if (pairs[i] is { Value: null, Key.Length: > 0 } && kinds[i] is QueryKeyKind.Filter or QueryKeyKind.Logic)
            {
                valueless ??= pairs[i].Key;
            }
        }

        var orders = Orders(pairs, kinds, operators); // 1
        var logic = Logic(pairs, kinds, operators); // 2
        var columns = First(pairs, kinds, QueryKeyKind.Columns) is { } columnsText // 3
            ? CodePoints.SortedSet(TextParser.ParseNames("columns", columnsText))
            : (ImmutableArray<string>?)null;
        var selectText = First(pairs, kinds, QueryKeyKind.Select); // 4
        var select = selectText is null ? QueryParams.StarSelect : TextParser.ParseSelect(selectText, operators);
        var (filters, arguments) = Filters(pairs, kinds, filterCount, argumentsAllowed, operators); // 5
        var onConflict = First(pairs, kinds, QueryKeyKind.OnConflict) is { } conflictText // 6
            ? TextParser.ParseNames("on_conflict", conflictText)
            : (ImmutableArray<string>?)null;
        var (root, ranges, rangeError) = Ranges(pairs, kinds); // 7

        return new QueryParams(
            canonicalWanted ? QueryString.Canonicalize(pairs) : "",
            select.IsEmpty ? QueryParams.StarSelect : select,
            SelectIsEmpty: select.IsEmpty,
            filters,
            logic,
            orders,
            ranges,
            columns,
            onConflict,
            arguments)
        {
            RootRange = root,
            RangeError = rangeError,
            ValuelessFilter = valueless,
        };
    }

    static QueryKeyKind KindOf(ReadOnlySpan<char> key) => key switch
    {
        "select" => QueryKeyKind.Select,
        "columns" => QueryKeyKind.Columns,
        "on_conflict" => QueryKeyKind.OnConflict,
        _ => key[(key.LastIndexOf('.') + 1)..] switch
        {
            "order" => QueryKeyKind.Order,
            "limit" => QueryKeyKind.Limit,
            "offset" => QueryKeyKind.Offset,
            "and" or "or" => QueryKeyKind.Logic,
            _ => QueryKeyKind.Filter,
        },
    };

    static string? First(ImmutableArray<QueryPair> pairs, ReadOnlySpan<QueryKeyKind> kinds, QueryKeyKind kind)
    {
        for (var i = 0; i < pairs.Length; i++)
        {
            if (kinds[i] == kind && pairs[i].Value is { } value)
            {
                return value;
            }
        }

        return null;
    }

    /// <summary>All are parsed, the first per path is kept.</summary>
    static ImmutableArray<OrderParam> Orders(ImmutableArray<QueryPair> pairs, ReadOnlySpan<QueryKeyKind> kinds, CustomOperators operators)
    {
        ImmutableArray<OrderParam>.Builder? orders = null;
        HashSet<string>? paths = null;
        for (var i = 0; i < pairs.Length; i++)
        {
            if (kinds[i] != QueryKeyKind.Order || pairs[i].Value is not { } value)
            {
                continue;
            }

            var path = TextParser.ParseTreePath(pairs[i].Key).Path;
            var items = TextParser.ParseOrder(value, operators);
            if ((paths ??= new HashSet<string>(StringComparer.Ordinal)).Add(string.Join('\0', path)))
            {
                (orders ??= ImmutableArray.CreateBuilder<OrderParam>()).Add(new OrderParam(path, items));
            }
        }

        return orders?.DrainToImmutable() ?? [];
    }

    static ImmutableArray<LogicParam> Logic(ImmutableArray<QueryPair> pairs, ReadOnlySpan<QueryKeyKind> kinds, CustomOperators operators)
    {
        ImmutableArray<LogicParam>.Builder? logic = null;
        for (var i = 0; i < pairs.Length; i++)
        {
            if (kinds[i] == QueryKeyKind.Logic && pairs[i].Value is { } value)
            {
                (logic ??= ImmutableArray.CreateBuilder<LogicParam>()).Add(TextParser.ParseLogic(pairs[i].Key, value, operators));
            }
        }

        return logic?.DrainToImmutable() ?? [];
    }

    static (ImmutableArray<FilterParam> Filters, ImmutableArray<RoutineArgument> Arguments) Filters(
        ImmutableArray<QueryPair> pairs, ReadOnlySpan<QueryKeyKind> kinds, int count, bool argumentsAllowed, CustomOperators operators)
    {
        if (count == 0)
        {
            return ([], []);
        }

        var filters = ImmutableArray.CreateBuilder<FilterParam>(count);
        ImmutableArray<RoutineArgument>.Builder? arguments = null;
        for (var i = 0; i < pairs.Length; i++)
        {
            if (kinds[i] != QueryKeyKind.Filter || pairs[i].Value is not { } value)
            {
                continue;
            }

            var (path, field) = TextParser.ParseTreePath(pairs[i].Key);
            if (TextParser.TryParseFilter(value, argumentsAllowed, out var negated, out var operation, operators))
            {
                filters.Add(new FilterParam(pairs[i].Key, path, new Condition(field, negated, operation)));
            }
            else
            {
                // Only the last name counts: contract/functions.md §2.
                (arguments ??= ImmutableArray.CreateBuilder<RoutineArgument>()).Add(new RoutineArgument(field.Name, value));
            }
        }

        return (filters.DrainToImmutable(), arguments?.DrainToImmutable() ?? []);
    }

    /// <summary>Limit and offset of one key; each null when absent, and a null number when it is no integer.</summary>
    sealed class LimitOffset(string key)
    {
        public string Key { get; } = key;

        public bool HasLimit { get; set; }

        public System.Numerics.BigInteger? Limit { get; set; }

        public bool HasOffset { get; set; }

        public System.Numerics.BigInteger? Offset { get; set; }

        public RowRange Range => RowRange.FromParameters(HasLimit, Limit, HasOffset, Offset);
    }

    /// <summary>
    /// Keys are compared as typed, the last value wins. A key that does not parse is a refusal of the plan stage: only there are ranges attached.
    /// </summary>
    static (RowRange Root, ImmutableArray<RangeParam> Embeds, ApiError? Error) Ranges(
        ImmutableArray<QueryPair> pairs, ReadOnlySpan<QueryKeyKind> kinds)
    {
        List<LimitOffset>? found = null;
        Dictionary<string, LimitOffset>? byKey = null;
        for (var i = 0; i < pairs.Length; i++)
        {
            if (kinds[i] is not (QueryKeyKind.Limit or QueryKeyKind.Offset) || pairs[i].Value is not { } value)
            {
                continue;
            }

            // Messages about an offset's key name the limit of the same path, as the reference's do.
            var key = kinds[i] == QueryKeyKind.Limit
                ? pairs[i].Key
                : pairs[i].Key.Length == 6 ? "limit" : $"{pairs[i].Key.AsSpan(0, pairs[i].Key.Length - 6)}limit";
            if (!(byKey ??= new Dictionary<string, LimitOffset>(StringComparer.Ordinal)).TryGetValue(key, out var entry))
            {
                entry = new LimitOffset(key);
                byKey.Add(key, entry);
                (found ??= []).Add(entry);
            }

            if (kinds[i] == QueryKeyKind.Limit)
            {
                (entry.HasLimit, entry.Limit) = (true, IntegerText.Parse(value));
            }
            else
            {
                (entry.HasOffset, entry.Offset) = (true, IntegerText.Parse(value));
            }
        }

        if (found is null)
        {
            return (RowRange.All, [], null);
        }

        var root = RowRange.All;
        var embeds = ImmutableArray.CreateBuilder<RangeParam>();
        foreach (var entry in found)
        {
            if (entry.Key == "limit")
            {
                root = entry.Range;
                continue;
            }

            try
            {
                embeds.Add(new RangeParam(TextParser.ParseTreePath(entry.Key).Path, entry.Range));
            }
            catch (ApiException e)
            {
                return (root, [], e.Error);
            }
        }

        return (root, embeds.DrainToImmutable(), null);
    }
}
