using System.IO.Compression;
using System.Text;
using AutoRest.Introspection;
using AutoRest.Server.Configuration;
using AutoRest.Server.Requests;
using Swashbuckle.AspNetCore.SwaggerUI;

namespace AutoRest.Server.OpenApi;

/// <summary>A file of the documentation page.</summary>
/// <param name="Gzipped">The same, compressed; null where that is not worth it.</param>
/// <param name="IsPage">The page itself: its links depend on where it is.</param>
public sealed record DocsFile(string ContentType, byte[] Bytes, byte[]? Gzipped, bool IsPage);

/// <summary>
/// The documentation page: Swagger UI over the OpenAPI 3.1 document, all files of this server. It is at <c>/docs/</c>, which has two segments and so
/// is no relation's path; at <c>/docs</c> unless a relation has that name; and at the root for browsers.
/// </summary>
/// <remarks>The files say nothing of the database: only the document does, and that asks who is calling.</remarks>
public static class DocsPage
{
    const string Name = "docs";

    /// <summary>Files of <c>/docs/</c>: name, media type, and the resource (ours, or Swagger UI's, which are compressed).</summary>
    static readonly (string Name, string ContentType, string Resource)[] Assets =
    [
        ("docs.js", "text/javascript; charset=utf-8", "docs.js"),
        ("docs.css", "text/css; charset=utf-8", "docs.css"),
        ("swagger-ui-bundle.js", "text/javascript; charset=utf-8", SwaggerResource + "swagger-ui-bundle.js"),
        ("swagger-ui.css", "text/css; charset=utf-8", SwaggerResource + "swagger-ui.css"),
        ("favicon-32x32.png", "image/png", SwaggerResource + "favicon-32x32.png"),
    ];

    const string SwaggerResource = "Swashbuckle.AspNetCore.SwaggerUI.node_modules.swagger_ui_dist.";

    static readonly Lazy<Dictionary<string, DocsFile>> Files = new(Load);

    /// <summary>The file a request asks for; null where it asks for something else.</summary>
    public static DocsFile? Find(HttpRequest request, Snapshot snapshot)
    {
        var config = snapshot.Config;
        if (config.Docs == DocsMode.Off || config.OpenApiMode == OpenApiMode.Disabled || request.Method is not ("GET" or "HEAD"))
        {
            return null;
        }

        var path = request.Path.Value ?? "";
        if (config.BasePath is { Length: > 0 } above)
        {
            if (!request.Path.StartsWithSegments(PathString.FromUriComponent(above), StringComparison.Ordinal, out var below))
            {
                return null;
            }

            path = below.Value ?? "";
        }

        return path switch
        {
            // Links are relative: without the slash at the end of a base path they would point beside it.
            "" when config.BasePath is { Length: > 0 } => null,
            "" or "/" => config.DbRootSpec is null && PrefersHtml(request) ? Files.Value["docs"] : null,
            "/docs" => IsRelation(snapshot) ? null : Files.Value["docs"],
            _ when path.StartsWith("/docs/", StringComparison.Ordinal) => Files.Value.GetValueOrDefault(path["/docs/".Length..]),
            _ => null,
        };
    }

    /// <summary>
    /// What the page may do: nothing from anywhere else, and nothing inline. Images in Swagger UI's style sheet are data.
    /// </summary>
    public static string ContentSecurityPolicy(AppConfig config)
    {
        // Trying an operation out goes to the address the document names.
        var proxy = config.OpenApiServerProxyUri is { } text && Uri.TryCreate(text, UriKind.Absolute, out var uri)
            ? " " + uri.GetLeftPart(UriPartial.Authority)
            : "";
        return $"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'{proxy}; "
            + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    }

    /// <summary>Browsers name it first; the reference's clients name JSON, or anything.</summary>
    static bool PrefersHtml(HttpRequest request) =>
        request.Headers.Accept.Count > 0 && MediaType.ParseAccept(request.Headers.Accept) is [{ Name: "text/html" }, ..];

    static bool IsRelation(Snapshot snapshot) =>
        snapshot.Schema is { } cache && cache.Schemas.Any(s => cache.Tables.ContainsKey(new QualifiedIdentifier(s.Name, Name)));

    static Dictionary<string, DocsFile> Load()
    {
        var files = new Dictionary<string, DocsFile>(StringComparer.Ordinal);
        foreach (var (name, type, resource) in Assets)
        {
            var isForeign = resource.StartsWith(SwaggerResource, StringComparison.Ordinal);
            var bytes = Read(isForeign ? typeof(SwaggerUIOptions) : typeof(DocsPage), resource);
            files.Add(name, isForeign ? new DocsFile(type, Decompress(bytes), bytes, IsPage: false) : new DocsFile(type, bytes, null, IsPage: false));
        }

        var page = Encoding.UTF8.GetString(Read(typeof(DocsPage), "index.html"));
        files.Add("docs", Page(page, assets: "docs/", root: ""));
        files.Add("", Page(page, assets: "", root: "../"));
        return files;
    }

    /// <summary>Links are relative, so that the page also works below a path that a proxy takes off.</summary>
    static DocsFile Page(string template, string assets, string root) => new(
        "text/html; charset=utf-8",
        Encoding.UTF8.GetBytes(template.Replace("%assets%", assets, StringComparison.Ordinal).Replace("%root%", root, StringComparison.Ordinal)),
        null,
        IsPage: true);

    static byte[] Read(Type type, string resource)
    {
        using var stream = type.Assembly.GetManifestResourceStream(resource)
            ?? throw new InvalidOperationException($"There is no resource called {resource}.");
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    static byte[] Decompress(byte[] bytes)
    {
        using var output = new MemoryStream();
        using (var input = new GZipStream(new MemoryStream(bytes), CompressionMode.Decompress))
        {
            input.CopyTo(output);
        }

        return output.ToArray();
    }
}
