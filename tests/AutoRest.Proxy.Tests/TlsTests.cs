using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace AutoRest.Proxy.Tests;

public sealed class TlsTests : IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("autorest-tls-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Certificate_of_the_files_is_served_with_its_chain_and_HTTP_2()
    {
        var (certificate, key, issuer) = Issue("first");
        await using var api = await Backend.Start("api");
        await using var proxy = await Start(api, certificate, key);

        using var client = new HttpClient(new SocketsHttpHandler
        {
            // Only the root is known here: what leads to it has to come with the handshake.
            SslOptions = { CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, CustomTrustStore = { issuer }, RevocationMode = X509RevocationMode.NoCheck } },
            ConnectCallback = async (_, cancel) =>
            {
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
                await socket.ConnectAsync(IPAddress.Loopback, proxy.Address.Port, cancel);
                return new NetworkStream(socket, ownsSocket: true);
            },
        });
        using var request = new HttpRequestMessage(HttpMethod.Get, "https://api.localhost/") { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        var response = await client.SendAsync(request);

        Assert.Equal(HttpVersion.Version20, response.Version);
        Assert.Contains("Proto=https", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Changed_files_are_served_without_restart_and_a_pair_that_does_not_fit_is_not()
    {
        var (certificate, key, _) = Issue("first");
        await using var api = await Backend.Start("api");
        await using var proxy = await Start(api, certificate, key);
        Assert.Equal("CN=first", await Subject(proxy));

        var (secondCertificate, secondKey, _) = Issue("second");
        File.Copy(secondCertificate, certificate, overwrite: true);
        var looks = DateTime.UtcNow.AddSeconds(3);
        while (DateTime.UtcNow < looks)
        {
            Assert.Equal("CN=first", await Subject(proxy));
            await Task.Delay(200);
        }

        File.Copy(secondKey, key, overwrite: true);
        var deadline = DateTime.UtcNow.AddSeconds(20);
        while (await Subject(proxy) != "CN=second")
        {
            Assert.True(DateTime.UtcNow < deadline, "the changed certificate is not served");
            await Task.Delay(100);
        }
    }

    [Fact]
    public async Task Generated_certificate_is_kept_for_its_owner_only_and_never_overwritten()
    {
        var folder = Path.Combine(_folder, "generated");
        string[] settings = ["--Tls:Development=true", $"--Tls:DevelopmentFolder={folder}", "--Urls=https://127.0.0.1:0"];
        await using var api = await Backend.Start("api");
        byte[] certificate;
        await using (var proxy = await RunningProxy.Start([.. RunningProxy.Row("api.localhost", api), .. settings]))
        {
            Assert.Equal("CN=AutoRest development", await Subject(proxy));
            certificate = await File.ReadAllBytesAsync(Path.Combine(folder, "development.crt"));
        }

        using var served = X509Certificate2.CreateFromPem(System.Text.Encoding.ASCII.GetString(certificate));
        Assert.True(served.MatchesHostname("api.localhost"));
        Assert.True(served.MatchesHostname("127.0.0.1"));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(folder, "development.key")));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(folder));
        }

        await using (await RunningProxy.Start([.. RunningProxy.Row("api.localhost", api), .. settings]))
        {
            Assert.Equal(certificate, await File.ReadAllBytesAsync(Path.Combine(folder, "development.crt")));
        }

        File.Delete(Path.Combine(folder, "development.key"));
        Assert.Contains("Only one of", Assert.Throws<SettingException>(() => ProxyHost.Build(settings)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Files_that_do_not_fit_together_are_refused_at_start()
    {
        var (certificate, _, _) = Issue("first");
        var (_, key, _) = Issue("second");

        var refusal = Assert.Throws<SettingException>(() => ProxyHost.Build(["--Urls=https://127.0.0.1:0", $"--Tls:Certificate={certificate}", $"--Tls:Key={key}"]));
        Assert.Contains("cannot be used", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(443, "https://api.localhost/todos?id=eq.1&task=like.*a%20b*")]
    [InlineData(8443, "https://api.localhost:8443/todos?id=eq.1&task=like.*a%20b*")]
    public async Task Plain_HTTP_is_redirected_where_it_is_set_for_known_hosts_only(int port, string location)
    {
        await using var api = await Backend.Start("api");
        await using var proxy = await RunningProxy.Start(
            [.. RunningProxy.Row("api.localhost", api), "--Tls:Redirect=true", $"--Tls:RedirectPort={port}", "--Forwarded:TrustedProxies:0=127.0.0.1"]);

        var (response, _) = await proxy.Send("api.localhost:8080", "/todos?id=eq.1&task=like.*a%20b*", HttpMethod.Post);
        Assert.Equal((HttpStatusCode.PermanentRedirect, location), (response.StatusCode, response.Headers.Location!.OriginalString));
        Assert.Equal(0, api.Requests);

        Assert.Equal(HttpStatusCode.NotFound, (await proxy.Send("unknown.localhost")).Response.StatusCode);
        // What a trusted proxy received by https is not sent round in circles.
        Assert.Equal(HttpStatusCode.OK, (await proxy.Send("api.localhost", headers: ("X-Forwarded-Proto", "https"), method: HttpMethod.Get)).Response.StatusCode);
    }

    static Task<RunningProxy> Start(Backend api, string certificate, string key) => RunningProxy.Start(
        [.. RunningProxy.Row("api.localhost", api), "--Urls=https://127.0.0.1:0", $"--Tls:Certificate={certificate}", $"--Tls:Key={key}"]);

    [System.Diagnostics.CodeAnalysis.SuppressMessage("Security", "CA5359", Justification = "Which certificate it is is the question.")]
    static async Task<string> Subject(RunningProxy proxy)
    {
        using var client = await proxy.Connect();
        await using var tls = new SslStream(client.GetStream(), leaveInnerStreamOpen: false, (_, _, _, _) => true);
        await tls.AuthenticateAsClientAsync("api.localhost");
        return tls.RemoteCertificate!.Subject;
    }

    // A root, an issuer that the root signed, and a certificate that the issuer signed: the file holds the last two.
    (string Certificate, string Key, X509Certificate2 Root) Issue(string name)
    {
        var now = DateTimeOffset.UtcNow;
        using var rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var issuerKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var root = Authority("root of " + name, rootKey).CreateSelfSigned(now.AddDays(-1), now.AddDays(10));
        using var issuer = Authority("issuer of " + name, issuerKey).Create(root, now.AddDays(-1), now.AddDays(9), [1]).CopyWithPrivateKey(issuerKey);
        var request = new CertificateRequest("CN=" + name, key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("api.localhost");
        request.CertificateExtensions.Add(names.Build());
        using var leaf = request.Create(issuer, now.AddDays(-1), now.AddDays(8), [2]);
        var files = (Path.Combine(_folder, name + ".crt"), Path.Combine(_folder, name + ".key"));
        File.WriteAllText(files.Item1, leaf.ExportCertificatePem() + "\n" + issuer.ExportCertificatePem() + "\n");
        File.WriteAllText(files.Item2, key.ExportPkcs8PrivateKeyPem());
        return (files.Item1, files.Item2, root);
    }

    static CertificateRequest Authority(string name, ECDsa key)
    {
        var request = new CertificateRequest("CN=" + name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        return request;
    }
}
