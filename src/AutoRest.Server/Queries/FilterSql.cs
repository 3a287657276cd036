using System.Diagnostics;
using AutoRest.Introspection;
using AutoRest.Server.Planning;
using AutoRest.Server.Requests;
using AutoRest.Server.Sql;

namespace AutoRest.Server.Queries;

/// <summary>How a statement calls the rows of a node: by a positional alias, or the root by its own name.</summary>
readonly record struct RowSource(SourceAlias? Alias, QualifiedIdentifier Name)
{
    public void Write(SqlWriter sql)
    {
        if (Alias is { } alias)
        {
            sql.Append($"{alias}");
        }
        else
        {
            sql.Append($"{Name}");
        }
    }
}

/// <summary>Fields and conditions. contract/reads.md §2.4 and §3.</summary>
static class FilterSql
{
    /// <summary><c>source."column"</c> with its JSON path.</summary>
    public static void WriteField(SqlWriter sql, RowSource source, ResolvedField field, bool wrap = true)
    {
        if (field.Steps.IsEmpty)
        {
            source.Write(sql);
            sql.Append($".{new Identifier(field.Name)}");
            return;
        }

        if (field.IsJson || !wrap)
        {
            source.Write(sql);
            sql.Append($".{new Identifier(field.Name)}");
        }
        else
        {
            sql.Append($"to_jsonb(");
            source.Write(sql);
            sql.Append($".{new Identifier(field.Name)})");
        }

        foreach (var step in field.Steps)
        {
            var arrow = step.AsText ? SqlToken.Of("->>") : SqlToken.Of("->");
            if (step.IsIndex)
            {
                sql.Append($"{arrow}{step.Operand}::int");
            }
            else
            {
                sql.Append($"{arrow}{step.Operand}");
            }
        }
    }

    /// <param name="embedTest">Writes a null test on an embed: the page tests the lateral row, the count asks for existence.</param>
    public static void WriteLogic(SqlWriter sql, RowSource source, ResolvedLogic logic, Action<SqlWriter, ResolvedLogic.EmbedTest> embedTest)
    {
        switch (logic)
        {
            case ResolvedLogic.Group group:
                sql.Append($"{(group.Negated ? SqlToken.Of("NOT (") : SqlToken.Of("("))}");
                for (var i = 0; i < group.Members.Length; i++)
                {
                    if (i > 0)
                    {
                        sql.Append($"{(group.IsOr ? SqlToken.Of(" OR ") : SqlToken.Of(" AND "))}");
                    }

                    WriteLogic(sql, source, group.Members[i], embedTest);
                }

                sql.Append($")");
                break;
            case ResolvedLogic.Test test:
                WriteTest(sql, source, test);
                break;
            case ResolvedLogic.OperatorTest test:
                WriteTest(sql, source, test);
                break;
            case ResolvedLogic.EmbedTest test:
                embedTest(sql, test);
                break;
            default:
                throw new UnreachableException();
        }
    }

    /// <summary>
    /// <c>field OPERATOR(…) $1::type</c>, or <c>function(field, $1::type)</c>. The bare column on the left, a value of a known type on the right: an index can serve it.
    /// </summary>
    public static void WriteOperation(SqlWriter sql, RowSource source, ResolvedField field, ResolvedOperation operation)
    {
        if (operation.Operator.IsFunction)
        {
            sql.Append($"{operation.Operator}(");
            WriteField(sql, source, field);
            sql.Append($", {operation.Operand}");
        }
        else
        {
            WriteField(sql, source, field);
            sql.Append($" {operation.Operator} {operation.Operand}");
        }

        if (operation.Type is { } type)
        {
            sql.Append($"::{type}");
        }

        sql.Append($"{(operation.Operator.IsFunction ? SqlToken.Of(")") : SqlToken.Of(""))}");
    }

    static void WriteTest(SqlWriter sql, RowSource source, ResolvedLogic.OperatorTest test)
    {
        if (test.Negated)
        {
            sql.Append($"NOT ");
        }

        sql.Append($"(");
        WriteOperation(sql, source, test.Field, test.Operation);
        sql.Append($")");
        if (test.Threshold is { } threshold)
        {
            sql.Append($" {threshold.Comparison} {threshold.Bound}");
        }
    }

    static void WriteTest(SqlWriter sql, RowSource source, ResolvedLogic.Test test)
    {
        if (test.Negated)
        {
            sql.Append($"NOT ");
        }

        switch (test.Operation)
        {
            case Operation.FullText text:
                WriteFullText(sql, source, test, text);
                break;
            case Operation.Compare { Quantifier: { } quantifier } compare:
                WriteField(sql, source, test.Field);
                var any = quantifier == Quantifier.Any ? SqlToken.Of("ANY") : SqlToken.Of("ALL");
                sql.Append($" {compare.Operator.Sql} {any} ({test.Operand!})");
                break;
            case Operation.Compare compare:
                WriteField(sql, source, test.Field);
                sql.Append($" {compare.Operator.Sql} ");
                if (test.FromText is { } function)
                {
                    sql.Append($"{function}({test.Operand!})");
                }
                else
                {
                    sql.Append($"{test.Operand!}");
                }

                break;
            case Operation.In:
                WriteField(sql, source, test.Field);
                if (test.FromText is { } parse)
                {
                    sql.Append($" = ANY (SELECT {parse}(unnest({test.Operand!}::text[])))");
                }
                else
                {
                    sql.Append($" = ANY ({test.Operand!})");
                }

                break;
            case Operation.IsDistinctFrom:
                WriteField(sql, source, test.Field);
                sql.Append($" IS DISTINCT FROM {test.Operand!}");
                break;
            case Operation.Is { Value: var value }:
                WriteField(sql, source, test.Field);
                sql.Append($"{IsSql(value)}");
                break;
            default:
                throw new UnreachableException();
        }
    }

    static SqlToken IsSql(IsValue value) => value switch
    {
        IsValue.Null => SqlToken.Of(" IS NULL"),
        IsValue.NotNull => SqlToken.Of(" IS NOT NULL"),
        IsValue.True => SqlToken.Of(" IS TRUE"),
        IsValue.False => SqlToken.Of(" IS FALSE"),
        IsValue.Unknown => SqlToken.Of(" IS UNKNOWN"),
        _ => throw new UnreachableException(),
    };

    /// <summary>
    /// Text is turned into a tsvector; a tsvector, and a column the cache does not know, is used as it is (contract/reads.md §3.2).
    /// </summary>
    static void WriteFullText(SqlWriter sql, RowSource source, ResolvedLogic.Test test, Operation.FullText text)
    {
        var asIs = test.Field is { Steps.IsEmpty: true, Column: null or { DataType: "tsvector" } };
        if (asIs)
        {
            WriteField(sql, source, test.Field);
        }
        else
        {
            sql.Append($"to_tsvector(");
            if (test.Language is { } language)
            {
                sql.Append($"{language}, ");
            }

            WriteField(sql, source, test.Field);
            sql.Append($")");
        }

        sql.Append($" @@ {text.Operator.Sql}(");
        if (test.Language is { } queryLanguage)
        {
            sql.Append($"{queryLanguage}, ");
        }

        sql.Append($"{test.Operand!})");
    }
}
