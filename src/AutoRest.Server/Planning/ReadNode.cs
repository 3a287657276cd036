using System.Collections.Immutable;
using AutoRest.Introspection;
using AutoRest.Server.Requests;
using AutoRest.Server.Sql;

namespace AutoRest.Server.Planning;

/// <summary>A node while it is planned: the passes of <see cref="ReadPlanner"/> fill it in, one after the other; never seen outside planning.</summary>
sealed class ReadNode
{
    public required ImmutableArray<SelectItem> Items { get; init; }

    public ReadNode? Parent { get; init; }

    /// <summary>0 for the root.</summary>
    public int Depth => Parent is null ? 0 : Parent.Depth + 1;

    /// <summary>As typed; empty for the root.</summary>
    public string Target { get; init; } = "";

    public string? Alias { get; init; }

    public string? Hint { get; init; }

    public JoinKind Join { get; init; }

    public bool IsSpread { get; init; }

    public List<ReadNode> Children { get; } = [];

    public QualifiedIdentifier From { get; set; }

    public Table? Table { get; set; }

    public Relationship? Via { get; set; }

    public SourceAlias Source { get; set; }

    public SourceAlias Lateral { get; set; }

    public List<SelectedItem> Select { get; set; } = [];

    public List<LogicTree> Where { get; } = [];

    public List<OrderItem> Order { get; set; } = [];

    public RowRange Range { get; set; } = RowRange.All;

    /// <summary>Alias, else the target as typed: the output key, and how null tests and related orders call it.</summary>
    public string Key => Alias ?? Target;

    /// <summary>An aggregate stands in this very node's select.</summary>
    public bool HasOwnAggregates() => Items.Any(static i => i is SelectItem.Column { Aggregate: not null });

    /// <summary>The same, or in a to-one spread below it, whose aggregates are computed here.</summary>
    public bool HasAggregates() =>
        HasOwnAggregates() || Children.Exists(static c => c is { IsSpread: true, Via.IsToOne: true } && c.HasAggregates());

    /// <summary>Exactly <c>is.null</c> and <c>not.is.null</c> on an embed's name test the embed; it shadows a column of that name.</summary>
    public ResolvedLogic.EmbedTest? NullTest(Condition condition) =>
        condition is { Field.Json.IsEmpty: true, Operation: Operation.Is { Value: IsValue.Null } }
        && Children.Find(c => c.Key == condition.Field.Name) is { } child
            ? new ResolvedLogic.EmbedTest(child.Lateral, !condition.Negated)
            : null;
}
