using System.Collections.Immutable;
using AutoRest.Introspection;
using AutoRest.Server.Configuration;
using AutoRest.Server.Errors;
using AutoRest.Server.Requests;
using AutoRest.Server.Sql;

namespace AutoRest.Server.Planning;

/// <summary>Plans calls of functions. contract/functions.md §2–§5.</summary>
static class CallPlanner
{
    /// <exception cref="ApiException">PGRST202, 203, then what reads refuse, 107, 122, 128.</exception>
    public static ActionPlan.Call Plan(ApiRequest request, SchemaCache cache, AppConfig config, QualifiedIdentifier name, InvokeMethod method)
    {
        var routine = RoutineResolver.Resolve(cache, name, KeysOf(request, method), method, request.ContentType);
        var from = ResultRelation(routine);
        var table = routine.Return.IsComposite ? cache.Tables.GetValueOrDefault(from) : null;
        var planned = ReadPlanner.Plan(request, cache, config, from, table, request.Range, orderOrigin: "pgrst_source");
        var body = ContentNegotiation.Choose(
            request.Accept, cache, config, from, planned.Plan.IsDefaultSelect && !request.Query.SelectIsEmpty);
        Planner.CheckPreferences(request.Preferences);
        if (!routine.Return.IsSet && request.Preferences is { Handling: HandlingPreference.Strict, MaxAffected: not null })
        {
            throw new ApiException(new MaxAffectedOnSingleRow());
        }

        var call = new CallPlan(routine, ArgumentsOf(routine, request, method), request.Payload, method);
        return new ActionPlan.Call(call, planned.Plan, body, method == InvokeMethod.Head, planned.LegacyNames);
    }

    /// <summary>OPTIONS resolves a call without arguments and negotiates as one (contract/requests.md §7).</summary>
    public static ActionPlan.Info PlanInfo(ApiRequest request, SchemaCache cache, AppConfig config, QualifiedIdentifier name)
    {
        var call = Plan(request, cache, config, name, InvokeMethod.Head);
        return new ActionPlan.Info(call.Plan.Routine.Volatility == Volatility.Volatile ? "OPTIONS,POST" : "OPTIONS,GET,HEAD,POST");
    }

    static ImmutableArray<string> KeysOf(ApiRequest request, InvokeMethod method) => method == InvokeMethod.Post
        ? request.Payload?.Keys ?? []
        : [.. request.Query.Arguments.Select(static a => a.Name).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    /// <summary>The row type's relation for composites, else the function's own name. contract/functions.md §1.</summary>
    static QualifiedIdentifier ResultRelation(Routine routine) =>
        routine.Return.IsComposite ? new QualifiedIdentifier(routine.Name.Schema, routine.Return.Type.Name) : routine.Name;

    static ImmutableArray<CallArgument> ArgumentsOf(Routine routine, ApiRequest request, InvokeMethod method)
    {
        if (routine.Parameters is [{ Name: "" } unnamed])
        {
            return [new CallArgument(unnamed, null)];
        }

        var texts = method == InvokeMethod.Post ? request.Payload?.FormArguments : request.Query.Arguments;
        if (texts is not { } given)
        {
            var keys = request.Payload?.Keys ?? [];
            return [.. routine.Parameters.Where(p => keys.Contains(p.Name)).Select(static p => new CallArgument(p, null))];
        }

        var arguments = ImmutableArray.CreateBuilder<CallArgument>();
        foreach (var parameter in routine.Parameters)
        {
            var values = given.Where(a => a.Name == parameter.Name).Select(static a => a.Value).ToList();
            if (values.Count > 0)
            {
                // A variadic argument collects every value; any other takes the last.
                arguments.Add(new CallArgument(parameter, Parameter.Untyped(parameter.IsVariadic ? Conditions.ArrayLiteral(values) : values[^1])));
            }
        }

        return arguments.ToImmutable();
    }
}
