using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using AutoRest.Introspection;

namespace AutoRest.Server.Admin;

/// <summary>
/// The schema cache as JSON, for <c>/schema_cache</c> and <c>--dump-schema</c>: to look at, not to build on. The top-level names are the reference's;
/// below them the structure is ours and may change.
/// </summary>
static class SchemaCacheJson
{
    static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    public static ReadOnlyMemory<byte> Write(SchemaCache cache)
    {
        var buffer = new ArrayBufferWriter<byte>(64 * 1024);
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartObject();
            List(json, "dbTables", cache.Tables.Values.OrderBy(static t => t.Name.ToString(), StringComparer.Ordinal), Table);
            List(json, "dbRelationships", cache.Relationships
                .OrderBy(static r => (r.Key.RequestSchema, r.Key.Origin.ToString())).SelectMany(static r => r.Value.Select(v => (r.Key.RequestSchema, v))), Relationship);
            List(json, "dbRoutines", cache.Routines.OrderBy(static r => r.Key.ToString(), StringComparer.Ordinal).SelectMany(static r => r.Value), Routine);
            List(json, "dbRepresentations", cache.Representations.OrderBy(static r => (r.Key.Source, r.Key.Target)), Representation);
            List(json, "dbMediaHandlers", cache.MediaHandlers, MediaHandler);
            json.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }

    static void Table(Utf8JsonWriter json, Table table)
    {
        Name(json, "", table.Name);
        json.WriteString("kind", table.Kind.ToString());
        json.WriteString("description", table.Description);
        json.WriteBoolean("insertable", table.Insertable);
        json.WriteBoolean("updatable", table.Updatable);
        json.WriteBoolean("deletable", table.Deletable);
        Texts(json, "primaryKey", table.PrimaryKey);
        List(json, "columns", table.Columns, Column);
    }

    static void Column(Utf8JsonWriter json, Column column)
    {
        json.WriteString("name", column.Name);
        json.WriteString("description", column.Description);
        json.WriteString("type", column.NominalType);
        json.WriteBoolean("nullable", column.Nullable);
        json.WriteString("default", column.Default);
        if (column.MaxLength is { } length)
        {
            json.WriteNumber("maxLength", length);
        }

        Texts(json, "enum", column.EnumLabels);
    }

    static void Relationship(Utf8JsonWriter json, (string Schema, Relationship Way) item)
    {
        json.WriteString("requestSchema", item.Schema);
        Name(json, "origin", item.Way.Origin);
        Name(json, "foreign", item.Way.Foreign);
        json.WriteBoolean("isSelf", item.Way.IsSelf);
        switch (item.Way)
        {
            case Relationship.ForeignKey key:
                json.WriteString("cardinality", key.Cardinality.ToString());
                json.WriteString("constraint", key.Constraint);
                Pairs(json, "columns", key.Columns);
                break;
            case Relationship.Junction junction:
                json.WriteString("cardinality", nameof(Cardinality.ManyToMany));
                Name(json, "junction", junction.Via);
                json.WriteString("originConstraint", junction.OriginConstraint);
                Pairs(json, "originColumns", junction.OriginColumns);
                json.WriteString("foreignConstraint", junction.ForeignConstraint);
                Pairs(json, "foreignColumns", junction.ForeignColumns);
                break;
            case Relationship.Computed computed:
                json.WriteString("cardinality", (computed.ToOne ? Cardinality.ManyToOne : Cardinality.OneToMany).ToString());
                Name(json, "function", computed.Function);
                break;
            default:
                break;
        }
    }

    static void Routine(Utf8JsonWriter json, Routine routine)
    {
        Name(json, "", routine.Name);
        json.WriteString("description", routine.Description);
        json.WriteString("volatility", routine.Volatility.ToString());
        json.WriteString("returns", routine.Return.TypeText);
        json.WriteBoolean("returnsSet", routine.Return.IsSet);
        List(json, "parameters", routine.Parameters, static (json, parameter) =>
        {
            json.WriteString("name", parameter.Name);
            json.WriteString("type", parameter.Type);
            json.WriteBoolean("required", parameter.IsRequired);
            json.WriteBoolean("variadic", parameter.IsVariadic);
        });
        List(json, "settings", routine.Settings, static (json, setting) => json.WriteString(setting.Name, setting.Value));
    }

    static void Representation(Utf8JsonWriter json, KeyValuePair<CastKey, QualifiedIdentifier> item)
    {
        json.WriteString("source", item.Key.Source);
        json.WriteString("target", item.Key.Target);
        Name(json, "function", item.Value);
    }

    static void MediaHandler(Utf8JsonWriter json, MediaHandler handler)
    {
        json.WriteString("mediaType", handler.MediaType);
        if (handler.Target is { } target)
        {
            Name(json, "target", target);
        }

        Name(json, "function", handler.Function);
        json.WriteBoolean("isAggregate", handler.IsAggregate);
    }

    static void Name(Utf8JsonWriter json, string property, QualifiedIdentifier name)
    {
        if (property.Length == 0)
        {
            json.WriteString("schema", name.Schema);
            json.WriteString("name", name.Name);
            return;
        }

        json.WriteStartObject(property);
        json.WriteString("schema", name.Schema);
        json.WriteString("name", name.Name);
        json.WriteEndObject();
    }

    static void Pairs(Utf8JsonWriter json, string property, IEnumerable<ColumnPair> pairs) => List(json, property, pairs, static (json, pair) =>
    {
        json.WriteString("origin", pair.Origin);
        json.WriteString("foreign", pair.Foreign);
    });

    static void Texts(Utf8JsonWriter json, string property, IEnumerable<string> texts)
    {
        json.WriteStartArray(property);
        foreach (var text in texts)
        {
            json.WriteStringValue(text);
        }

        json.WriteEndArray();
    }

    static void List<T>(Utf8JsonWriter json, string property, IEnumerable<T> items, Action<Utf8JsonWriter, T> write)
    {
        json.WriteStartArray(property);
        foreach (var item in items)
        {
            json.WriteStartObject();
            write(json, item);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
