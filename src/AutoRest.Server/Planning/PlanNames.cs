using System.Globalization;
using AutoRest.Server.Errors;
using Npgsql;

namespace AutoRest.Server.Planning;

/// <summary>Source aliases are positions in the plan; a client knows relations. Puts the relation's name back into PostgreSQL's messages.</summary>
static class PlanNames
{
    /// <summary>The error about a missing column of an embed, in the client's words; null when it is about something else.</summary>
    public static ApiError? Explain(PostgresException error, ActionPlan plan)
    {
        if (error.SqlState != "42703" || RootOf(plan) is not { } root)
        {
            return null;
        }

        var message = error.MessageText;
        foreach (var node in Descendants(root))
        {
            var alias = string.Create(CultureInfo.InvariantCulture, $"ar_{node.Alias!.Value.Position}.");
            message = message.Replace(alias, node.From.Name + ".", StringComparison.Ordinal);
        }

        // PostgreSQL's hints name aliases too; none is better than one nobody understands.
        return new DatabaseError(error.SqlState, 400, message, error.Detail, null);
    }

    static ReadPlan? RootOf(ActionPlan plan) => plan switch
    {
        ActionPlan.Read read => read.Plan,
        ActionPlan.Mutate mutate => mutate.Returned,
        ActionPlan.Call call => call.Result,
        _ => null,
    };

    static IEnumerable<ReadPlan> Descendants(ReadPlan plan)
    {
        foreach (var embed in plan.Embeds)
        {
            yield return embed.Child;
            foreach (var deeper in Descendants(embed.Child))
            {
                yield return deeper;
            }
        }
    }
}
