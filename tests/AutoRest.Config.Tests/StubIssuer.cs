using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace AutoRest.Config.Tests;

/// <summary>A web server on loopback that answers as it is told.</summary>
sealed class StubIssuer : IAsyncDisposable
{
    readonly WebApplication _app;
    int _requests;

    StubIssuer(WebApplication app) => _app = app;

    public string Address => _app.Urls.Single();

    public string KeysAddress => Address + "/keys";

    public int Requests => Volatile.Read(ref _requests);

    /// <summary>What <c>/keys</c> answers.</summary>
    public Func<HttpContext, Task> Keys { get; set; } = Text("{}");

    /// <summary>What any other path answers.</summary>
    public Func<HttpContext, Task> Other { get; set; } = static http =>
    {
        http.Response.StatusCode = 404;
        return Task.CompletedTask;
    };

    public static async Task<StubIssuer> StartAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var issuer = new StubIssuer(app);
        app.Run(http =>
        {
            Interlocked.Increment(ref issuer._requests);
            return http.Request.Path == "/keys" ? issuer.Keys(http) : issuer.Other(http);
        });
        await app.StartAsync();
        return issuer;
    }

    public static Func<HttpContext, Task> Text(string body, string? cacheControl = null) => http =>
    {
        if (cacheControl is not null)
        {
            http.Response.Headers.CacheControl = cacheControl;
        }

        return http.Response.WriteAsync(body);
    };

    public static Func<HttpContext, Task> Set(params SigningKey[] keys) => Text(SetOf([.. keys.Select(k => k.Jwk)]));

    public static string SetOf(params string[] keys) => $$"""{"keys":[{{string.Join(',', keys)}}]}""";

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}

/// <summary>An ES256 key of an issuer.</summary>
sealed class SigningKey(string id)
{
    readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public string Jwk
    {
        get
        {
            var q = _key.ExportParameters(false).Q;
            return $$"""{"kty":"EC","crv":"P-256","kid":"{{id}}","use":"sig","x":"{{Base64Url.EncodeToString(q.X)}}","y":"{{Base64Url.EncodeToString(q.Y)}}"}""";
        }
    }

    public string Sign(string claims, string? header = null) => Tokens.Seal(
        Tokens.Encode(header ?? $$"""{"alg":"ES256","kid":"{{id}}"}""") + "." + Tokens.Encode(claims),
        signed => _key.SignData(signed, HashAlgorithmName.SHA256));

    /// <summary>The public key in the form that is mistaken for a secret most often.</summary>
    public byte[] Pem => Encoding.ASCII.GetBytes(_key.ExportSubjectPublicKeyInfoPem());
}
