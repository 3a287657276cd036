using System.Collections.Immutable;
using System.Net;
using System.Text.Json;
using AutoRest.Server.Configuration;

namespace AutoRest.Server.Auth;

/// <summary>A key set as it was fetched.</summary>
/// <param name="Keys">Each with the text it was made of, by which the next fetch recognises it.</param>
/// <param name="MaxAge">How long the issuer says the set may be kept; null when it does not say.</param>
sealed record FetchedKeys(ImmutableArray<(string Text, JwtKey Key)> Keys, TimeSpan? MaxAge)
{
    /// <summary>No key is gone: what an older set verified, this one would have verified too.</summary>
    public bool Contains(FetchedKeys older) => older.Keys.All(old => Keys.Any(k => ReferenceEquals(k.Key, old.Key)));

    public bool SameAs(FetchedKeys other) => Contains(other) && other.Contains(this);
}

/// <summary>A key set that could not be fetched; the message says why, for the log.</summary>
sealed class JwksException(string message) : Exception(message);

/// <summary>Fetches key sets. Everything an issuer may send is bounded: size, time, redirects, number of keys.</summary>
static class JwksClient
{
    /// <summary>Bytes. Key sets of large issuers have some ten kilobytes.</summary>
    const int MaxBody = 512 * 1024;

    const int MaxRedirects = 3;

    static readonly HttpClient Http = new(new SocketsHttpHandler
    {
        // Redirects are followed below, where each address is looked at.
        AllowAutoRedirect = false,
        UseCookies = false,
        AutomaticDecompression = DecompressionMethods.None,
        MaxResponseHeadersLength = 64,
        // What is too large is not read to its end, not even to keep the connection.
        MaxResponseDrainSize = 0,
        // An issuer that moves is found at its new address.
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
    })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    /// <param name="known">The keys until now: those that are in the new set too stay the same objects.</param>
    /// <exception cref="JwksException">No key set was found.</exception>
    public static async Task<FetchedKeys> FetchAsync(KeySource source, FetchedKeys? known, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(timeout);
        try
        {
            var address = source.Discovered is { } issuer
                ? KeyAddress((await GetAsync(source.Address, limit.Token)).Body, issuer)
                : source.Address;
            var (body, maxAge) = await GetAsync(address, limit.Token);
            return new FetchedKeys(Parse(body, known), maxAge);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new JwksException(string.Create(
                System.Globalization.CultureInfo.InvariantCulture, $"no complete answer within {timeout.TotalSeconds} seconds"));
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            throw new JwksException(error.InnerException?.Message ?? error.Message);
        }
        catch (JsonException)
        {
            throw new JwksException("the answer is not JSON");
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair in a member.
            throw new JwksException("the answer is not well-formed JSON text");
        }
    }

    static async Task<(byte[] Body, TimeSpan? MaxAge)> GetAsync(Uri address, CancellationToken cancellationToken)
    {
        for (var redirects = 0; ; redirects++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, address);
            request.Headers.Accept.ParseAdd("application/jwk-set+json, application/json");
            request.Headers.UserAgent.ParseAdd(ProductName.ServerHeader);
            using var response = await Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            if ((int)response.StatusCode is 301 or 302 or 303 or 307 or 308 && response.Headers.Location is { } location)
            {
                address = redirects < MaxRedirects ? Allowed(new Uri(address, location), address) : throw new JwksException("too many redirects");
                continue;
            }

            if (response.StatusCode != HttpStatusCode.OK)
            {
                throw new JwksException($"status {(int)response.StatusCode}");
            }

            var cache = response.Headers.CacheControl;
            var maxAge = cache is { NoStore: true } or { NoCache: true } ? TimeSpan.Zero : cache?.MaxAge - (response.Headers.Age ?? TimeSpan.Zero);
            return (await ReadAsync(response.Content, cancellationToken), maxAge);
        }
    }

    /// <summary>An address an issuer sends us to follows the rule for configured ones, and never leads from TLS to plain text.</summary>
    static Uri Allowed(Uri address, Uri from) =>
        UriSyntax.IsKeyAddress(address) && (address.Scheme == Uri.UriSchemeHttps || from.Scheme == Uri.UriSchemeHttp)
            ? address
            : throw new JwksException("it leads to an address that is not https");

    static async Task<byte[]> ReadAsync(HttpContent content, CancellationToken cancellationToken)
    {
        if (content.Headers.ContentLength > MaxBody)
        {
            throw new JwksException("the answer is too large");
        }

        await using var stream = await content.ReadAsStreamAsync(cancellationToken);
        using var body = new MemoryStream();
        var buffer = new byte[16 * 1024];
        for (int read; (read = await stream.ReadAsync(buffer, cancellationToken)) > 0;)
        {
            if (body.Length + read > MaxBody)
            {
                throw new JwksException("the answer is too large");
            }

            body.Write(buffer, 0, read);
        }

        return body.ToArray();
    }

    /// <summary><c>jwks_uri</c> of an OpenID configuration, which must be of this very issuer. OpenID Connect Discovery 1.0 §4.3.</summary>
    static Uri KeyAddress(byte[] body, string issuer)
    {
        using var document = JsonDocument.Parse(body);
        var root = document.RootElement;
        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("issuer", out var named) || !root.TryGetProperty("jwks_uri", out var keys)
            || named.ValueKind != JsonValueKind.String || keys.ValueKind != JsonValueKind.String)
        {
            throw new JwksException("the OpenID configuration lacks issuer or jwks_uri");
        }

        if (!named.ValueEquals(issuer))
        {
            throw new JwksException("the OpenID configuration is of another issuer");
        }

        return Uri.TryCreate(keys.GetString(), UriKind.Absolute, out var address)
            ? Allowed(address, new Uri(issuer))
            : throw new JwksException("jwks_uri is not an address");
    }

    static ImmutableArray<(string, JwtKey)> Parse(byte[] body, FetchedKeys? known)
    {
        using var document = JsonDocument.Parse(body);
        var keys = JwtKeys.ParseFetched(document.RootElement, known?.Keys ?? []) ?? throw new JwksException("the answer is not a key set");
        return keys.IsEmpty ? throw new JwksException("the key set holds no key that verifies signatures") : keys;
    }
}
