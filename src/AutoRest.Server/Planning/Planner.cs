using System.Collections.Immutable;
using AutoRest.Introspection;
using AutoRest.Server.Configuration;
using AutoRest.Server.Errors;
using AutoRest.Server.Requests;

namespace AutoRest.Server.Planning;

/// <summary>Request × snapshot → plan: names resolved, relationships found, media type chosen. contract/requests.md §1.1 gives the order of refusals.</summary>
public static class Planner
{
    /// <exception cref="ApiException">PGRST105, 107, 108, 118, 122, 123, 127, 128, 2xx; AR201.</exception>
    public static ActionPlan Plan(ApiRequest request, SchemaCache cache, AppConfig config) => request.Action switch
    {
        RequestAction.Read read => PlanRead(request, cache, config, read),
        RequestAction.Mutate mutate => PlanMutation(request, cache, config, mutate),
        RequestAction.Call call => CallPlanner.Plan(request, cache, config, call.Routine, call.Method),
        RequestAction.Inspect inspect => PlanRoot(request.Accept, inspect.HeadersOnly),
        RequestAction.Describe describe => PlanDocument(request.Accept, describe.HeadersOnly),
        RequestAction.RelationInfo info => new ActionPlan.Info(AllowOf(FindTable(cache, info.Relation))),
        RequestAction.RoutineInfo info => CallPlanner.PlanInfo(request, cache, config, info.Routine),
        RequestAction.RootInfo => new ActionPlan.Info("OPTIONS,GET,HEAD"),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    /// <exception cref="ApiException">PGRST122: <c>handling=strict</c> with tokens that are not preferences.</exception>
    internal static void CheckPreferences(Preferences preferences)
    {
        if (preferences.Handling == HandlingPreference.Strict && !preferences.Invalid.IsEmpty)
        {
            throw new ApiException(new InvalidPreferences(preferences.Invalid));
        }
    }

    static ActionPlan.Read PlanRead(ApiRequest request, SchemaCache cache, AppConfig config, RequestAction.Read read)
    {
        var table = FindTable(cache, read.Relation);
        var planned = ReadPlanner.Plan(request, cache, config, table.Name, table, request.Range);
        var body = ContentNegotiation.Choose(
            request.Accept, cache, config, table.Name, planned.Plan.IsDefaultSelect && !request.Query.SelectIsEmpty);
        CheckPreferences(request.Preferences);
        return new ActionPlan.Read(planned.Plan, body, read.HeadersOnly, planned.LegacyNames);
    }

    static ActionPlan.Mutate PlanMutation(ApiRequest request, SchemaCache cache, AppConfig config, RequestAction.Mutate mutate)
    {
        var table = FindTable(cache, mutate.Relation);
        var planned = ReadPlanner.Plan(
            request, cache, config, table.Name, table, RowRange.All, capRows: false, withRootConditions: false, orderOrigin: "pgrst_source");
        var plan = MutatePlanner.Plan(request, cache, config, table, mutate.Kind, planned.Plan);
        CheckPreferences(request.Preferences);
        var body = ContentNegotiation.Choose(
            request.Accept, cache, config, table.Name, planned.Plan.IsDefaultSelect && !request.Query.SelectIsEmpty);
        return new ActionPlan.Mutate(plan, planned.Plan, body, planned.LegacyNames);
    }

    static Table FindTable(SchemaCache cache, QualifiedIdentifier name)
    {
        if (cache.Tables.TryGetValue(name, out var table))
        {
            return table;
        }

        var names = cache.TableNames.GetValueOrDefault(name.Schema, []);
        throw new ApiException(new UnknownTable(name, Suggestions.ForTable(name, names)));
    }

    /// <summary>Swagger 2.0 unless version 3 is asked for by name. contract/openapi.md §1, §9.</summary>
    static ActionPlan.Inspect PlanRoot(ImmutableArray<MediaType> accept, bool headersOnly)
    {
        foreach (var type in accept)
        {
            if (type.IsOpenApi3 || IsVendorType(type))
            {
                return new ActionPlan.Inspect(DocumentVersion.OpenApi31, LabelOf(type), headersOnly);
            }

            if (type.Kind is MediaTypeKind.OpenApi or MediaTypeKind.Json or MediaTypeKind.Any)
            {
                return new ActionPlan.Inspect(DocumentVersion.Swagger2, MediaType.OpenApi, headersOnly);
            }
        }

        throw new ApiException(new NotAcceptable(ContentNegotiation.NamesOf(accept)));
    }

    /// <summary>At its own path the document is plain JSON for those who do not ask for it by name.</summary>
    static ActionPlan.Inspect PlanDocument(ImmutableArray<MediaType> accept, bool headersOnly)
    {
        foreach (var type in accept)
        {
            if (type.Kind == MediaTypeKind.OpenApi || IsVendorType(type))
            {
                return new ActionPlan.Inspect(DocumentVersion.OpenApi31, LabelOf(type), headersOnly);
            }

            if (type.Kind is MediaTypeKind.Json or MediaTypeKind.Any)
            {
                return new ActionPlan.Inspect(DocumentVersion.OpenApi31, MediaType.Json, headersOnly);
            }
        }

        throw new ApiException(new NotAcceptable(ContentNegotiation.NamesOf(accept)));
    }

    /// <summary>The name the OpenAPI Initiative uses, with or without a version.</summary>
    static bool IsVendorType(MediaType type) =>
        type.Kind == MediaTypeKind.Other && type.Name.StartsWith(VendorType, StringComparison.OrdinalIgnoreCase)
        && (type.Name.Length == VendorType.Length || type.Name[VendorType.Length] == ';');

    static MediaType LabelOf(MediaType type) =>
        type.Kind == MediaTypeKind.OpenApi ? MediaType.OpenApi3 : new MediaType(MediaTypeKind.Other, VendorType + ";version=3.1");

    const string VendorType = "application/vnd.oai.openapi+json";

    /// <summary>What the object allows, not what the caller may do. contract/requests.md §7.</summary>
    static string AllowOf(Table table)
    {
        var allow = "OPTIONS,GET,HEAD";
        if (table.Insertable)
        {
            allow += ",POST";
        }

        if (table is { Insertable: true, Updatable: true, PrimaryKey.IsEmpty: false })
        {
            allow += ",PUT";
        }

        if (table.Updatable)
        {
            allow += ",PATCH";
        }

        if (table.Deletable)
        {
            allow += ",DELETE";
        }

        return allow;
    }
}
