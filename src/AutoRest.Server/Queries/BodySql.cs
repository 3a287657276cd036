using System.Collections.Immutable;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using AutoRest.Introspection;
using AutoRest.Server.Planning;
using AutoRest.Server.Requests;
using AutoRest.Server.Sql;

namespace AutoRest.Server.Queries;

/// <summary>How a column of the main query arrives, and so how <c>RowEncoder</c> writes it as JSON.</summary>
public enum ColumnEncoding
{
    Bool,
    SmallInt,
    Integer,
    BigInt,
    Numeric,
    Text,
    Uuid,
    Date,
    Timestamp,

    /// <summary>timestamptz of a session whose time zone is UTC.</summary>
    TimestampUtc,

    /// <summary>JSON text, copied.</summary>
    Json,

    /// <summary>JSON text behind a version byte.</summary>
    Jsonb,

    /// <summary>PostgreSQL's text form of any type: a CSV field.</summary>
    CsvText,

    /// <summary>A to-one embed: a flag that is null where there is no row, then the members.</summary>
    Object,

    /// <summary>A to-many embed: one array per member, all of one length; null where there is no row.</summary>
    ArrayOfObjects,
}

/// <summary>A column of a row shape: its key and how it is encoded.</summary>
/// <param name="Members">Of an embed, in the order they are written.</param>
public readonly record struct RowColumn(string Key, ColumnEncoding Encoding, ImmutableArray<RowColumn> Members = default);

/// <summary>The columns of a row shape, and what its encoders share.</summary>
public sealed class RowShape(ImmutableArray<RowColumn> columns)
{
    byte[][]? _keys;

    public ImmutableArray<RowColumn> Columns { get; } = columns;

    /// <summary>The columns' keys as an encoder writes them, made by the first one: a table's shape serves all its requests.</summary>
    public byte[][] Keys(Func<ImmutableArray<RowColumn>, byte[][]> make) => _keys ??= make(Columns);
}

/// <summary>What the main query's result is.</summary>
public abstract record ResultShape
{
    ResultShape()
    {
    }

    /// <summary>
    /// One row: total or null, page rows, body, <c>response.headers</c>, <c>response.status</c>, inserted rows or null, key of the located row or null.
    /// </summary>
    public sealed record Aggregate : ResultShape;

    /// <summary>Rows in typed columns, encoded by the server.</summary>
    /// <param name="HasTotal">Each row begins with the total and with a flag that is null when there is no row on the page.</param>
    public sealed record Rows(RowShape Shape, BodyFormat Format, bool HasTotal) : ResultShape;

    /// <summary>One text column: lines of an execution plan.</summary>
    public sealed record Lines : ResultShape;
}

/// <summary>The two body shapes: rows encoded here, or one body made by PostgreSQL. design: rows halve the database's CPU.</summary>
static class BodySql
{
    /// <summary>
    /// The columns of a plan whose rows this server can encode; null where only PostgreSQL can make the body (aggregates, custom handlers, rows of
    /// unknown columns).
    /// </summary>
    /// <param name="utc">The session's time zone is UTC, so that timestamptz can be written here.</param>
    public static RowItems? RowItemsOf(ReadPlan plan, BodyFormat format, bool utc)
    {
        if (format is not (BodyFormat.Json or BodyFormat.SingularJson or BodyFormat.NdJson or BodyFormat.Csv) || plan.HasAggregates || plan.Table is null)
        {
            return null;
        }

        var csv = format == BodyFormat.Csv;
        if (plan is { Select: [SelectedItem.Star], Embeds.IsEmpty: true })
        {
            return AllOf(plan.Table, csv, utc);
        }

        if (csv && plan.Embeds.Any(static e => e.Shape == EmbedShape.SpreadOne))
        {
            return null;
        }

        var items = ImmutableArray.CreateBuilder<RowItem>(plan.Select.Length + plan.Embeds.Length);
        foreach (var item in plan.Select)
        {
            if (item is SelectedItem.Column column)
            {
                // A bare "count" that is no column is the legacy row count, an aggregate in disguise. inet prints otherwise as text than as a field,
                // and of casts, functions and operators the type is not known.
                if (column.Field is { Name: "count", Column: null } || (csv && column.Field?.Column is null or { WireType: "inet" })
                    || (csv && (column.Cast is not null || column.Operation is not null)))
                {
                    return null;
                }

                items.Add(new RowItem(column.Key, column, null, default, EncodingOf(column, csv, utc)));
                continue;
            }

            if (AllOf(plan.Table, csv, utc) is not { } all)
            {
                return null;
            }

            items.AddRange(all.Items);
        }

        foreach (var embed in plan.Embeds)
        {
            var members = csv ? null : EmbedMembers.Of(embed, utc);
            foreach (var output in ReadSql.OutputsOf(embed))
            {
                if (output.Key is null)
                {
                    return null;
                }

                var encoding = members is null
                    ? EncodingOf(embed, output, csv, utc)
                    : (embed.Shape == EmbedShape.Many ? ColumnEncoding.ArrayOfObjects : ColumnEncoding.Object, false);
                items.Add(new RowItem(output.Key, null, embed, output, encoding, members ?? default));
            }
        }

        return new RowItems(items.DrainToImmutable());
    }

    /// <summary>All columns of a table, made once for each table, which reloads keep while it is the same, and each way to write them.</summary>
    static RowItems? AllOf(Table table, bool csv, bool utc)
    {
        var made = Stars.GetOrCreateValue(table);
        return csv ? made.Csv ??= Make() : utc ? made.Utc ??= Make() : made.Json ??= Make();

        RowItems? Make()
        {
            if (csv && table.Columns.Any(static c => c.WireType == "inet"))
            {
                return null;
            }

            var items = ImmutableArray.CreateBuilder<RowItem>(table.Columns.Length);
            foreach (var c in table.Columns)
            {
                var all = new SelectedItem.Column(c.Name, null, new ResolvedField(c.Name, c, []), null, null, null, null);
                items.Add(new RowItem(c.Name, all, null, default, EncodingOf(all, csv, utc)));
            }

            return new RowItems(items.MoveToImmutable());
        }
    }

    /// <summary>All columns of a table: as CSV, as JSON, and as JSON of a session whose time zone is UTC.</summary>
    sealed class Star
    {
        public RowItems? Csv { get; set; }

        public RowItems? Json { get; set; }

        public RowItems? Utc { get; set; }
    }

    static readonly ConditionalWeakTable<Table, Star> Stars = [];

    static (ColumnEncoding, bool Convert) EncodingOf(EmbedPlan embed, ReadSql.Output output, bool csv, bool utc)
    {
        if (csv)
        {
            return (ColumnEncoding.CsvText, true);
        }

        return embed.Shape != EmbedShape.SpreadOne
            ? (ColumnEncoding.Jsonb, false)
            : output.Column is { } column ? EncodingOf(column, false, utc) : (ColumnEncoding.Json, true);
    }

    internal static (ColumnEncoding Encoding, bool Convert) EncodingOf(SelectedItem.Column column, bool csv, bool utc)
    {
        if (csv)
        {
            return EncodingOf(column, false, false) is (ColumnEncoding.Bool or ColumnEncoding.Text, _) and var own ? own : (ColumnEncoding.CsvText, true);
        }

        if (column is { ToJson: not null, Cast: null, Field.Steps.IsEmpty: true })
        {
            return (ColumnEncoding.Json, false);
        }

        if (column is not { Field: { } field, ToJson: null })
        {
            return (ColumnEncoding.Json, true);
        }

        if (column.Cast is { } cast)
        {
            return cast.Trim() == "text" ? (ColumnEncoding.Text, false) : (ColumnEncoding.Json, true);
        }

        if (column.Operation is not null)
        {
            return (ColumnEncoding.Json, true);
        }

        if (!field.Steps.IsEmpty)
        {
            var plainJson = field.Column?.NominalType == "json";
            return field.Steps[^1].AsText ? (ColumnEncoding.Text, false) : (plainJson ? ColumnEncoding.Json : ColumnEncoding.Jsonb, false);
        }

        return field.Column?.WireType switch
        {
            "bool" => (ColumnEncoding.Bool, false),
            "int2" => (ColumnEncoding.SmallInt, false),
            "int4" => (ColumnEncoding.Integer, false),
            "int8" => (ColumnEncoding.BigInt, false),
            "numeric" => (ColumnEncoding.Numeric, false),
            "text" or "varchar" or "bpchar" or "name" => (ColumnEncoding.Text, false),
            "uuid" => (ColumnEncoding.Uuid, false),
            "date" => (ColumnEncoding.Date, false),
            "timestamp" => (ColumnEncoding.Timestamp, false),
            "timestamptz" when utc => (ColumnEncoding.TimestampUtc, false),
            "json" => (ColumnEncoding.Json, false),
            "jsonb" => (ColumnEncoding.Jsonb, false),
            // Everything else PostgreSQL turns into JSON itself: arrays, ranges, composites, enums, floats, intervals; timestamptz where
            // the session's time zone is one whose rules only it knows.
            _ => (ColumnEncoding.Json, true),
        };
    }

    /// <summary>The select list of a row shape; output names do not matter, the encoder knows the keys.</summary>
    public static void WriteRowItems(SqlWriter sql, ReadSql read, ReadPlan plan, ImmutableArray<RowItem> items)
    {
        for (var i = 0; i < items.Length; i++)
        {
            if (i > 0)
            {
                sql.Append($", ");
            }

            var item = items[i];
            var (encoding, convert) = item.Encoding;
            if (!item.Members.IsDefault)
            {
                WriteMembers(sql, item);
                continue;
            }

            if (convert && encoding == ColumnEncoding.Json)
            {
                sql.Append($"to_json(");
            }

            if (item.Embed is { } embed)
            {
                read.WriteOutput(embed, item.Output, false);
            }
            else
            {
                read.WriteColumn(read.SourceOf(plan), item.Column!, false);
            }

            if (convert && encoding == ColumnEncoding.Json)
            {
                sql.Append($")");
            }
            else if (convert)
            {
                sql.Append($"::text");
            }
        }

        if (items.IsEmpty)
        {
            // Only empty embeds: rows without members.
            sql.Append($"NULL");
        }
    }

    /// <summary>The columns of a typed embed, taken from its lateral.</summary>
    static void WriteMembers(SqlWriter sql, RowItem item)
    {
        var lateral = item.Embed!.Lateral;
        var first = true;
        if (item.Encoding.Encoding == ColumnEncoding.Object)
        {
            sql.Append($"{lateral}.ar_exists");
            first = false;
        }

        foreach (var member in item.Members)
        {
            sql.Append($"{(first ? SqlToken.Of("") : SqlToken.Of(", "))}");
            first = false;
            if (item.Encoding.Encoding == ColumnEncoding.Object)
            {
                member.Write(sql, lateral);
            }
            else
            {
                sql.Append($"{lateral}.{new Identifier(member.Key)}");
            }
        }
    }

    /// <summary>The body as one value. contract/representations.md §3.3; T is <c>_postgrest_t</c>.</summary>
    public static void WriteAggregate(SqlWriter sql, NegotiatedBody body, RowsOf rows, QualifiedIdentifier relation)
    {
        var scalar = rows is RowsOf.Scalar or RowsOf.SetOfScalar;
        var value = scalar && !(body.IsSingular && rows == RowsOf.SetOfScalar) ? SqlToken.Of("_postgrest_t.pgrst_scalar") : SqlToken.Of("_postgrest_t");
        var first = rows is RowsOf.Scalar or RowsOf.SingleComposite || body.IsSingular;
        switch (body.Format)
        {
            case BodyFormat.Json:
            case BodyFormat.SingularJson:
                sql.Append($"coalesce(json_agg({value}){First(first)}, {Empty(first)})");
                break;
            case BodyFormat.SingularJsonStripped:
            case BodyFormat.ArrayJsonStripped:
                sql.Append($"coalesce(json_strip_nulls(json_agg({value}){First(first)}), {Empty(first)})");
                break;
            case BodyFormat.Csv:
                // The header is taken from the rows themselves, not from what lies below them: select decides both.
                sql.Append($"coalesce((SELECT string_agg(ar_k, ',') FROM json_object_keys(json_agg(_postgrest_t)->0) AS ar_k), '') || E'\n' || ");
                sql.Append($"coalesce(string_agg(substring(_postgrest_t::text, 2, length(_postgrest_t::text) - 2), E'\n'), '')");
                break;
            case BodyFormat.GeoJson:
                sql.Append($"json_build_object('type', 'FeatureCollection', 'features', coalesce(json_agg(ST_AsGeoJSON(_postgrest_t)::json), '[]'))");
                break;
            case BodyFormat.NdJson:
                sql.Append($"coalesce(string_agg(to_json({value})::text || E'\n', ''), '')");
                break;
            case BodyFormat.Custom when body.Handler is { IsAggregate: false } function:
                sql.Append($"(array_agg(_postgrest_t.pgrst_scalar::{function.Domain}))[1]");
                break;
            case BodyFormat.Custom when body.Handler is { Target: null } any:
                sql.Append($"{any.Function}({value})");
                break;
            case BodyFormat.Custom:
                sql.Append($"{body.Handler!.Function}(_postgrest_t::{relation})");
                break;
            default:
                throw new UnreachableException();
        }
    }

    static SqlToken First(bool first) => first ? SqlToken.Of("->0") : SqlToken.Of("");

    static SqlToken Empty(bool first) => first ? SqlToken.Of("'null'") : SqlToken.Of("'[]'");
}

/// <summary>The select list of a row shape.</summary>
sealed class RowItems(ImmutableArray<RowItem> items)
{
    RowShape? _shape;

    public ImmutableArray<RowItem> Items { get; } = items;

    public RowShape Shape => _shape ??= new([.. Items.Select(static i => i.Shape)]);
}

/// <summary>An item of a row shape: an own column of the node, or an output of one of its embeds.</summary>
/// <param name="Encoding">How it arrives, and whether PostgreSQL converts it first (<c>to_json</c>, or <c>::text</c> for CSV).</param>
/// <param name="Members">Of an embed that leaves PostgreSQL in typed columns.</param>
readonly record struct RowItem(
    string Key, SelectedItem.Column? Column, EmbedPlan? Embed, ReadSql.Output Output, (ColumnEncoding Encoding, bool Convert) Encoding,
    ImmutableArray<EmbedMember> Members = default)
{
    public RowColumn Shape => new(
        Key, Encoding.Encoding, Members.IsDefault ? default : [.. Members.Select(static m => new RowColumn(m.Key, m.Encoding))]);
}

/// <summary>What the aggregated rows are.</summary>
enum RowsOf
{
    Relation,
    Scalar,
    SetOfScalar,
    SingleComposite,
}
