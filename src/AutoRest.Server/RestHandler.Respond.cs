using AutoRest.Server.Configuration;
using AutoRest.Server.Errors;
using AutoRest.Server.Execution;
using AutoRest.Server.Observability;
using AutoRest.Server.Planning;
using AutoRest.Server.Queries;
using AutoRest.Server.Requests;
using AutoRest.Server.Responses;

namespace AutoRest.Server;

/// <summary>Results as responses: whole ones, whose length is known, and streams.</summary>
public sealed partial class RestHandler
{
    /// <summary>While streaming, this many bytes are gathered before they go to the socket.</summary>
    const int StreamChunk = 32 * 1024;

    async Task RespondAsync(
        HttpContext http, ActionPlan plan, ApiRequest parsed, AppConfig config, RequestStatements statements, Execution.Execution execution,
        PooledBuffer body, RequestTiming timing)
    {
        var cancellation = http.RequestAborted;
        if (statements.Shape is ResultShape.Rows rows)
        {
            var encoder = new RowEncoder(rows);
            encoder.Begin(body);
            var (total, ended) = await execution.ReadRowsAsync(encoder, rows.HasTotal, body, config.StreamThreshold, cancellation);
            if (!ended)
            {
                await StreamAsync(http, plan, parsed, config, execution, encoder, rows, total, body, timing);
                return;
            }

            encoder.End(body);
            var (headers, status) = await execution.FinishAsync(cancellation);
            await execution.EndAsync(cancellation);
            var result = new DbResult(TotalOf(total, execution.PlannedRows, parsed, config), encoder.Rows, headers, status, null, null);
            timing.Mark(Stage.Transaction);
            CheckRows(plan, parsed, result);
            await WriteAsync(http, Responder.Describe(plan, parsed, config, result), body, config, timing);
            return;
        }

        DbResult answer;
        if (statements.Shape is ResultShape.Lines)
        {
            await execution.ReadLinesAsync(body, cancellation);
            answer = DbResult.None;
        }
        else
        {
            answer = await execution.ReadAggregateAsync(body, cancellation);
            answer = answer with { Total = TotalOf(answer.Total, execution.PlannedRows, parsed, config) };
        }

        await execution.FinishAsync(cancellation);
        if (statements.Shape is ResultShape.Aggregate)
        {
            if (plan is ActionPlan.Call)
            {
                await execution.CheckConstraintsAsync(cancellation);
                CheckRows(plan, parsed, answer);
            }
            else
            {
                CheckRows(plan, parsed, answer);
                await execution.CheckConstraintsAsync(cancellation);
            }
        }

        // 9. Before the end of the transaction: malformed response settings undo it.
        var head = Responder.Describe(plan, parsed, config, answer);
        await execution.EndAsync(cancellation);
        if (execution.Position is { } position)
        {
            head.Headers.Add(new(Responder.PositionHeader, position));
        }

        timing.Mark(Stage.Transaction);
        await WriteAsync(http, head, body, config, timing);
    }

    /// <summary>The total by preference. contract/reads.md §9.</summary>
    static long? TotalOf(long? counted, long? planned, ApiRequest request, AppConfig config) => (request.Preferences.Count, planned) switch
    {
        (CountPreference.Planned, { } rows) => rows,
        (CountPreference.Estimated, { } rows) when config.DbMaxRows is { } max => counted <= max ? counted : Math.Max(max + 1, rows),
        (CountPreference.Estimated, { } rows) => Math.Max(counted ?? 0, rows),
        _ => counted,
    };

    /// <summary>Refusals that need the number of rows. contract/functions.md §11, writes.md §9, §12.</summary>
    static void CheckRows(ActionPlan plan, ApiRequest request, DbResult result)
    {
        var rows = result.PageRows ?? 0;
        switch (plan)
        {
            case ActionPlan.Mutate { Plan.Kind: MutationKind.SingleUpsert } when rows != 1:
                throw new ApiException(new PutKeyMismatch());
            case ActionPlan.Mutate { Plan.Kind: MutationKind.SingleUpsert }:
                return;
            case ActionPlan.Read { Body.IsSingular: true } when rows != 1:
            case ActionPlan.Mutate { Body.IsSingular: true } when rows != 1:
            case ActionPlan.Call { Body.IsSingular: true } when rows != 1:
                throw new ApiException(new NotSingular(rows));
            default:
                break;
        }

        if (request.Preferences is { Handling: HandlingPreference.Strict, MaxAffected: { } max } && rows > max
            && plan is ActionPlan.Mutate { Plan.Kind: MutationKind.Update or MutationKind.Delete } or ActionPlan.Call)
        {
            throw new ApiException(new MaxAffectedExceeded(rows));
        }
    }

    /// <summary>
    /// A result larger than the buffer: the head goes out with what is known, rows follow at the client's pace. A failure from here on cuts the
    /// connection: never a half-true 200.
    /// </summary>
    async Task StreamAsync(
        HttpContext http, ActionPlan plan, ApiRequest parsed, AppConfig config, Execution.Execution execution, RowEncoder encoder,
        ResultShape.Rows rows, long? total, PooledBuffer body, RequestTiming timing)
    {
        var cancellation = http.RequestAborted;
        timing.Mark(Stage.Transaction);
        total = TotalOf(total, execution.PlannedRows, parsed, config);
        var head = Responder.Describe(plan, parsed, config, new DbResult(
            total, StreamedRows(parsed, total), execution.PreRequestSettings.Headers, execution.PreRequestSettings.Status, null, null));
        Begin(http, head, timing);
        var output = Compression.Stream(http, config);
        var sent = 0L;
        state.Metrics.StreamStarted();
        try
        {
            while (true)
            {
                sent += body.WrittenCount;
                await output.WriteAsync(body.WrittenMemory, cancellation);
                body.Clear();
                var (_, ended) = await execution.ReadRowsAsync(encoder, rows.HasTotal, body, StreamChunk, cancellation);
                if (ended)
                {
                    break;
                }
            }

            encoder.End(body);
            await execution.FinishAsync(cancellation);
            sent += body.WrittenCount;
            await output.WriteAsync(body.WrittenMemory, cancellation);
            await output.EndAsync(cancellation);
        }
        finally
        {
            state.Metrics.StreamEnded(sent);
        }
    }

    /// <summary>Rows a streamed page will have, when the total tells: those from the offset on, at most the limit.</summary>
    static long? StreamedRows(ApiRequest request, long? total)
    {
        if (total is not { } known || request.Range.Lower > known)
        {
            return null;
        }

        var left = known - (long)request.Range.Lower;
        return request.Range.Limit is { } limit && limit < left ? (long)limit : left;
    }

    static void Begin(HttpContext http, ResponseHead head, RequestTiming timing)
    {
        http.Response.StatusCode = head.Status;
        foreach (var (name, value) in head.Headers)
        {
            http.Response.Headers.Append(name, value);
        }

        timing.Mark(Stage.Response);
        if (timing.Text is { } text)
        {
            http.Response.Headers["Server-Timing"] = text;
        }
    }

    /// <summary>A complete response: its length is known before its first byte.</summary>
    static async Task WriteAsync(HttpContext http, ResponseHead head, PooledBuffer body, AppConfig config, RequestTiming timing)
    {
        Begin(http, head, timing);
        if (head.Replacement is { } error)
        {
            body.Clear();
            ErrorWriter.Write(body, error, config.ClientErrorVerbosity);
        }

        var isHead = http.Request.Method == "HEAD";
        if (!head.HasBody || isHead)
        {
            if (!isHead && head.Status is not (204 or 304))
            {
                http.Response.ContentLength = 0;
            }

            return;
        }

        if (Compression.Compress(http, config, body) is { } compressed)
        {
            using (compressed)
            {
                http.Response.ContentLength = compressed.WrittenCount;
                await http.Response.BodyWriter.WriteAsync(compressed.WrittenMemory, http.RequestAborted);
            }

            return;
        }

        http.Response.ContentLength = body.WrittenCount;
        await http.Response.BodyWriter.WriteAsync(body.WrittenMemory, http.RequestAborted);
    }
}
