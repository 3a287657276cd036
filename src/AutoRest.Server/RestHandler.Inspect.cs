using AutoRest.Server.Auth;
using AutoRest.Server.Configuration;
using AutoRest.Server.Errors;
using AutoRest.Server.Execution;
using AutoRest.Server.Observability;
using AutoRest.Server.OpenApi;
using AutoRest.Server.Planning;
using AutoRest.Server.Requests;
using AutoRest.Server.Responses;

namespace AutoRest.Server;

/// <summary>Requests for a description instead of rows: the documents, and the page that shows one.</summary>
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
        var head = Responder.DescribeDocument(plan, parsed, document.Tag);
        body.Clear();
        if (!head.HasBody || !snapshot.Config.Compression.IsEmpty)
        {
            body.Write(head.HasBody ? document.Bytes : []);
            await WriteAsync(http, head, body, snapshot.Config, timing);
            return;
        }

        // Megabytes need not be copied to be sent.
        Begin(http, head, timing);
        http.Response.ContentLength = document.Bytes.Length;
        await http.Response.BodyWriter.WriteAsync(document.Bytes, http.RequestAborted);
    }

    /// <summary><c>ar-docs=token</c>: our document is for those who say who they are. The token itself was verified before.</summary>
    static void CheckMayInspect(ActionPlan.Inspect plan, ApiRequest request, AppConfig config)
    {
        if (plan.Version == DocumentVersion.OpenApi31 && config.Docs == DocsMode.Token && !Authenticator.HasToken(request.Head.Headers.Authorization is [{ } header, ..] ? header : null))
        {
            throw new ApiException(JwtErrors.AnonymousDisabled);
        }
    }

    static async Task WriteDocsAsync(HttpContext http, DocsFile file, AppConfig config)
    {
        var headers = http.Response.Headers;
        headers.ContentType = file.ContentType;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers.ContentSecurityPolicy = DocsPage.ContentSecurityPolicy(config);
        headers.CacheControl = file.IsPage ? "no-cache" : "public, max-age=3600";
        headers.Vary = file.IsPage ? "Accept" : "Accept-Encoding";
        var bytes = file.Bytes;
        if (file.Gzipped is { } gzipped && http.Request.Headers.AcceptEncoding.ToString().Contains("gzip", StringComparison.OrdinalIgnoreCase))
        {
            headers.ContentEncoding = "gzip";
            bytes = gzipped;
        }

        http.Response.ContentLength = bytes.Length;
        if (http.Request.Method != "HEAD")
        {
            await http.Response.BodyWriter.WriteAsync(bytes, http.RequestAborted);
        }
    }
}
