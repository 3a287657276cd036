using System.Collections.Immutable;
using System.Text;
using AutoRest.Introspection;
using AutoRest.Server.Planning;
using AutoRest.Server.Requests;
using AutoRest.Server.Sql;
using AutoRest.Server.Tests.Requests;

namespace AutoRest.Server.Tests.Planning;

/// <summary>A plan as text: one line per node, everything that was decided and nothing else.</summary>
static class PlanText
{
    public static string Of(ActionPlan plan)
    {
        var text = new StringBuilder();
        switch (plan)
        {
            case ActionPlan.Read read:
                Append(text, "read", read.Plan, 0);
                Append(text, read.Body, read.HeadersOnly, read.LegacyNames);
                break;
            case ActionPlan.Mutate mutate:
                Append(text, mutate.Plan);
                Append(text, "returns", mutate.Returned, 0);
                Append(text, mutate.Body, false, mutate.LegacyNames);
                break;
            case ActionPlan.Call call:
                Append(text, call.Plan);
                Append(text, "result", call.Result, 0);
                Append(text, call.Body, call.HeadersOnly, call.LegacyNames);
                break;
            case ActionPlan.Inspect inspect:
                text.Append($"describe {inspect.Version} as {inspect.MediaType.Name}{(inspect.HeadersOnly ? " head" : "")}\n");
                break;
            case ActionPlan.Info info:
                text.Append($"allow {info.Allow}\n");
                break;
            default:
                throw new InvalidOperationException();
        }

        return text.ToString();
    }

    static void Append(StringBuilder text, string label, ReadPlan plan, int depth)
    {
        var embeds = plan.Embeds.ToDictionary(static e => e.Lateral);
        text.Append(' ', 2 * depth).Append(label).Append(' ').Append(Name(plan.From)).Append(": ").AppendJoin(", ", plan.Select.Select(Of));
        foreach (var logic in plan.Where)
        {
            text.Append("; where ").Append(Of(logic, embeds.GetValueOrDefault));
        }

        if (!plan.Order.IsEmpty)
        {
            text.Append("; order ").AppendJoin(", ", plan.Order.Select(o =>
                $"{(o.Embed is { } lateral ? embeds[lateral].Key + "/" : "")}{Of(o.Field)}{Of(o.Operation)}{(o.Direction is { } d ? $" {d}" : "")}{(o.Nulls is { } n ? $" nulls {n}" : "")}"));
        }

        if (!plan.Range.IsAll)
        {
            text.Append($"; rows {plan.Range.Lower}..{plan.Range.Upper}");
        }

        text.Append(plan.HasAggregates ? "; aggregated\n" : "\n");
        foreach (var embed in plan.Embeds)
        {
            Append(text, $"{embed.Key} = {embed.Join} {embed.Shape} {Of(embed.Via)}", embed.Child, depth + 1);
        }
    }

    static void Append(StringBuilder text, MutatePlan plan)
    {
        text.Append($"{plan.Kind} {Name(plan.Relation)}: {string.Join(", ", plan.Columns.Select(static c => c.Column.Name + (c.FromJson is { } f ? $" by {f.Name}" : "")))}");
        foreach (var logic in plan.Where)
        {
            text.Append("; where ").Append(Of(logic, static _ => null));
        }

        if (plan.Resolution is { } resolution)
        {
            text.Append($"; conflict on ({string.Join(", ", plan.ConflictColumns)}) {resolution}");
        }

        text.Append(plan.MergeDefaults ? "; defaults" : "").Append(plan.LocatesRow ? "; located" : "");
        text.Append($"; returning {(plan.Returning is { } columns ? $"({string.Join(", ", columns)})" : "*")}{(plan.ReturnsRows ? "" : ", no body")}\n");
    }

    static void Append(StringBuilder text, CallPlan plan)
    {
        var routine = plan.Routine;
        text.Append($"call {Name(routine.Name)}({string.Join(", ", routine.Parameters.Select(static p => $"{p.Name} {p.Type}".Trim()))})");
        text.Append($" by {plan.Method}: {string.Join(", ", plan.Arguments.Select(static a => a.Parameter.Name + (a.Value is null ? " from the body" : $" = <{a.Value.Text}>")))}\n");
    }

    static void Append(StringBuilder text, NegotiatedBody body, bool headersOnly, ImmutableArray<(string Target, string Alias)> legacy)
    {
        text.Append($"body {body.Format} as {body.MediaType.Name}{(body.Handler is { } h ? $" by {h.Function.Name}" : "")}{(body.Plan is null ? "" : ", its plan")}");
        text.Append(headersOnly ? ", head only\n" : "\n");
        if (!legacy.IsDefaultOrEmpty)
        {
            text.Append($"legacy names: {string.Join(", ", legacy.Select(static n => $"{n.Target} for {n.Alias}"))}\n");
        }
    }

    static string Of(SelectedItem item) => item switch
    {
        SelectedItem.Star => "*",
        SelectedItem.Column c => c.Key + " = " + (c.ToJson is { } json ? $"{json.Name} of " : "") + (c.Field is { } f ? Of(f) : "rows") + Of(c.Operation) + (c.Cast is null ? "" : "::" + c.Cast)
            + (c.Aggregate is { } a ? $" {a}" : "") + (c.AggregateCast is null ? "" : "::" + c.AggregateCast),
        _ => throw new InvalidOperationException(),
    };

    static string Of(ResolvedOperation? operation) =>
        operation is null ? "" : $" {operation.Operator} <{operation.Operand.Text}>{(operation.Type is { } type ? "::" + type : "")}";

    static string Of(ResolvedField field) => $"[{field.Name}{(field.Column is null ? "?" : "")}]{string.Concat(field.Steps.Select(static s =>
        $"{(s.AsText ? "->>" : "->")}{(s.IsIndex ? s.Operand.Text : $"'{s.Operand.Text}'")}"))}";

    static string Of(ResolvedLogic logic, Func<SourceAlias, EmbedPlan?> embed) => logic switch
    {
        ResolvedLogic.Group g => $"{(g.Negated ? "not " : "")}{(g.IsOr ? "or" : "and")}({string.Join("; ", g.Members.Select(m => Of(m, embed)))})",
        ResolvedLogic.Test t => $"{Of(t.Field)} {Snapshot.Of(t.Negated, t.Operation)}{(t.FromText is { } f ? $" by {f.Name}" : "")}",
        ResolvedLogic.OperatorTest t => $"{Of(t.Field)}{(t.Negated ? " not" : "")}{Of(t.Operation)}{(t.Threshold is { } x ? $" {x.Comparison} <{x.Bound.Text}>" : "")}",
        ResolvedLogic.EmbedTest t => $"{embed(t.Lateral)?.Key} {(t.IsNull ? "has no row" : "has a row")}",
        _ => throw new InvalidOperationException(),
    };

    static string Of(Relationship relationship) => relationship switch
    {
        Relationship.ForeignKey k => $"{k.Cardinality} {k.Constraint} ({Of(k.Columns)})",
        Relationship.Junction j => $"{j.Via.Name} {j.OriginConstraint} ({Of(j.OriginColumns)}) {j.ForeignConstraint} ({Of(j.ForeignColumns)})",
        Relationship.Computed c => $"{c.Function.Name}({c.OriginType.Name})",
        _ => throw new InvalidOperationException(),
    };

    static string Of(ImmutableArray<ColumnPair> pairs) => string.Join(", ", pairs.Select(static p => $"{p.Origin}={p.Foreign}"));

    static string Name(QualifiedIdentifier name) => name.Schema.Length == 0 ? name.Name : $"{name.Schema}.{name.Name}";
}
