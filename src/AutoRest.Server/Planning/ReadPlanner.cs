using System.Collections.Immutable;
using System.Diagnostics;
using System.Runtime.InteropServices;
using AutoRest.Introspection;
using AutoRest.Server.Configuration;
using AutoRest.Server.Errors;
using AutoRest.Server.Requests;
using AutoRest.Server.Sql;

namespace AutoRest.Server.Planning;

/// <summary>A planned read and the legacy names its parameters used.</summary>
/// <param name="LegacyNames">Target name and alias of embeds addressed by the former, latest first (contract/embedding.md §9).</param>
public sealed record PlannedRead(ReadPlan Plan, ImmutableArray<(string Target, string Alias)> LegacyNames);

/// <summary>
/// Turns the select tree and the parameters addressed to its nodes into a <see cref="ReadPlan"/>. The passes run in the order in which the
/// contract wants their errors (contract/requests.md §1.1).
/// </summary>
sealed class ReadPlanner
{
    readonly SchemaCache _cache;
    readonly AppConfig _config;
    readonly string _schema;
    readonly OperatorResolver? _operators;
    readonly List<(string Target, string Alias)> _legacyNames = [];
    int _positions;

    ReadPlanner(SchemaCache cache, AppConfig config, string schema)
    {
        _cache = cache;
        _config = config;
        _schema = schema;
        _operators = OperatorResolver.For(cache, config);
    }

    /// <param name="from">The relation; for functions the result relation.</param>
    /// <param name="range">The root's range.</param>
    /// <param name="capRows">False for mutations, to which <c>db-max-rows</c> never applies.</param>
    /// <param name="withRootConditions">False for mutations: root filters select the rows to change, not the rows to return.</param>
    /// <param name="orderOrigin">How PGRST118 calls the root; the relation's name unless it reads a CTE.</param>
    /// <exception cref="ApiException">PGRST108, 118, 123, 127, 200, 201; AR201.</exception>
    public static PlannedRead Plan(
        ApiRequest request, SchemaCache cache, AppConfig config, QualifiedIdentifier from, Table? table, RowRange range, bool capRows = true,
        bool withRootConditions = true, string? orderOrigin = null)
    {
        var planner = new ReadPlanner(cache, config, request.Schema);
        var query = request.Query;
        var root = Build(query.Select, null);
        root.From = from;
        root.Table = table;
        root.Range = range;

        planner.AttachParameters(root, query, withRootConditions);
        planner.ResolveRelationships(root);
        planner.ResolveSelect(root, root.HasAggregates(), false);
        CheckRelatedOrders(root, orderOrigin);
        planner.CheckAggregates(root);
        if (capRows)
        {
            planner.CapRows(root);
        }

        return new PlannedRead(planner.Finish(root), [.. planner._legacyNames]);
    }

    static ReadNode Build(ImmutableArray<SelectItem> items, SelectItem? self, ReadNode? parent = null)
    {
        var node = self switch
        {
            null => new ReadNode { Items = items },
            SelectItem.Embed e => new ReadNode
            {
                Items = items,
                Parent = parent,
                Target = e.Target,
                Alias = e.Alias,
                Hint = e.Hint,
                Join = e.Join ?? JoinKind.Left,
            },
            SelectItem.Spread s => new ReadNode
            {
                Items = items,
                Parent = parent,
                Target = s.Target,
                Hint = s.Hint,
                Join = s.Join ?? JoinKind.Left,
                IsSpread = true,
            },
            _ => throw new UnreachableException(),
        };
        foreach (var item in items)
        {
            switch (item)
            {
                case SelectItem.Embed embed:
                    node.Children.Add(Build(embed.Select, embed, node));
                    break;
                case SelectItem.Spread spread:
                    node.Children.Add(Build(spread.Select, spread, node));
                    break;
                default:
                    break;
            }
        }

        return node;
    }

    void AttachParameters(ReadNode root, QueryParams query, bool withRootConditions)
    {
        foreach (var filter in query.Filters)
        {
            var node = Find(root, filter.Path);
            if (withRootConditions || node != root)
            {
                node.Where.Add(new LogicTree.Leaf(filter.Condition));
            }
        }

        foreach (var order in query.Orders)
        {
            Find(root, order.Path).Order = [.. order.Items];
        }

        foreach (var range in query.Ranges)
        {
            Find(root, range.Path).Range = range.Range;
        }

        foreach (var logic in query.Logic)
        {
            var node = Find(root, logic.Path);
            if (withRootConditions || node != root)
            {
                node.Where.Insert(0, logic.Tree);
            }
        }
    }

    /// <summary>The node a path names. Each matched child moves to the front of its parent's list, which decides later matches and key order.</summary>
    ReadNode Find(ReadNode root, ImmutableArray<string> path)
    {
        var node = root;
        foreach (var segment in path)
        {
            var children = node.Children;
            var index = children.FindIndex(c => IsAddressedBy(c, segment));
            if (index < 0)
            {
                throw new ApiException(Refusal(children, segment));
            }

            var child = children[index];
            if (child.Alias is { } alias && alias != segment)
            {
                _legacyNames.Insert(0, (segment, alias));
            }

            children.RemoveAt(index);
            children.Insert(0, child);
            node = child;
        }

        return node;
    }

    bool IsAddressedBy(ReadNode child, string segment) =>
        child.Alias == segment || (child.Target == segment && (_config.UrlUseLegacyTargetNames || child.Alias is null));

    ApiError Refusal(List<ReadNode> children, string segment)
    {
        var aliased = _config.UrlUseLegacyTargetNames ? null : children.Find(c => c.Target == segment && c.Alias is not null);
        return aliased is null ? new NotEmbedded(segment) : new TargetNameUsed(segment, aliased.Alias!);
    }

    void ResolveRelationships(ReadNode node)
    {
        var names = node.Children.Count > 1 ? new HashSet<string>(StringComparer.Ordinal) : null;
        foreach (var child in node.Children)
        {
            if (names?.Add(child.Key) == false)
            {
                throw new ApiException(new DuplicateEmbed(node.From.Name, child.Key, node.Depth + 1));
            }

            child.Via = EmbedResolver.Resolve(_cache, _schema, node.From, child.Target, child.Hint);
            child.From = child.Via.Foreign;
            child.Table = _cache.Tables.GetValueOrDefault(child.From);
            child.Source = new SourceAlias(++_positions);
            child.Lateral = new SourceAlias(++_positions);
            ResolveRelationships(child);
        }
    }

    /// <summary>Names become fields; stars become columns where the contract or a to-many spread needs them (contract/reads.md §2.2).</summary>
    void ResolveSelect(ReadNode node, bool aggregatesAbove, bool insideToManySpread)
    {
        var toManySpread = insideToManySpread || (node.IsSpread && node.Via is { IsToOne: false });
        foreach (var item in node.Items)
        {
            switch (item)
            {
                case SelectItem.Star when node.Table is { } table && (aggregatesAbove || toManySpread || HasRepresentation(table)):
                    foreach (var c in table.Columns)
                    {
                        node.Select.Add(ResolveColumn(node, new FieldPath(c.Name, []), null, null, null, null, null));
                    }

                    break;
                case SelectItem.Star:
                    node.Select.Add(new SelectedItem.Star());
                    break;
                case SelectItem.Column { Field: null } count:
                    node.Select.Add(new SelectedItem.Column(
                        count.Alias ?? "count", count.Alias, null, null, count.Aggregate, count.AggregateCast, null));
                    break;
                case SelectItem.Column column:
                    node.Select.Add(ResolveColumn(node, column.Field, column.Alias, column.Use, column.Cast, column.Aggregate, column.AggregateCast));
                    break;
                default:
                    break;
            }
        }

        foreach (var child in node.Children)
        {
            ResolveSelect(child, aggregatesAbove || child.HasAggregates(), toManySpread && child.IsSpread);
        }
    }

    bool HasRepresentation(Table table) => _cache.Representations.Count > 0 && table.Columns.Any(c => ToJson(c) is not null);

    QualifiedIdentifier? ToJson(Column? column) =>
        column is not null && _cache.Representations.TryGetValue(new CastKey(column.NominalType, "json"), out var function) ? function : null;

    SelectedItem.Column ResolveColumn(
        ReadNode node, FieldPath field, string? alias, OperatorUse? use, string? cast, AggregateFunction? aggregate, string? aggregateCast)
    {
        var resolved = Resolve(node, field);
        var key = alias ?? (aggregate is { } function ? AggregateName(function) : use?.Operator.Name ?? KeyOf(field));
        return use is null
            ? new SelectedItem.Column(key, alias, resolved, cast, aggregate, aggregateCast, ToJson(resolved.Column))
            : new SelectedItem.Column(key, alias, resolved, cast, aggregate, aggregateCast, null) { Operation = _operators!.Resolve(resolved, use) };
    }

    static string AggregateName(AggregateFunction function) => function switch
    {
        AggregateFunction.Sum => "sum",
        AggregateFunction.Avg => "avg",
        AggregateFunction.Count => "count",
        AggregateFunction.Max => "max",
        AggregateFunction.Min => "min",
        _ => throw new UnreachableException(),
    };

    /// <summary>The last text key; an index gives way to the nearest text key before it, else the column.</summary>
    static string KeyOf(FieldPath field)
    {
        for (var i = field.Json.Length - 1; i >= 0; i--)
        {
            if (!field.Json[i].IsIndex)
            {
                return field.Json[i].Operand;
            }
        }

        return field.Name;
    }

    static ResolvedField Resolve(ReadNode node, FieldPath field) => Conditions.Resolve(node.Table, field);

    static void CheckRelatedOrders(ReadNode node, string? origin)
    {
        foreach (var order in node.Order)
        {
            if (order.Embed is not { } name)
            {
                continue;
            }

            var child = node.Children.Find(c => c.Key == name) ?? throw new ApiException(new NotEmbedded(name));
            if (child.Via is { IsToOne: false })
            {
                throw new ApiException(new RelatedOrderNotPossible(origin ?? node.From.Name, name));
            }
        }

        foreach (var child in node.Children)
        {
            CheckRelatedOrders(child, null);
        }
    }

    void CheckAggregates(ReadNode root)
    {
        if (!_config.DbAggregatesEnabled && AnyAggregate(root))
        {
            throw new ApiException(new AggregatesNotAllowed());
        }

        CheckToManySpreads(root, false);

        static bool AnyAggregate(ReadNode node) => node.HasOwnAggregates() || node.Children.Exists(AnyAggregate);
    }

    static void CheckToManySpreads(ReadNode node, bool inside)
    {
        if (inside && node.HasOwnAggregates())
        {
            throw new ApiException(new SpreadAggregatesNotImplemented());
        }

        foreach (var child in node.Children)
        {
            CheckToManySpreads(child, child.IsSpread && (inside || child.Via is { IsToOne: false }));
        }
    }

    void CapRows(ReadNode node)
    {
        node.Range = node.Range.CapTo(_config.DbMaxRows);
        foreach (var child in node.Children)
        {
            CapRows(child);
        }
    }

    ReadPlan Finish(ReadNode node)
    {
        var isDefault = node.Children.Count == 0
            && node.Select is [SelectedItem.Star or SelectedItem.Column { Field: null }];
        return new ReadPlan(
            node.From,
            node.Parent is null ? null : node.Source,
            node.Table,
            [.. node.Select],
            Map(node, node.Where, static (planner, node, tree) => Conditions.Resolve(planner._cache, node.Table, tree, planner._operators, node)),
            Map(node, node.Order, static (planner, node, order) => planner.ResolveOrder(node, order)),
            node.Range,
            Map(node, node.Children, static (planner, _, child) =>
                new EmbedPlan(child.Key, child.Lateral, child.Via!, child.Join, ShapeOf(child), planner.Finish(child))),
            isDefault);
    }

    // Not Select: its closures and iterators would be a tenth of what a plan allocates, and most of these lists are empty.
    ImmutableArray<TOut> Map<TIn, TOut>(ReadNode node, List<TIn> list, Func<ReadPlanner, ReadNode, TIn, TOut> made)
    {
        if (list.Count == 0)
        {
            return [];
        }

        var all = new TOut[list.Count];
        for (var i = 0; i < all.Length; i++)
        {
            all[i] = made(this, node, list[i]);
        }

        return ImmutableCollectionsMarshal.AsImmutableArray(all);
    }

    static EmbedShape ShapeOf(ReadNode child) => (child.IsSpread, child.Via!.IsToOne) switch
    {
        (true, true) => EmbedShape.SpreadOne,
        (true, false) => EmbedShape.SpreadMany,
        (false, true) => EmbedShape.Single,
        (false, false) => EmbedShape.Many,
    };

    ResolvedOrder ResolveOrder(ReadNode node, OrderItem order)
    {
        if (order.Embed is { } name && node.Children.Find(c => c.Key == name) is { } child)
        {
            // Its column is an output column of the embed, of a type unknown here: no to_jsonb (contract/embedding.md §6).
            return new ResolvedOrder(child.Lateral, Conditions.Resolve(null, order.Field), order.Direction, order.Nulls);
        }

        var field = Resolve(node, order.Field);
        return new ResolvedOrder(null, field, order.Direction, order.Nulls)
        {
            Operation = order.Use is { } use ? _operators!.Resolve(field, use) : null,
        };
    }
}
