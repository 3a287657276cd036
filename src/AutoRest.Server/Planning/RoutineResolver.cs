using System.Collections.Immutable;
using AutoRest.Introspection;
using AutoRest.Server.Errors;
using AutoRest.Server.Requests;

namespace AutoRest.Server.Planning;

/// <summary>Chooses the overload of a function by argument names; types never take part. contract/functions.md §3.</summary>
static class RoutineResolver
{
    /// <param name="keys">Argument names, sorted by code point, distinct.</param>
    /// <exception cref="ApiException">PGRST202 when none fits, PGRST203 when several do.</exception>
    public static Routine Resolve(SchemaCache cache, QualifiedIdentifier name, ImmutableArray<string> keys, InvokeMethod method, MediaType contentType)
    {
        var overloads = cache.Routines.TryGetValue(name, out var found) ? found : [];
        var kind = KindOf(method, contentType);
        var isRaw = kind is RoutineCallKind.RawText or RoutineCallKind.RawXml or RoutineCallKind.RawBytes;
        var named = overloads.Where(r => r.Parameters.IsEmpty ? keys.IsEmpty && !isRaw : MatchesByName(r, keys)).ToImmutableArray();
        if (named is [var only])
        {
            return only;
        }

        if (named.IsEmpty)
        {
            var fallbacks = method == InvokeMethod.Post ? overloads.Where(r => TakesWholeBody(r, contentType)).ToImmutableArray() : [];
            named = fallbacks;
        }

        return named switch
        {
            [var fallback] => fallback,
            [] => throw new ApiException(new NoRoutine(name, keys, kind, Suggest(cache, name, keys, overloads, isRaw))),
            _ => throw new ApiException(new AmbiguousRoutine(named)),
        };
    }

    static RoutineCallKind KindOf(InvokeMethod method, MediaType contentType) => (method, contentType.Kind) switch
    {
        (InvokeMethod.Post, MediaTypeKind.Text) => RoutineCallKind.RawText,
        (InvokeMethod.Post, MediaTypeKind.Xml) => RoutineCallKind.RawXml,
        (InvokeMethod.Post, MediaTypeKind.OctetStream) => RoutineCallKind.RawBytes,
        (InvokeMethod.Post, MediaTypeKind.Json) => RoutineCallKind.PostedJson,
        _ => RoutineCallKind.Named,
    };

    /// <summary>The keys without optional parameters are exactly the required ones: nothing missing, nothing unknown.</summary>
    static bool MatchesByName(Routine routine, ImmutableArray<string> keys)
    {
        foreach (var key in keys)
        {
            if (!routine.Parameters.Any(p => p.Name == key))
            {
                return false;
            }
        }

        return routine.Parameters.All(p => !p.IsRequired || keys.Contains(p.Name));
    }

    static bool TakesWholeBody(Routine routine, MediaType contentType) =>
        routine.Parameters is [{ Name: "" } only] && (contentType.Kind, only.Type) switch
        {
            (MediaTypeKind.Json, "json" or "jsonb") => true,
            (MediaTypeKind.Text, "text") => true,
            (MediaTypeKind.Xml, "xml") => true,
            (MediaTypeKind.OctetStream, "bytea") => true,
            _ => false,
        };

    static string? Suggest(
        SchemaCache cache, QualifiedIdentifier name, ImmutableArray<string> keys, ImmutableArray<Routine> overloads, bool isRaw) =>
        isRaw ? null
        : overloads.IsEmpty
            ? Suggestions.ForRoutineName(name, cache.Routines.Keys.Where(r => r.Schema == name.Schema).Select(static r => r.Name))
            : Suggestions.ForRoutineArguments(name, keys, overloads.Select(static r => r.Parameters.Select(static p => p.Name)));
}
