using System.Buffers;
using System.Collections.Immutable;
using System.Text.Json;
using AutoRest.Introspection;
using AutoRest.Server.Errors;

namespace AutoRest.Server.Planning;

/// <summary>Finds the relationship an embed means. contract/embedding.md §3.</summary>
static class EmbedResolver
{
    /// <exception cref="ApiException">PGRST200 when there is none, PGRST201 when there are several.</exception>
    public static Relationship Resolve(SchemaCache cache, string schema, QualifiedIdentifier origin, string target, string? hint)
    {
        var all = cache.Relationships.TryGetValue(new RelationshipKey(schema, origin), out var found) ? found : [];
        var matches = new List<Relationship>();
        foreach (var candidate in all)
        {
            if (Matches(candidate, target, hint))
            {
                matches.Add(candidate);
            }
        }

        return matches switch
        {
            [var only] => only,
            [] => throw new ApiException(new NoRelationship(
                origin.Name, target, hint, schema, Suggest(cache, schema, origin.Name, target, all))),
            _ => throw new ApiException(Ambiguous(origin.Name, target, matches)),
        };
    }

    static bool Matches(Relationship candidate, string target, string? hint) => candidate switch
    {
        Relationship.Computed computed => computed.Function.Name == target,
        Relationship.ForeignKey { IsSelf: true } self => MatchesSelf(self, target, hint),
        Relationship.ForeignKey key when hint is null =>
            target == key.Foreign.Name
            || (!key.ForeignIsView && (target == key.Constraint || (key.Columns is [var single] && target == single.Origin))),
        Relationship.ForeignKey key =>
            target == key.Foreign.Name
            && (hint == key.Constraint || (key.Columns is [var single] && (hint == single.Origin || hint == single.Foreign))),
        Relationship.Junction { IsSelf: true } => false,
        Relationship.Junction junction when hint is null =>
            target == junction.Foreign.Name,
        Relationship.Junction junction =>
            target == junction.Foreign.Name
            && (hint == junction.Via.Name
                || (junction.OriginColumns is [var origin] && hint == origin.Origin)
                || (junction.ForeignColumns is [var far] && hint == far.Foreign)),
        _ => false,
    };

    static bool MatchesSelf(Relationship.ForeignKey self, string target, string? hint)
    {
        if (hint is not null)
        {
            // The hint is the referencing column, which for the inverse is the foreign side's.
            return self.Cardinality == Cardinality.OneToMany && target == self.Foreign.Name && self.Columns is [var pair] && hint == pair.Foreign;
        }

        return self.Cardinality switch
        {
            Cardinality.OneToMany => target == self.Foreign.Name,
            Cardinality.ManyToOne => self.Columns is [var column] && target == column.Origin,
            _ => false,
        };
    }

    static string? Suggest(SchemaCache cache, string schema, string parent, string child, ImmutableArray<Relationship> ofOrigin)
    {
        if (ofOrigin.IsEmpty)
        {
            return Suggestions.ForParent(parent, cache.Relationships.Keys.Where(k => k.RequestSchema == schema).Select(static k => k.Origin.Name));
        }

        return Suggestions.ForChild(child, ofOrigin.Select(static r => r.Foreign.Name));
    }

    static AmbiguousRelationship Ambiguous(string parent, string child, List<Relationship> choices)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartArray();
            foreach (var choice in choices)
            {
                json.WriteStartObject();
                json.WriteString("cardinality", CardinalityText(choice));
                json.WriteString("embedding", $"{choice.Origin.Name} with {choice.Foreign.Name}");
                json.WriteString("relationship", Describe(choice));
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        return new AmbiguousRelationship(parent, child, [.. choices.Select(static c => $"{c.Foreign.Name}!{NameOf(c)}")], buffer.WrittenMemory);
    }

    static string NameOf(Relationship relationship) => relationship switch
    {
        Relationship.ForeignKey key => key.Constraint,
        Relationship.Junction junction => junction.Via.Name,
        Relationship.Computed computed => computed.Function.Name,
        _ => "",
    };

    static string CardinalityText(Relationship relationship) => relationship switch
    {
        Relationship.ForeignKey { Cardinality: Cardinality.ManyToOne } => "many-to-one",
        Relationship.ForeignKey { Cardinality: Cardinality.OneToMany } => "one-to-many",
        Relationship.ForeignKey => "one-to-one",
        Relationship.Junction => "many-to-many",
        _ => relationship.IsToOne ? "many-to-one" : "one-to-many",
    };

    static string Describe(Relationship relationship) => relationship switch
    {
        Relationship.ForeignKey key =>
            $"{key.Constraint} using {key.Origin.Name}({Join(key.Columns.Select(c => c.Origin))}) and {key.Foreign.Name}({Join(key.Columns.Select(c => c.Foreign))})",
        Relationship.Junction junction =>
            $"{junction.Via.Name} using {junction.OriginConstraint}({Join(junction.OriginColumns.Select(c => c.Foreign))}) and {junction.ForeignConstraint}({Join(junction.ForeignColumns.Select(c => c.Origin))})",
        _ => NameOf(relationship),
    };

    static string Join(IEnumerable<string> names) => string.Join(", ", names);
}
