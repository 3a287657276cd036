using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text.Json;

namespace AutoRest.Server.OpenApi;

/// <summary>What a role may do with a relation; one column is enough.</summary>
public readonly record struct RelationPrivileges(bool Select, bool Insert, bool Update, bool Delete)
{
    public static RelationPrivileges All { get; } = new(true, true, true, true);
}

/// <summary>The objects of a schema a role has any privilege on. contract/openapi.md §1.1.</summary>
/// <param name="MayUseSchema">Without it nothing can be reached, whatever the other privileges say.</param>
/// <param name="Relations">By name.</param>
/// <param name="Routines">By OID: the types of the input parameters as the request's search path prints them.</param>
public sealed record VisibleObjects(
    bool MayUseSchema, FrozenDictionary<string, RelationPrivileges> Relations, FrozenDictionary<long, ImmutableArray<string>> Routines)
{
    /// <summary>Reads the lines of <c>PrivilegeSql</c>.</summary>
    public static VisibleObjects Parse(ReadOnlySpan<byte> lines)
    {
        var mayUse = false;
        var relations = new Dictionary<string, RelationPrivileges>(StringComparer.Ordinal);
        var routines = new Dictionary<long, ImmutableArray<string>>();
        foreach (var range in lines.Split((byte)'\n'))
        {
            var line = lines[range];
            if (line.IsEmpty)
            {
                continue;
            }

            var reader = new Utf8JsonReader(line);
            reader.Read();
            reader.Read();
            var kind = reader.GetString();
            reader.Read();
            switch (kind)
            {
                case "schema":
                    mayUse = reader.GetBoolean();
                    break;
                case "relation":
                    relations[reader.GetString()!] = new RelationPrivileges(
                        NextBoolean(ref reader), NextBoolean(ref reader), NextBoolean(ref reader), NextBoolean(ref reader));
                    break;
                default:
                    routines[reader.GetInt64()] = NextTexts(ref reader);
                    break;
            }
        }

        return new VisibleObjects(mayUse, relations.ToFrozenDictionary(StringComparer.Ordinal), routines.ToFrozenDictionary());
    }

    static bool NextBoolean(ref Utf8JsonReader reader)
    {
        reader.Read();
        return reader.GetBoolean();
    }

    /// <summary>An array of texts; null is the empty one, as aggregates of no rows are.</summary>
    static ImmutableArray<string> NextTexts(ref Utf8JsonReader reader)
    {
        reader.Read();
        var texts = ImmutableArray.CreateBuilder<string>();
        while (reader.TokenType != JsonTokenType.Null && reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            texts.Add(reader.GetString()!);
        }

        return texts.DrainToImmutable();
    }
}
