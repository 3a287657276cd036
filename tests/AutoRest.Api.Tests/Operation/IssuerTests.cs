using System.Buffers.Text;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using AutoRest.Testing;

namespace AutoRest.Api.Tests.Operation;

/// <summary>A server whose keys come from an issuer, through the issuer's outages and rotations. contract/beyond.md §11.</summary>
public sealed class IssuerTests(OperationCluster shared)
{
    const string Path = "/items?limit=1";

    [Fact]
    public async Task An_issuer_may_be_down_at_the_start_come_back_rotate_its_key_and_go_down_again()
    {
        var port = Ports.Free();
        var address = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}");
        using var first = new IssuerKey("first", address);
        using var second = new IssuerKey("second", address);
        await using var server = await OperatedServer.StartAsync(await shared.GetAsync(), true, ("AUTOREST_JWT_ISSUER", address));

        // Down: a token might be good, and whoever has none is served.
        await server.UntilLoggedAsync("there are none yet");
        var early = await AskAsync(server, first);
        Assert.Equal((503, "5"), (early.Status, early.Header("Retry-After")));
        Assert.Contains("\"code\":\"AR301\"", early.Text, StringComparison.Ordinal);
        Assert.Equal("PostgREST; error=AR301", early.Header("Proxy-Status"));
        Assert.Equal(200, (await server.GetAsync(Path)).Status);
        Assert.True(await server.MetricAsync("autorest_jwks_refreshes_total{result=\"failure\"}") >= 1);
        Assert.Equal(double.NaN, await server.MetricAsync("autorest_jwks_age_seconds"));

        // Up: found by itself, without a request that asks.
        using (var issuer = new Issuer(address, first))
        {
            await server.UntilLoggedAsync($"Fetched 1 keys that verify tokens from {address}/.well-known/openid-configuration", 30);
            Assert.Equal(200, (await AskAsync(server, first)).Status);
            Assert.Equal(401, (await AskAsync(server, second)).Status);
            Assert.Equal(1, await server.MetricAsync("autorest_jwks_keys"));
            Assert.InRange(await server.MetricAsync("autorest_jwks_age_seconds"), 0, 60);

            // Rotated: the new key's first token brings it in once the last fetch is long enough ago, and the old one is out.
            issuer.Publish(second);
            await server.UntilAsync(async () => (await AskAsync(server, second)).Status == 200, "the new key", 30);
            var old = await AskAsync(server, first);
            Assert.Equal(401, old.Status);
            Assert.Equal(
                "Bearer error=\"invalid_token\", error_description=\"No suitable key or wrong key type\"", old.Header("WWW-Authenticate"));
        }

        // Down again: the last keys stay, also through a reload of the configuration.
        await (await shared.GetAsync()).ExecuteAsync("notify pgrst, 'reload config'", OperationCluster.Database);
        await server.UntilLoggedAsync("stay in use. Trying again", 30);
        Assert.Equal(200, (await AskAsync(server, second)).Status);
        Assert.Equal(200, (await server.GetAsync(Path)).Status);

        // What the issuer has nothing to do with is refused as ever.
        var foreign = await AskAsync(server, second, "https://elsewhere.test");
        Assert.Equal(401, foreign.Status);
        Assert.Contains("JWT issuer not accepted", foreign.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_without_issuer_has_no_metrics_of_one()
    {
        await using var server = await OperatedServer.StartAsync(await shared.GetAsync());

        Assert.DoesNotContain("autorest_jwks", (await server.AdminAsync("/metrics")).Text, StringComparison.Ordinal);
    }

    static Task<RawResponse> AskAsync(OperatedServer server, IssuerKey key, string? issuer = null) =>
        server.Process.SendAsync(new RawRequest("GET", Path).WithHeader("Authorization", "Bearer " + key.Token(issuer)));

    /// <summary>An ES256 key, and tokens of it for the role <c>member</c>.</summary>
    sealed class IssuerKey(string id, string issuer) : IDisposable
    {
        readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

        public string Set
        {
            get
            {
                var q = _key.ExportParameters(false).Q;
                return $$"""{"keys":[{"kty":"EC","crv":"P-256","kid":"{{id}}","x":"{{Base64Url.EncodeToString(q.X)}}","y":"{{Base64Url.EncodeToString(q.Y)}}"}]}""";
            }
        }

        public string Token(string? from)
        {
            var signed = Encode($$"""{"alg":"ES256","kid":"{{id}}"}""") + "." + Encode($$"""{"role":"member","iss":"{{from ?? issuer}}"}""");
            return signed + "." + Base64Url.EncodeToString(_key.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256));
        }

        public void Dispose() => _key.Dispose();

        static string Encode(string text) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));
    }

    /// <summary>OpenID configuration and key set on loopback.</summary>
    sealed class Issuer : IDisposable
    {
        readonly HttpListener _listener = new();
        volatile string _set;

        public Issuer(string address, IssuerKey key)
        {
            _set = key.Set;
            _listener.Prefixes.Add(address + "/");
            _listener.Start();
            _ = ServeAsync(address);
        }

        public void Publish(IssuerKey key) => _set = key.Set;

        public void Dispose() => _listener.Close();

        async Task ServeAsync(string address)
        {
            try
            {
                while (true)
                {
                    var http = await _listener.GetContextAsync();
                    var body = Encoding.UTF8.GetBytes(http.Request.Url!.AbsolutePath switch
                    {
                        "/.well-known/openid-configuration" => $$"""{"issuer":"{{address}}","jwks_uri":"{{address}}/keys"}""",
                        "/keys" => _set,
                        _ => "",
                    });
                    http.Response.StatusCode = body.Length > 0 ? 200 : 404;
                    await http.Response.OutputStream.WriteAsync(body);
                    http.Response.Close();
                }
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                // Closed.
            }
        }
    }
}
