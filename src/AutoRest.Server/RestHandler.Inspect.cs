using AutoRest.Server.Configuration;
using AutoRest.Server.Execution;
using AutoRest.Server.Observability;
using AutoRest.Server.OpenApi;
using AutoRest.Server.Planning;
using AutoRest.Server.Requests;
using AutoRest.Server.Responses;

namespace AutoRest.Server;

/// <summary>Requests for a document instead of rows.</summary>
public sealed partial class RestHandler
{
    readonly DocumentCache _documents = new();

    /// <summary>The transaction says what the caller may see; the document is made of that and of the cache.</summary>
    async Task InspectAsync(
        HttpContext http, ActionPlan.Inspect plan, ApiRequest parsed, Snapshot snapshot, Execution.Execution execution, PooledBuffer body,
        RequestTiming timing)
    {
        await execution.ReadLinesAsync(body, http.RequestAborted);
        await execution.FinishAsync(http.RequestAborted);
        await execution.EndAsync(http.RequestAborted);
        timing.Mark(Stage.Transaction);
        var document = _documents.Get(snapshot, plan.Version, parsed.Schema, body.WrittenSpan);
        body.Clear();
        body.Write(document.Bytes);
        await WriteAsync(http, Responder.Describe(plan, parsed, snapshot.Config, DbResult.None), body, snapshot.Config, timing);
    }
}
