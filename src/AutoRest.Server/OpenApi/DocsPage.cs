using System.IO.Compression;
using System.Text;
using System.Text.Encodings.Web;
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
        var above = config.BasePath ?? "";
        if (above.Length > 0)
        {
            if (!request.Path.StartsWithSegments(PathString.FromUriComponent(above), StringComparison.Ordinal, out var below))
            {
                return null;
            }

            path = below.Value ?? "";
        }

        return path switch
        {
            // Without the slash at the end of a base path, relative links would point beside it.
            "" => IsForBrowsers(request, config) ? Page(config, above + "/docs/", above + "/") : null,
            "/" => IsForBrowsers(request, config) ? Page(config, "docs/", "") : null,
            "/docs" => IsRelation(snapshot) ? null : Page(config, "docs/", ""),
            "/docs/" => Page(config, "", "../"),
            _ => path.StartsWith("/docs/", StringComparison.Ordinal) ? Files.Value.GetValueOrDefault(path["/docs/".Length..]) : null,
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

    /// <summary>At the root: browsers name HTML first; the reference's clients name JSON, or anything. A function that answers the root goes first.</summary>
    static bool IsForBrowsers(HttpRequest request, AppConfig config) =>
        config.DbRootSpec is null && request.Headers.Accept.Count > 0 && MediaType.ParseAccept(request.Headers.Accept) is [{ Name: "text/html" }, ..];

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

        return files;
    }

    static readonly Lazy<string> Template = new(static () => Encoding.UTF8.GetString(Read(typeof(DocsPage), "index.html")));

    /// <summary>Links are relative, so that the page also works below a path that a proxy takes off. With several schemas one can be chosen.</summary>
    static DocsFile Page(AppConfig config, string assets, string root)
    {
        var options = new StringBuilder();
        foreach (var schema in config.DbSchemas)
        {
            options.Append("<option>").Append(HtmlEncoder.Default.Encode(schema)).Append("</option>");
        }

        var page = Template.Value
            .Replace("%assets%", HtmlEncoder.Default.Encode(assets), StringComparison.Ordinal)
            .Replace("%root%", HtmlEncoder.Default.Encode(root), StringComparison.Ordinal)
            .Replace("%one%", config.DbSchemas.Length > 1 ? "" : " hidden", StringComparison.Ordinal)
            .Replace("%schemas%", options.ToString(), StringComparison.Ordinal);
        return new DocsFile("text/html; charset=utf-8", Encoding.UTF8.GetBytes(page), null, IsPage: true);
    }

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
