using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using AutoRest.Server.Auth;
using BenchmarkDotNet.Attributes;

namespace AutoRest.Benchmarks;

/// <summary>Who a request runs as.</summary>
public class JwtBenchmarks
{
    Authenticator _cached = null!;
    Authenticator _uncached = null!;
    string _header = "";

    [GlobalSetup]
    public void Prepare()
    {
        _cached = new Authenticator(Samples.Config);
        _uncached = new Authenticator(Samples.Config with { JwtCacheMaxEntries = 0 });
        var signed = Base64Url.EncodeToString("""{"alg":"HS256","typ":"JWT"}"""u8) + "." + Base64Url.EncodeToString(
            """{"role":"web_user","sub":"5d0d2ad5-6a5f-4f0e-8f6c-0b2a4c1d7e90","email":"user@example.org","exp":4102444800}"""u8);
        _header = $"Bearer {signed}.{Base64Url.EncodeToString(HMACSHA256.HashData(Samples.Config.JwtSecret!.Value.Span, Encoding.ASCII.GetBytes(signed)))}";
    }

    [Benchmark]
    public AuthResult Anonymous() => _cached.Authenticate(null);

    [Benchmark]
    public AuthResult Cached() => _cached.Authenticate(_header);

    [Benchmark]
    public AuthResult NotCached() => _uncached.Authenticate(_header);
}
