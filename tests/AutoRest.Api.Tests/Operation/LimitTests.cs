using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using AutoRest.Testing;

namespace AutoRest.Api.Tests.Operation;

public sealed class LimitTests(OperationCluster shared)
{
    [Theory]
    [InlineData("AUTOREST_RATE_LIMIT_ADDRESS")]
    [InlineData("AUTOREST_RATE_LIMIT_ROLE")]
    public async Task More_requests_than_the_rate_are_AR429_until_time_has_passed(string setting)
    {
        await using var server = await OperatedServer.StartAsync(await shared.GetAsync(), true, (setting, "3"), ("AUTOREST_RATE_LIMIT_BURST", "5"));
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => server.GetAsync("/items?limit=1")));
        var refused = answers.Where(a => a.Status == 429).ToArray();
        Assert.InRange(refused.Length, 8, 16);
        Assert.All(refused, a => Assert.Contains("\"code\":\"AR429\"", a.Text, StringComparison.Ordinal));
        Assert.All(refused, a => Assert.InRange(int.Parse(a.Header("Retry-After")!, CultureInfo.InvariantCulture), 1, 5));
        Assert.Equal(refused.Length, await server.MetricAsync("autorest_requests_refused_total"));
        await Task.Delay(1500);
        Assert.Equal(200, (await server.GetAsync("/items?limit=1")).Status);
    }

    [Fact]
    public async Task A_head_that_is_too_large_is_refused_like_any_other_request()
    {
        await using var server = await OperatedServer.StartAsync(await shared.GetAsync());
        var target = await server.GetAsync("/items?name=eq." + new string('x', 2 * 1024 * 1024));
        Assert.Equal((414, "PostgREST; error=AR400"), (target.Status, target.Header("Proxy-Status")));
        Assert.Equal("{\"code\":\"AR400\",\"details\":null,\"hint\":null,\"message\":\"The request target is too long\"}", target.Text);
        var headers = await server.Process.SendAsync(new RawRequest("GET", "/items?limit=1").WithHeader("X-A", new string('x', 30_000)).WithHeader("X-B", new string('x', 30_000)));
        Assert.Equal((431, "PostgREST; error=AR400"), (headers.Status, headers.Header("Proxy-Status")));
        Assert.Contains("\"The request headers are too large\"", headers.Text, StringComparison.Ordinal);
        var many = Enumerable.Range(0, 300).Aggregate(new RawRequest("GET", "/items?limit=1"), static (r, i) => r.WithHeader($"X-{i}", "x"));
        Assert.Equal(200, (await server.Process.SendAsync(many)).Status);
    }

    [Fact]
    public async Task More_requests_at_once_than_allowed_are_AR503()
    {
        await using var server = await OperatedServer.StartAsync(await shared.GetAsync(), true, ("AUTOREST_MAX_CONCURRENT_REQUESTS", "1"));
        var slow = server.GetAsync("/rpc/slow?seconds=1");
        await server.UntilAsync(async () => await server.MetricAsync("autorest_db_pool_in_use") == 1, "the slow request");
        var refused = await server.GetAsync("/items?limit=1");
        Assert.Equal(503, refused.Status);
        Assert.Contains("\"AR503\"", refused.Text, StringComparison.Ordinal);
        Assert.Equal(200, (await slow).Status);

        // A request counts until the server has put it away, which is a moment after its answer has arrived.
        await server.UntilAsync(async () => (await server.GetAsync("/items?limit=1")).Status == 200, "an answer", 2);
    }

    [Fact]
    public async Task A_request_that_takes_longer_than_allowed_is_AR504_and_its_query_is_cancelled()
    {
        var cluster = await shared.GetAsync();
        await using var server = await OperatedServer.StartAsync(cluster, true, ("AUTOREST_REQUEST_TIMEOUT", "1"), ("PGAPPNAME", "limited"));
        var answer = await server.GetAsync("/rpc/slow?seconds=60.5");
        Assert.Equal(504, answer.Status);
        Assert.Contains("\"AR504\"", answer.Text, StringComparison.Ordinal);
        await server.UntilAsync(async () => await server.MetricAsync("autorest_db_pool_in_use") == 0, "the returned connection");
        Assert.Equal("0", await cluster.QueryAsync("select count(*) from pg_stat_activity where state = 'active' and application_name = 'limited'"));
        Assert.Equal(200, (await server.GetAsync("/items?limit=1")).Status);
    }

    [Fact]
    public async Task Answers_are_compressed_for_clients_that_accept_it()
    {
        await using var server = await OperatedServer.StartAsync(await shared.GetAsync(), true, ("AUTOREST_COMPRESSION", "br,gzip"));
        var plain = await server.GetAsync("/items?limit=1000");
        var brotli = await server.Process.SendAsync(new RawRequest("GET", "/items?limit=1000").WithHeader("Accept-Encoding", "gzip, br"));
        var gzip = await server.Process.SendAsync(new RawRequest("GET", "/items?limit=1000").WithHeader("Accept-Encoding", "br;q=0, gzip"));
        var small = await server.Process.SendAsync(new RawRequest("GET", "/items?limit=1").WithHeader("Accept-Encoding", "br"));
        Assert.Equal((null, "br", "gzip", null), (plain.Header("Content-Encoding"), brotli.Header("Content-Encoding"), gzip.Header("Content-Encoding"), small.Header("Content-Encoding")));
        Assert.Equal(plain.Text, await Read(new BrotliStream(new MemoryStream(brotli.Body.ToArray()), CompressionMode.Decompress)));
        Assert.Equal(plain.Text, await Read(new GZipStream(new MemoryStream(gzip.Body.ToArray()), CompressionMode.Decompress)));
        Assert.InRange(brotli.Body.Length, 1, plain.Body.Length / 3);
        Assert.All((RawResponse[])[plain, brotli, small], a => Assert.Contains("Accept-Encoding", a.Header("Vary"), StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_streamed_answer_is_compressed_only_when_asked()
    {
        var cluster = await shared.GetAsync();
        foreach (var streams in (string[])["false", "true"])
        {
            await using var server = await OperatedServer.StartAsync(
                cluster, true, ("AUTOREST_COMPRESSION", "gzip"), ("AUTOREST_COMPRESSION_STREAMS", streams), ("AUTOREST_STREAM_THRESHOLD", "1000"));
            var before = await server.MetricAsync("autorest_response_bytes_total");
            var answer = await server.Process.SendAsync(new RawRequest("GET", "/items").WithHeader("Accept-Encoding", "gzip"));
            Assert.Equal("chunked", answer.Header("Transfer-Encoding"));
            Assert.Equal(streams == "true" ? "gzip" : null, answer.Header("Content-Encoding"));
            var text = streams == "true" ? await Read(new GZipStream(new MemoryStream(answer.Body.ToArray()), CompressionMode.Decompress)) : answer.Text;
            Assert.EndsWith("{\"id\":5000,\"name\":\"item 5000\"}]", text, StringComparison.Ordinal);
            await server.UntilAsync(
                async () => await server.MetricAsync("autorest_response_bytes_total") == before + text.Length, "the count of the stream's bytes", 2);
        }
    }

    [Fact]
    public async Task With_a_certificate_the_server_speaks_TLS_and_HTTP_2()
    {
        var folder = Directory.CreateTempSubdirectory("ar-");
        var (certificate, key) = (Path.Combine(folder.FullName, "cert.pem"), Path.Combine(folder.FullName, "key.pem"));
        using (var rsa = RSA.Create(2048))
        {
            var request = new CertificateRequest("CN=localhost", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
            using var own = request.CreateSelfSigned(DateTimeOffset.Now.AddDays(-1), DateTimeOffset.Now.AddDays(1));
            await File.WriteAllTextAsync(certificate, own.ExportCertificatePem());
            await File.WriteAllTextAsync(key, rsa.ExportPkcs8PrivateKeyPem());
        }

        await using var server = await OperatedServer.StartAsync(
            await shared.GetAsync(), false, ("AUTOREST_TLS_CERTIFICATE", certificate), ("AUTOREST_TLS_KEY", key), ("AUTOREST_HTTP_VERSIONS", "1.1-2"));
        await server.UntilLoggedAsync("API server listening on");
        using var handler = new SocketsHttpHandler();
        handler.SslOptions.RemoteCertificateValidationCallback = (_, presented, _, _) => presented?.Subject == "CN=localhost";
        using var client = new HttpClient(handler) { DefaultRequestVersion = HttpVersion.Version20, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };
        using var answer = await client.GetAsync(new Uri($"https://127.0.0.1:{server.Process.Port}/items?id=eq.1&select=id"));
        Assert.Equal((HttpVersion.Version20, "[{\"id\":1}]"), (answer.Version, await answer.Content.ReadAsStringAsync()));
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task The_Server_header_is_what_the_setting_says()
    {
        var cluster = await shared.GetAsync();
        await using var named = await OperatedServer.StartAsync(cluster, true, ("AUTOREST_SERVER_HEADER", "postgrest/16.2"));
        Assert.Equal("postgrest/16.2", (await named.GetAsync("/items?limit=1")).Header("Server"));
        await using var unnamed = await OperatedServer.StartAsync(cluster, true, ("AUTOREST_SERVER_HEADER", "none"));
        Assert.Null((await unnamed.GetAsync("/items?limit=1")).Header("Server"));
    }

    static async Task<string> Read(Stream stream)
    {
        await using (stream)
        {
            using var reader = new StreamReader(stream, Encoding.UTF8);
            return await reader.ReadToEndAsync();
        }
    }
}
