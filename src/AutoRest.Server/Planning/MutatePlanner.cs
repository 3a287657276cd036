using System.Collections.Immutable;
using AutoRest.Introspection;
using AutoRest.Server.Configuration;
using AutoRest.Server.Errors;
using AutoRest.Server.Requests;
using AutoRest.Server.Sql;

namespace AutoRest.Server.Planning;

/// <summary>Plans POST, PATCH, PUT and DELETE on a relation. contract/writes.md.</summary>
static class MutatePlanner
{
    /// <exception cref="ApiException">PGRST204 for an unknown payload column, PGRST105 for the filters of PUT, AR201 for an operator that cannot be used.</exception>
    public static MutatePlan Plan(ApiRequest request, SchemaCache cache, AppConfig config, Table table, MutationKind kind, ReadPlan returned)
    {
        var columns = kind == MutationKind.Delete ? [] : TargetColumns(request, cache, table);
        if (kind == MutationKind.SingleUpsert)
        {
            CheckKeyFilters(request.Query, table);
        }

        var (resolution, conflict) = ConflictOf(request, table, kind);
        var mergesDefaults = request.Preferences.Missing == MissingPreference.Default && kind is MutationKind.Insert or MutationKind.Update;
        var preference = request.Preferences.Return ?? ReturnPreference.Minimal;
        return new MutatePlan(
            kind,
            table.Name,
            table,
            columns,
            request.Payload,
            request.Payload is { } payload ? ParameterOf(payload, mergesDefaults) : null,
            kind == MutationKind.Insert ? [] : RootConditions(request.Query, cache, config, table),
            conflict,
            resolution,
            mergesDefaults,
            preference == ReturnPreference.Minimal ? [] : Returning(table, returned),
            preference == ReturnPreference.Representation,
            preference == ReturnPreference.HeadersOnly && kind == MutationKind.Insert);
    }

    static Parameter ParameterOf(Payload payload, bool mergesDefaults) =>
        mergesDefaults ? Parameter.Jsonb(payload.Body) : Parameter.Json(payload.Body);

    static ImmutableArray<PayloadColumn> TargetColumns(ApiRequest request, SchemaCache cache, Table table)
    {
        var keys = request.Payload?.Keys ?? [];
        var columns = ImmutableArray.CreateBuilder<PayloadColumn>(keys.Length);
        foreach (var key in keys)
        {
            if (!table.ColumnsByName.TryGetValue(key, out var column))
            {
                throw new ApiException(new UnknownColumn(key, table.Name.Name));
            }

            columns.Add(new PayloadColumn(
                column, cache.Representations.TryGetValue(new CastKey("json", column.NominalType), out var function) ? function : null));
        }

        return columns.MoveToImmutable();
    }

    /// <summary>Root filters and logic only: trees addressed to embeds never reach the WHERE of a change (contract/writes.md §7).</summary>
    static ImmutableArray<ResolvedLogic> RootConditions(QueryParams query, SchemaCache cache, AppConfig config, Table table)
    {
        var operators = OperatorResolver.For(cache, config);
        var logic = query.Logic.Where(l => l.Path.IsEmpty).Select(l => Conditions.Resolve(cache, table, l.Tree, operators, null));
        var filters = query.Filters.Where(f => f.Path.IsEmpty).Select(f => Conditions.Resolve(cache, table, f.Condition, operators));
        return [.. logic, .. filters];
    }

    static void CheckKeyFilters(QueryParams query, Table table)
    {
        var keys = query.Filters.Select(f => f.Key).ToHashSet(StringComparer.Ordinal);
        var plain = query.Filters.All(f =>
            f.Condition is { Negated: false, Operation: Operation.Compare { Operator.Name: "eq", Quantifier: null } });
        if (table.PrimaryKey.IsEmpty || !plain || !query.Logic.IsEmpty || !keys.SetEquals(table.PrimaryKey))
        {
            throw new ApiException(new InvalidPutFilters());
        }
    }

    static (ResolutionPreference?, ImmutableArray<string>) ConflictOf(ApiRequest request, Table table, MutationKind kind)
    {
        switch (kind)
        {
            case MutationKind.SingleUpsert:
                return (ResolutionPreference.MergeDuplicates, table.PrimaryKey);
            case MutationKind.Insert when request.Preferences.Resolution is { } resolution:
                var target = request.Query.OnConflict ?? table.PrimaryKey;
                if (target.IsEmpty)
                {
                    return (null, []);
                }

                return (resolution, target);
            default:
                return (null, []);
        }
    }

    /// <summary>What the mutation returns: enough for the select, the joins of its embeds and the key (contract/embedding.md §14); null is everything.</summary>
    static ImmutableArray<string>? Returning(Table table, ReadPlan returned)
    {
        if (returned.Select.Any(static i => i is SelectedItem.Star)
            || returned.Embeds.Any(static e => e.Via is Relationship.Computed))
        {
            return null;
        }

        var names = new SortedSet<string>(StringComparer.Ordinal);
        names.UnionWith(table.PrimaryKey);
        foreach (var item in returned.Select)
        {
            if (item is SelectedItem.Column { Field: { } field })
            {
                names.Add(field.Name);
            }
        }

        foreach (var embed in returned.Embeds)
        {
            names.UnionWith(embed.Via switch
            {
                Relationship.ForeignKey key => key.Columns.Select(c => c.Origin),
                Relationship.Junction junction => junction.OriginColumns.Select(c => c.Origin),
                _ => [],
            });
        }

        return [.. names];
    }
}
