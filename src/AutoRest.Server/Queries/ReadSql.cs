using System.Collections.Immutable;
using System.Diagnostics;
using System.Numerics;
using AutoRest.Introspection;
using AutoRest.Server.Planning;
using AutoRest.Server.Requests;
using AutoRest.Server.Sql;

namespace AutoRest.Server.Queries;

/// <summary>
/// SELECT of a read plan: one LATERAL per embed, aliases by position. contract/embedding.md §11 gives the shape.
/// </summary>
/// <param name="root">How the root's rows are called.</param>
/// <param name="fromCte">The root's rows come from <c>pgrst_source</c> (results of mutations and functions) instead of a relation.</param>
sealed class ReadSql(SqlWriter sql, QualifiedIdentifier root, bool fromCte)
{
    Dictionary<EmbedPlan, RowSource>? _parents;
    Dictionary<EmbedPlan, ImmutableArray<EmbedMember>>? _typed;

    /// <summary>An embed of the root leaves PostgreSQL in typed columns instead of as JSON.</summary>
    public void Type(EmbedPlan embed, ImmutableArray<EmbedMember> members) => (_typed ??= new(ReferenceEqualityComparer.Instance)).Add(embed, members);

    public RowSource SourceOf(ReadPlan plan) => new(plan.Alias, root);

    /// <summary>The whole query with named output columns, for rows that are aggregated by PostgreSQL.</summary>
    public void WriteQuery(ReadPlan plan, Action? joinConditions = null, EmbedPlan? self = null)
    {
        sql.Append($"SELECT ");
        WriteItems(plan, self);
        WriteFrom(plan, joinConditions, self);
    }

    /// <summary>Everything after the select list.</summary>
    public void WriteFrom(ReadPlan plan, Action? joinConditions = null, EmbedPlan? self = null)
    {
        sql.Append($" FROM ");
        WriteSource(plan, self);
        foreach (var embed in plan.Embeds)
        {
            WriteLateral(plan, embed);
        }

        WriteWhere(plan, joinConditions, (w, test) => WriteEmbedTest(plan, test));
        if (self is not { Shape: EmbedShape.SpreadOne })
        {
            // Aggregates of a to-one spread are computed further out, and so is their grouping.
            WriteGroupBy(plan);
        }

        // The order of a to-many spread moves into its arrays' aggregates.
        if (self is not { Shape: EmbedShape.SpreadMany })
        {
            WriteOrder(plan);
        }

        WriteRange(plan.Range);
    }

    /// <summary><c>SELECT 1</c> of the rows a page is cut from. contract/reads.md §9, embedding.md §12.</summary>
    public void WriteCountSource(ReadPlan plan)
    {
        sql.Append($"SELECT 1 FROM ");
        WriteSource(plan, null);
        WriteExistenceWhere(plan, null);
    }

    void WriteSource(ReadPlan plan, EmbedPlan? self)
    {
        switch (self?.Via)
        {
            case null when fromCte:
                sql.Append($"pgrst_source AS {new Identifier(root.Name)}");
                break;
            case null:
                sql.Append($"{plan.From}");
                break;
            case Relationship.Junction junction:
                sql.Append($"{plan.From} AS {plan.Alias!.Value}, {junction.Via} AS {plan.Alias.Value}_j");
                break;
            case Relationship.Computed computed:
                // The whole row of the parent, cast to its table's type so that overloads resolve.
                sql.Append($"{computed.Function}((");
                _parents![self!].Write(sql);
                sql.Append($".*)::{computed.OriginType}) AS {plan.Alias!.Value}");
                break;
            default:
                sql.Append($"{plan.From} AS {plan.Alias!.Value}");
                break;
        }
    }

    void WriteItems(ReadPlan plan, EmbedPlan? self)
    {
        var first = true;
        void Separate()
        {
            if (!first)
            {
                sql.Append($", ");
            }

            first = false;
        }

        var source = SourceOf(plan);
        var hoisted = self is { Shape: EmbedShape.SpreadOne };
        foreach (var item in plan.Select)
        {
            Separate();
            switch (item)
            {
                case SelectedItem.Star:
                    source.Write(sql);
                    sql.Append($".*");
                    break;
                case SelectedItem.Column column:
                    WriteColumn(source, column, hoisted);
                    sql.Append($" AS {new Identifier(column.Key)}");
                    break;
                default:
                    throw new UnreachableException();
            }
        }

        if (self is { Shape: EmbedShape.SpreadMany })
        {
            for (var i = 0; i < plan.Order.Length; i++)
            {
                Separate();
                WriteOrderField(plan, plan.Order[i]);
                sql.Append($" AS ar_order{i}");
            }
        }

        foreach (var embed in plan.Embeds)
        {
            foreach (var output in OutputsOf(embed))
            {
                Separate();
                WriteOutput(embed, output, hoisted);
                if (output.Key is { } key)
                {
                    sql.Append($" AS {new Identifier(key)}");
                }
            }
        }

        if (self is { Shape: EmbedShape.Single } && _typed?.ContainsKey(self) == true)
        {
            Separate();
            sql.Append($"TRUE AS ar_exists");
        }

        if (first)
        {
            // Empty embeds expose all columns to null tests and related orders (contract/embedding.md §6).
            source.Write(sql);
            sql.Append($".*");
        }
    }

    /// <param name="hoisted">In a to-one spread: the aggregate is computed by the nearest node that is not spread.</param>
    public void WriteColumn(RowSource source, SelectedItem.Column column, bool hoisted)
    {
        var aggregate = hoisted ? null : column.Aggregate;
        var aggregateCast = hoisted ? null : column.AggregateCast;
        if (aggregateCast is not null)
        {
            sql.Append($"CAST(");
        }

        if (aggregate is { } function)
        {
            sql.Append($"{AggregateSql(function)}(");
        }

        if (column.Field is { } field)
        {
            WriteFieldValue(source, column, field);
        }
        else if (hoisted)
        {
            // count() of a spread counts matched rows: something that is null only where there is none.
            sql.Append($"1");
        }
        else
        {
            source.Write(sql);
            sql.Append($".*");
        }

        if (aggregate is not null)
        {
            sql.Append($")");
        }

        if (aggregateCast is not null)
        {
            sql.Append($" AS {TypeName.FromCast(aggregateCast)})");
        }
    }

    void WriteFieldValue(RowSource source, SelectedItem.Column column, ResolvedField field)
    {
        if (column.Cast is not null)
        {
            sql.Append($"CAST(");
        }

        if (column.Operation is { } operation)
        {
            FilterSql.WriteOperation(sql, source, field, operation);
        }
        else if (column.ToJson is { } toJson)
        {
            sql.Append($"{toJson}(");
            FilterSql.WriteField(sql, source, field);
            sql.Append($")");
        }
        else
        {
            FilterSql.WriteField(sql, source, field);
        }

        if (column.Cast is not null)
        {
            sql.Append($" AS {TypeName.FromCast(column.Cast)})");
        }
    }

    static SqlToken AggregateSql(AggregateFunction function) => function switch
    {
        AggregateFunction.Sum => SqlToken.Of("SUM"),
        AggregateFunction.Avg => SqlToken.Of("AVG"),
        AggregateFunction.Count => SqlToken.Of("COUNT"),
        AggregateFunction.Max => SqlToken.Of("MAX"),
        AggregateFunction.Min => SqlToken.Of("MIN"),
        _ => throw new UnreachableException(),
    };

    /// <summary>A column an embed adds to its parent.</summary>
    /// <param name="Key">Null for a spread <c>*</c>.</param>
    /// <param name="Column">The spread column it comes from; null for whole embeds.</param>
    /// <param name="Source">Name of the column in the lateral.</param>
    public readonly record struct Output(string? Key, SelectedItem.Column? Column);

    public static IEnumerable<Output> OutputsOf(EmbedPlan embed)
    {
        if (embed.Child.IsEmpty)
        {
            yield break;
        }

        if (embed.Shape is EmbedShape.Single or EmbedShape.Many)
        {
            yield return new Output(embed.Key, null);
            yield break;
        }

        foreach (var item in embed.Child.Select)
        {
            yield return item is SelectedItem.Column column ? new Output(column.Key, column) : new Output(null, null);
        }

        foreach (var nested in embed.Child.Embeds)
        {
            foreach (var output in OutputsOf(nested))
            {
                // Seen from further out, a nested array or object is an ordinary column; aggregates travel on through to-one spreads.
                yield return nested.Shape == EmbedShape.SpreadOne ? output : output with { Column = null };
            }
        }
    }

    /// <summary>The expression of an embed's output in its parent's select list.</summary>
    public void WriteOutput(EmbedPlan embed, Output output, bool hoisted)
    {
        switch (embed.Shape)
        {
            case EmbedShape.Single:
                sql.Append($"row_to_json({embed.Lateral}.*)::jsonb");
                break;
            case EmbedShape.Many:
                sql.Append($"COALESCE({embed.Lateral}.ar_rows, '[]')");
                break;
            case EmbedShape.SpreadOne when output.Key is null:
                sql.Append($"{embed.Lateral}.*");
                break;
            case EmbedShape.SpreadOne when output.Column is { Aggregate: { } function } column && !hoisted:
                if (column.AggregateCast is not null)
                {
                    sql.Append($"CAST(");
                }

                sql.Append($"{AggregateSql(function)}({embed.Lateral}.{new Identifier(output.Key)})");
                if (column.AggregateCast is not null)
                {
                    sql.Append($" AS {TypeName.FromCast(column.AggregateCast)})");
                }

                break;
            default:
                sql.Append($"{embed.Lateral}.{new Identifier(output.Key!)}");
                break;
        }
    }

    void WriteLateral(ReadPlan parent, EmbedPlan embed)
    {
        (_parents ??= new(ReferenceEqualityComparer.Instance))[embed] = SourceOf(parent);
        var join = embed.Join == JoinKind.Inner ? SqlToken.Of(" INNER JOIN LATERAL (") : SqlToken.Of(" LEFT JOIN LATERAL (");
        sql.Append($"{join}");
        var many = embed.Shape is EmbedShape.Many or EmbedShape.SpreadMany;
        var members = _typed?.GetValueOrDefault(embed) ?? default;
        if (many && !members.IsDefault)
        {
            for (var i = 0; i < members.Length; i++)
            {
                sql.Append($"{(i == 0 ? SqlToken.Of("SELECT array_agg(") : SqlToken.Of(", array_agg("))}");
                members[i].Write(sql, embed.Lateral);
                sql.Append($") AS {new Identifier(members[i].Key)}");
            }

            sql.Append($" FROM (");
        }
        else if (many)
        {
            if (embed.Shape == EmbedShape.Many && !embed.Child.IsEmpty)
            {
                sql.Append($"SELECT json_agg({embed.Lateral}.*)::jsonb AS ar_rows");
            }
            else
            {
                // Only tested for being there.
                sql.Append($"SELECT NULLIF(count(*), 0) AS ar_rows");
            }

            if (embed.Shape == EmbedShape.SpreadMany)
            {
                foreach (var output in OutputsOf(embed))
                {
                    var key = new Identifier(output.Key!);
                    sql.Append($", COALESCE(json_agg({embed.Lateral}.{key}");
                    WriteSpreadOrder(embed);
                    sql.Append($"), '[]')::jsonb AS {key}");
                }
            }

            sql.Append($" FROM (");
        }

        WriteQuery(embed.Child, () => WriteJoinConditions(parent, embed), embed);
        if (many)
        {
            sql.Append($") AS {embed.Lateral}");
        }

        sql.Append($") AS {embed.Lateral} ON ");
        if (many && embed.Join == JoinKind.Inner)
        {
            sql.Append($"{embed.Lateral}.{RowsColumn(embed)} IS NOT NULL");
        }
        else
        {
            sql.Append($"TRUE");
        }
    }

    /// <summary>A column of a to-many lateral that is null exactly where there are no rows.</summary>
    Identifier RowsColumn(EmbedPlan embed) =>
        _typed is not null && _typed.TryGetValue(embed, out var members) ? new Identifier(members[0].Key) : new Identifier("ar_rows");

    void WriteSpreadOrder(EmbedPlan embed)
    {
        for (var i = 0; i < embed.Child.Order.Length; i++)
        {
            sql.Append($"{(i == 0 ? SqlToken.Of(" ORDER BY ") : SqlToken.Of(", "))}{embed.Lateral}.ar_order{i}");
            WriteDirection(embed.Child.Order[i]);
        }
    }

    void WriteJoinConditions(ReadPlan parent, EmbedPlan embed)
    {
        var origin = SourceOf(parent);
        var child = embed.Child.Alias!.Value;
        switch (embed.Via)
        {
            case Relationship.ForeignKey key:
                for (var i = 0; i < key.Columns.Length; i++)
                {
                    sql.Append($"{And(i)}{child}.{new Identifier(key.Columns[i].Foreign)} = ");
                    origin.Write(sql);
                    sql.Append($".{new Identifier(key.Columns[i].Origin)}");
                }

                break;
            case Relationship.Junction junction:
                for (var i = 0; i < junction.OriginColumns.Length; i++)
                {
                    sql.Append($"{And(i)}{child}_j.{new Identifier(junction.OriginColumns[i].Foreign)} = ");
                    origin.Write(sql);
                    sql.Append($".{new Identifier(junction.OriginColumns[i].Origin)}");
                }

                foreach (var pair in junction.ForeignColumns)
                {
                    sql.Append($" AND {child}.{new Identifier(pair.Foreign)} = {child}_j.{new Identifier(pair.Origin)}");
                }

                break;
            default:
                // The function of a computed relationship has its join inside.
                sql.Append($"TRUE");
                break;
        }
    }

    static SqlToken And(int i) => i == 0 ? SqlToken.Of("") : SqlToken.Of(" AND ");

    void WriteWhere(ReadPlan plan, Action? joinConditions, Action<SqlWriter, ResolvedLogic.EmbedTest> embedTest, params ReadOnlySpan<Action> more)
    {
        var any = false;
        void Separate()
        {
            sql.Append($"{(any ? SqlToken.Of(" AND ") : SqlToken.Of(" WHERE "))}");
            any = true;
        }

        foreach (var logic in plan.Where)
        {
            Separate();
            FilterSql.WriteLogic(sql, SourceOf(plan), logic, embedTest);
        }

        if (joinConditions is not null)
        {
            Separate();
            joinConditions();
        }

        foreach (var condition in more)
        {
            Separate();
            condition();
        }
    }

    void WriteEmbedTest(ReadPlan plan, ResolvedLogic.EmbedTest test)
    {
        var embed = plan.Embeds.First(e => e.Lateral == test.Lateral);
        if (embed.Shape is EmbedShape.Many or EmbedShape.SpreadMany)
        {
            sql.Append($"{embed.Lateral}.{RowsColumn(embed)}{(test.IsNull ? SqlToken.Of(" IS NULL") : SqlToken.Of(" IS NOT NULL"))}");
        }
        else
        {
            // DISTINCT FROM, not IS NULL: a row of nulls is a row.
            sql.Append($"{embed.Lateral}.*{(test.IsNull ? SqlToken.Of(" IS NOT DISTINCT FROM NULL") : SqlToken.Of(" IS DISTINCT FROM NULL"))}");
        }
    }

    /// <summary>The conditions of a node of which only the number of rows matters: null tests and inner joins of embeds become EXISTS.</summary>
    void WriteExistenceWhere(ReadPlan plan, Action? joinConditions)
    {
        var inner = plan.Embeds.Where(static e => e.Join == JoinKind.Inner);
        WriteWhere(plan, joinConditions, (_, test) =>
        {
            if (test.IsNull)
            {
                sql.Append($"NOT ");
            }

            WriteExists(plan, plan.Embeds.First(e => e.Lateral == test.Lateral));
        }, [.. inner.Select<EmbedPlan, Action>(embed => () => WriteExists(plan, embed))]);
    }

    void WriteExists(ReadPlan parent, EmbedPlan embed)
    {
        (_parents ??= new(ReferenceEqualityComparer.Instance))[embed] = SourceOf(parent);
        sql.Append($"EXISTS (SELECT 1 FROM ");
        WriteSource(embed.Child, embed);
        WriteExistenceWhere(embed.Child, () => WriteJoinConditions(parent, embed));
        sql.Append($")");
    }

    void WriteGroupBy(ReadPlan plan)
    {
        if (!plan.HasAggregates)
        {
            return;
        }

        var any = false;
        void Separate()
        {
            sql.Append($"{(any ? SqlToken.Of(", ") : SqlToken.Of(" GROUP BY "))}");
            any = true;
        }

        foreach (var item in plan.Select)
        {
            if (item is SelectedItem.Column { Aggregate: null, Field: { } field } column)
            {
                Separate();
                if (column.Operation is { } operation)
                {
                    // Not by its name, which a column may have, too.
                    FilterSql.WriteOperation(sql, SourceOf(plan), field, operation);
                }
                else if (column.Alias is { } alias)
                {
                    sql.Append($"{new Identifier(alias)}");
                }
                else
                {
                    FilterSql.WriteField(sql, SourceOf(plan), field);
                }
            }
        }

        foreach (var embed in plan.Embeds)
        {
            foreach (var output in OutputsOf(embed))
            {
                if (output.Column is { Aggregate: not null })
                {
                    continue;
                }

                Separate();
                if (embed.Shape is EmbedShape.Single or EmbedShape.Many)
                {
                    sql.Append($"{new Identifier(output.Key!)}");
                }
                else
                {
                    sql.Append($"{embed.Lateral}.{new Identifier(output.Key!)}");
                }
            }
        }
    }

    void WriteOrder(ReadPlan plan)
    {
        for (var i = 0; i < plan.Order.Length; i++)
        {
            sql.Append($"{(i == 0 ? SqlToken.Of(" ORDER BY ") : SqlToken.Of(", "))}");
            WriteOrderField(plan, plan.Order[i]);
            WriteDirection(plan.Order[i]);
        }
    }

    void WriteOrderField(ReadPlan plan, ResolvedOrder order)
    {
        var source = order.Embed is { } lateral ? new RowSource(lateral, default) : SourceOf(plan);
        if (order.Operation is { } operation)
        {
            FilterSql.WriteOperation(sql, source, order.Field, operation);
        }
        else
        {
            FilterSql.WriteField(sql, source, order.Field, wrap: order.Embed is null);
        }
    }

    void WriteDirection(ResolvedOrder order)
    {
        var direction = order.Direction switch
        {
            OrderDirection.Ascending => SqlToken.Of(" ASC"),
            OrderDirection.Descending => SqlToken.Of(" DESC"),
            _ => SqlToken.Of(""),
        };
        var nulls = order.Nulls switch
        {
            NullsOrder.First => SqlToken.Of(" NULLS FIRST"),
            NullsOrder.Last => SqlToken.Of(" NULLS LAST"),
            _ => SqlToken.Of(""),
        };
        sql.Append($"{direction}{nulls}");
    }

    void WriteRange(RowRange range)
    {
        if (range.IsAll)
        {
            return;
        }

        if (range.Limit is { } limit)
        {
            sql.Append($" LIMIT {Number(limit)} OFFSET {Number(range.Lower)}");
        }
        else
        {
            sql.Append($" LIMIT ALL OFFSET {Number(range.Lower)}");
        }
    }

    static Parameter Number(BigInteger value) => Parameter.Untyped(value.ToString(System.Globalization.CultureInfo.InvariantCulture));
}
