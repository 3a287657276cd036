using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using AutoRest.Server.Auth;
using AutoRest.Server.Configuration;
using AutoRest.Server.Errors;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace AutoRest.Config.Tests;

/// <summary>Keys that are fetched from their issuer. contract/beyond.md §11.</summary>
public sealed class JwksTests : IAsyncLifetime
{
    const string Claims = """{"role":"member"}""";

    static readonly KeyTimes Patient = new() { Cooldown = TimeSpan.FromHours(1), Fetch = TimeSpan.FromSeconds(30), Wait = TimeSpan.FromSeconds(30) };
    static readonly KeyTimes Eager = Patient with { Cooldown = TimeSpan.Zero };

    readonly SigningKey _first = new("first");
    readonly SigningKey _second = new("second");
    StubIssuer _issuer = null!;

    public async ValueTask InitializeAsync()
    {
        _issuer = await StubIssuer.StartAsync();
        _issuer.Keys = StubIssuer.Set(_first);
    }

    public ValueTask DisposeAsync() => _issuer.DisposeAsync();

    [Fact]
    public async Task A_token_of_a_fetched_key_is_accepted_and_others_are_not()
    {
        var authenticator = With();
        var refresh = await RefreshAsync(authenticator);

        Assert.Equal((null, true, 1, TimeSpan.FromMinutes(10)), (refresh.Error, refresh.Changed, refresh.Keys, refresh.Next));
        Assert.Equal("member", authenticator.Authenticate("Bearer " + _first.Sign(Claims)).Role);
        Assert.Equal("member", authenticator.Authenticate("Bearer " + _first.Sign(Claims, """{"alg":"ES256"}""")).Role);
        Assert.Equal(JwtErrors.NoSuitableKey, Refusal(authenticator, _second.Sign(Claims)));
        Assert.Equal(JwtErrors.NoKeyVerifies, Refusal(authenticator, _second.Sign(Claims, """{"alg":"ES256","kid":"first"}""")));
        Assert.Equal("anon", authenticator.Authenticate(null).Role);
    }

    [Fact]
    public async Task Keys_of_the_secret_and_fetched_ones_both_count()
    {
        var authenticator = With(Config() with { JwtSecret = Encoding.UTF8.GetBytes(Tokens.Secret) });

        Assert.Equal("member", authenticator.Authenticate("Bearer " + Tokens.Sign(Claims)).Role);
        Assert.Equal(JwtErrors.KeysNotFetched, Refusal(authenticator, _first.Sign(Claims)));
        await RefreshAsync(authenticator);
        Assert.Equal("member", authenticator.Authenticate("Bearer " + Tokens.Sign(Claims)).Role);
        Assert.Equal("member", authenticator.Authenticate("Bearer " + _first.Sign(Claims)).Role);
    }

    [Fact]
    public async Task Before_the_first_answer_a_good_token_is_not_called_bad_and_nobody_else_is_refused()
    {
        _issuer.Keys = Status(500);
        var authenticator = With();
        var refresh = await RefreshAsync(authenticator);

        Assert.Equal("status 500", refresh.Error);
        Assert.InRange(refresh.Next.TotalSeconds, 0.75, 1);
        var error = await Assert.ThrowsAsync<ApiException>(async () => await authenticator.AuthenticateAsync("Bearer " + _first.Sign(Claims), default));
        Assert.Equal(("AR301", 503, null), (error.Error.Code, error.Error.Status, error.Error.WwwAuthenticate));
        Assert.Equal("anon", (await authenticator.AuthenticateAsync(null, default)).Role);
        // No issuer could make a good token of these.
        Assert.Equal(JwtErrors.NoSuitableKey, Refusal(authenticator, Tokens.Sign(Claims)));
        Assert.Equal(JwtErrors.EmptyToken, Refusal(authenticator, ""));
    }

    [Fact]
    public async Task An_unknown_key_id_waits_for_one_fetch_and_then_verifies()
    {
        var authenticator = With(times: Eager);
        await RefreshAsync(authenticator);
        _issuer.Keys = StubIssuer.Set(_first, _second);
        var header = "Bearer " + _second.Sign(Claims);
        var asked = authenticator.RemoteKeys!.Asked;
        var waiting = Enumerable.Range(0, 20).Select(_ => authenticator.AuthenticateAsync(header, default).AsTask()).ToArray();

        await asked;
        Assert.All(waiting, task => Assert.False(task.IsCompleted));
        await RefreshAsync(authenticator);

        Assert.All(await Task.WhenAll(waiting), result => Assert.Equal("member", result.Role));
        Assert.Equal(2, _issuer.Requests);
    }

    [Fact]
    public async Task Known_tokens_never_wait_while_the_issuer_hangs()
    {
        var authenticator = With(times: Eager);
        await RefreshAsync(authenticator);
        var cached = "Bearer " + _first.Sign(Claims);
        authenticator.Authenticate(cached);
        var hanging = new TaskCompletionSource();
        _issuer.Keys = _ => hanging.Task;
        var refreshing = RefreshAsync(authenticator);

        Assert.True(authenticator.AuthenticateAsync(cached, default).AsTask().IsCompletedSuccessfully);
        Assert.True(authenticator.AuthenticateAsync("Bearer " + _first.Sign(Claims), default).AsTask().IsCompletedSuccessfully);
        Assert.False(refreshing.IsCompleted);
        hanging.SetResult();
        await refreshing;
    }

    [Fact]
    public async Task A_flood_of_unknown_key_ids_causes_no_fetch_right_after_the_last()
    {
        var authenticator = With();
        await RefreshAsync(authenticator);
        var asked = authenticator.RemoteKeys!.Asked;
        for (var i = 0; i < 100; i++)
        {
            var token = _second.Sign(Claims, $$"""{"alg":"ES256","kid":"{{i}}"}""");
            var error = await Assert.ThrowsAsync<ApiException>(async () => await authenticator.AuthenticateAsync("Bearer " + token, default));
            Assert.Equal(JwtErrors.NoSuitableKey, error.Error);
        }

        Assert.False(asked.IsCompleted);
        Assert.Equal(1, _issuer.Requests);
    }

    [Fact]
    public async Task A_client_that_leaves_ends_its_wait()
    {
        var authenticator = With();
        using var leaving = new CancellationTokenSource();
        var waiting = authenticator.AuthenticateAsync("Bearer " + _first.Sign(Claims), leaving.Token).AsTask();

        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }

    [Fact]
    public async Task A_token_whose_key_was_withdrawn_is_refused_although_it_was_cached()
    {
        var authenticator = With();
        await RefreshAsync(authenticator);
        var header = "Bearer " + _first.Sign(Claims);
        authenticator.Authenticate(header);
        _issuer.Keys = StubIssuer.Set(_second);
        await RefreshAsync(authenticator);

        Assert.Equal(JwtErrors.NoSuitableKey, Assert.Throws<ApiException>(() => authenticator.Authenticate(header)).Error);
        Assert.Equal("member", authenticator.Authenticate("Bearer " + _second.Sign(Claims)).Role);
    }

    [Fact]
    public async Task A_set_that_only_grew_or_did_not_change_keeps_what_is_cached()
    {
        var authenticator = With();
        await RefreshAsync(authenticator);
        var header = "Bearer " + _first.Sign(Claims);
        authenticator.Authenticate(header);

        Assert.False((await RefreshAsync(authenticator)).Changed);
        authenticator.Authenticate(header);
        _issuer.Keys = StubIssuer.Set(_second, _first);
        Assert.True((await RefreshAsync(authenticator)).Changed);
        authenticator.Authenticate(header);

        Assert.Equal((3, 2), (authenticator.CacheCounters.Requests, authenticator.CacheCounters.Hits));
    }

    [Fact]
    public async Task Keys_stay_in_use_while_the_issuer_is_down()
    {
        var authenticator = With();
        await RefreshAsync(authenticator);
        await _issuer.DisposeAsync();
        var last = TimeSpan.Zero;
        for (var i = 0; i < 9; i++)
        {
            var refresh = await RefreshAsync(authenticator);
            Assert.NotNull(refresh.Error);
            Assert.Equal(1, refresh.Keys);
            Assert.InRange(refresh.Next.TotalSeconds, 0.75 * Math.Min(1 << i, 60), Math.Min(1 << i, 60));
            last = refresh.Next;
        }

        Assert.True(last.TotalSeconds >= 45);
        Assert.Equal("member", authenticator.Authenticate("Bearer " + _first.Sign(Claims)).Role);
        Assert.Equal((1, 9), (authenticator.JwksCounters.Succeeded, authenticator.JwksCounters.Failed));
        Assert.NotNull(authenticator.RemoteKeys!.Age);
    }

    public static TheoryData<string, string> Garbage() => new()
    {
        { "", "the answer is not JSON" },
        { "<html>", "the answer is not JSON" },
        { "{", "the answer is not JSON" },
        { "\uFFFF", "the answer is not JSON" },
        { "[]", "the answer is not a key set" },
        { "{}", "the answer is not a key set" },
        { """{"keys":{}}""", "the answer is not a key set" },
        { """{"keys":[]}""", "the key set holds no key that verifies signatures" },
        { """{"keys":[1,"x",null,[],{}]}""", "the key set holds no key that verifies signatures" },
        { """{"keys":[{"kty":"oct","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"}]}""",
            "the key set holds no key that verifies signatures" },
        { """{"keys":[{"kty":"EC","crv":"P-256","x":"AAAA","y":"AAAA"}]}""", "the key set holds no key that verifies signatures" },
        { """{"keys":[{"kty":"EC","kid":"\ud800"}]}""", "the answer is not well-formed JSON text" },
        { """{"keys":[""" + new string('[', 1000), "the answer is not JSON" },
    };

    [Theory]
    [MemberData(nameof(Garbage))]
    public async Task An_answer_that_is_no_key_set_changes_nothing(string body, string error)
    {
        var authenticator = With();
        await RefreshAsync(authenticator);
        _issuer.Keys = StubIssuer.Text(body);

        Assert.Equal(error, (await RefreshAsync(authenticator)).Error);
        Assert.Equal("member", authenticator.Authenticate("Bearer " + _first.Sign(Claims)).Role);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_answer_that_is_too_large_is_not_read_to_its_end(bool announced)
    {
        // It never ends, so reading it to its end would be a time-out instead.
        _issuer.Keys = async http =>
        {
            http.Response.ContentLength = announced ? long.MaxValue : null;
            var chunk = Encoding.ASCII.GetBytes(new string(' ', 64 * 1024));
            while (!http.RequestAborted.IsCancellationRequested)
            {
                await http.Response.Body.WriteAsync(chunk, http.RequestAborted);
            }
        };

        Assert.Equal("the answer is too large", (await RefreshAsync(With())).Error);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_answer_that_takes_too_long_is_given_up(bool begun)
    {
        _issuer.Keys = async http =>
        {
            if (begun)
            {
                await http.Response.WriteAsync("{");
                await http.Response.Body.FlushAsync();
            }

            await Task.Delay(Timeout.Infinite, http.RequestAborted).ContinueWith(static _ => { }, TaskScheduler.Default);
        };

        var refresh = await RefreshAsync(With(times: Patient with { Fetch = TimeSpan.FromSeconds(0.5) }));

        Assert.Equal("no complete answer within 0.5 seconds", refresh.Error);
    }

    [Theory]
    [InlineData("public, max-age=3600", 3600)]
    [InlineData("max-age=60", 60)]
    [InlineData("max-age=1", 60)]
    [InlineData("max-age=99999999", 86400)]
    [InlineData("no-store", 60)]
    [InlineData("no-cache, max-age=3600", 60)]
    [InlineData("max-age=soon", 600)]
    [InlineData(null, 600)]
    public async Task A_set_is_kept_as_long_as_its_issuer_says_within_bounds(string? cacheControl, int seconds)
    {
        _issuer.Keys = StubIssuer.Text(StubIssuer.SetOf(_first.Jwk), cacheControl);

        Assert.Equal(seconds, (await RefreshAsync(With())).Next.TotalSeconds);
    }

    [Fact]
    public async Task The_age_of_an_answer_counts_against_it()
    {
        _issuer.Keys = http =>
        {
            http.Response.Headers.Age = "3000";
            return StubIssuer.Text(StubIssuer.SetOf(_first.Jwk), "max-age=3600")(http);
        };

        Assert.Equal(600, (await RefreshAsync(With())).Next.TotalSeconds);
    }

    [Fact]
    public async Task Keys_that_cannot_be_used_do_not_spoil_the_others_and_secrets_are_never_taken()
    {
        var secret = """{"kty":"oct","kid":"first","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"}""";
        using var weak = RSA.Create(1024);
        var modulus = Base64Url.EncodeToString(weak.ExportParameters(false).Modulus);
        _issuer.Keys = StubIssuer.Text(StubIssuer.SetOf(
            secret, $$"""{"kty":"RSA","kid":"weak","n":"{{modulus}}","e":"AQAB"}""", """{"kty":"RSA"}""", """{"kty":"AKP","alg":"ML-DSA-44","pub":"AA"}""", _first.Jwk));
        var authenticator = With();
        var refresh = await RefreshAsync(authenticator);

        Assert.Equal((null, 1), (refresh.Error, refresh.Keys));
        Assert.Equal("member", authenticator.Authenticate("Bearer " + _first.Sign(Claims)).Role);
        var forged = Tokens.Seal(
            Tokens.Encode("""{"alg":"HS256","kid":"first"}""") + "." + Tokens.Encode(Claims),
            signed => HMACSHA256.HashData(Base64Url.DecodeFromChars("AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"), signed));
        Assert.Equal(JwtErrors.NoSuitableKey, Refusal(authenticator, forged));
        var weakly = Tokens.Seal(
            Tokens.Encode("""{"alg":"RS256","kid":"weak"}""") + "." + Tokens.Encode(Claims),
            signed => weak.SignData(signed, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
        Assert.Equal(JwtErrors.NoSuitableKey, Refusal(authenticator, weakly));
    }

    [Fact]
    public async Task A_fetched_public_key_is_never_an_HMAC_secret()
    {
        var authenticator = With();
        await RefreshAsync(authenticator);
        foreach (var secret in (byte[][])[_first.Pem, Encoding.ASCII.GetBytes(_first.Jwk), Encoding.ASCII.GetBytes(StubIssuer.SetOf(_first.Jwk))])
        {
            foreach (var header in (string[])["""{"alg":"HS256","kid":"first"}""", """{"alg":"HS256"}"""])
            {
                var token = Tokens.Seal(Tokens.Encode(header) + "." + Tokens.Encode(Claims), signed => HMACSHA256.HashData(secret, signed));
                Assert.Equal(JwtErrors.NoSuitableKey, Refusal(authenticator, token));
            }
        }
    }

    [Fact]
    public async Task No_more_than_a_hundred_keys_are_taken()
    {
        _issuer.Keys = StubIssuer.Text(StubIssuer.SetOf([.. Enumerable.Repeat(_first.Jwk, 150)]));

        Assert.Equal(100, (await RefreshAsync(With())).Keys);
    }

    [Fact]
    public async Task Redirects_are_followed_within_bounds()
    {
        _issuer.Keys = Redirect("/1");
        _issuer.Other = http => http.Request.Path == "/1" ? Redirect("2")(http) : StubIssuer.Set(_first)(http);
        Assert.Null((await RefreshAsync(With())).Error);

        _issuer.Keys = Redirect("/keys");
        Assert.Equal("too many redirects", (await RefreshAsync(With())).Error);
        Assert.Equal(3 + 4, _issuer.Requests);
    }

    [Theory]
    [InlineData("http://192.0.2.1/keys")]
    [InlineData("ftp://127.0.0.1/keys")]
    [InlineData("file:///etc/passwd")]
    [InlineData("https://user@127.0.0.1/keys")]
    public async Task A_redirect_to_an_address_that_could_not_be_configured_is_not_followed(string location)
    {
        _issuer.Keys = Redirect(location);

        Assert.Equal("it leads to an address that is not https", (await RefreshAsync(With())).Error);
    }

    [Fact]
    public async Task An_issuer_is_found_by_its_OpenID_configuration_and_its_tokens_must_name_it()
    {
        _issuer.Other = Discovery(_issuer.Address, _issuer.KeysAddress);
        var authenticator = With(new AppConfig { JwtIssuer = _issuer.Address, DbAnonRole = "anon" });
        Assert.Null((await RefreshAsync(authenticator)).Error);

        Assert.Equal("member", authenticator.Authenticate("Bearer " + _first.Sign($$"""{"role":"member","iss":"{{_issuer.Address}}"}""")).Role);
        foreach (var claims in (string[])
            [Claims, """{"role":"member","iss":null}""", """{"role":"member","iss":1}""", $$"""{"role":"member","iss":"{{_issuer.Address}}/"}""",
             $$"""{"role":"member","iss":["{{_issuer.Address}}"]}""", $$"""{"role":"member","iss":"{{_issuer.Address.ToUpperInvariant()}}"}"""])
        {
            var error = Refusal(authenticator, _first.Sign(claims));
            Assert.Equal(("PGRST303", 401, "JWT issuer not accepted"), (error.Code, error.Status, error.Message));
            Assert.Equal("Bearer error=\"invalid_token\", error_description=\"JWT issuer not accepted\"", error.WwwAuthenticate);
        }
    }

    [Fact]
    public async Task An_OpenID_configuration_that_is_not_the_issuers_own_is_refused()
    {
        var authenticator = With(new AppConfig { JwtIssuer = _issuer.Address });
        foreach (var (answer, error) in ((Func<HttpContext, Task>, string)[])
            [
                (Discovery("https://elsewhere.test", _issuer.KeysAddress), "the OpenID configuration is of another issuer"),
                (Discovery(_issuer.Address, "http://192.0.2.1/keys"), "it leads to an address that is not https"),
                (Discovery(_issuer.Address, "keys"), "jwks_uri is not an address"),
                (StubIssuer.Text("{}"), "the OpenID configuration lacks issuer or jwks_uri"),
                (StubIssuer.Text("[]"), "the OpenID configuration lacks issuer or jwks_uri"),
                (StubIssuer.Text("""{"issuer":1,"jwks_uri":2}"""), "the OpenID configuration lacks issuer or jwks_uri"),
                (Status(404), "status 404"),
            ])
        {
            _issuer.Other = answer;
            Assert.Equal(error, (await RefreshAsync(authenticator)).Error);
        }
    }

    [Fact]
    public async Task A_reload_keeps_fetched_keys_unless_their_address_changed()
    {
        var before = With();
        await RefreshAsync(before);
        var header = "Bearer " + _first.Sign(Claims);
        before.Authenticate(header);
        var same = new Authenticator(Config() with { JwtCacheMaxEntries = 5 }, before, Clock);
        var stricter = new Authenticator(Config() with { JwtAud = "x", JwtAudRequired = true }, before, Clock);
        var elsewhere = new Authenticator(Config() with { JwtJwksUrl = _issuer.KeysAddress + "?2" }, before, Clock);

        Assert.Equal("member", same.Authenticate(header).Role);
        Assert.Equal(1, same.CacheCounters.Hits);
        Assert.Equal(JwtErrors.NotInAudience, Assert.Throws<ApiException>(() => stricter.Authenticate(header)).Error);
        Assert.Equal(JwtErrors.KeysNotFetched, Assert.Throws<ApiException>(() => elsewhere.Authenticate(header)).Error);
    }

    [Theory]
    [InlineData("ar-jwt-jwks-url", "https://issuer.test/keys?a=b", true)]
    [InlineData("ar-jwt-jwks-url", "http://127.0.0.1:8080/keys", true)]
    [InlineData("ar-jwt-jwks-url", "http://[::1]/keys", true)]
    [InlineData("ar-jwt-jwks-url", "http://localhost/keys", true)]
    [InlineData("ar-jwt-jwks-url", "http://issuer.test/keys", false)]
    [InlineData("ar-jwt-jwks-url", "http://127.0.0.1.issuer.test/keys", false)]
    [InlineData("ar-jwt-jwks-url", "https://user:password@issuer.test/keys", false)]
    [InlineData("ar-jwt-jwks-url", "https://issuer.test/keys#fragment", false)]
    [InlineData("ar-jwt-jwks-url", "file:///etc/keys", false)]
    [InlineData("ar-jwt-jwks-url", "/keys", false)]
    [InlineData("ar-jwt-jwks-url", "https://", false)]
    [InlineData("ar-jwt-issuer", "https://issuer.test/tenant", true)]
    [InlineData("ar-jwt-issuer", "our-own-issuer", true)]
    [InlineData("ar-jwt-issuer", "urn:example:issuer", true)]
    [InlineData("ar-jwt-issuer", "http://issuer.test", false)]
    [InlineData("ar-jwt-issuer", "https://issuer.test/?a", false)]
    [InlineData("ar-jwt-issuer", "a b:c", false)]
    public void An_address_of_keys_is_https_or_on_this_machine(string setting, string value, bool accepted)
    {
        var environment = SettingTests.Env((Setting.EnvironmentName(setting), value));
        if (accepted)
        {
            Assert.Contains(value, (string?[])[ConfigLoader.Load(environment).JwtJwksUrl, ConfigLoader.Load(environment).JwtIssuer]);
        }
        else
        {
            Assert.StartsWith(setting + " should be", Assert.Throws<ConfigException>(() => ConfigLoader.Load(environment)).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void An_address_as_secret_is_warned_about()
    {
        var warning = Assert.Single(Tokens.With(Tokens.Config("https://issuer.test/.well-known/jwks.json")).Warnings);

        Assert.Contains("ar-jwt-jwks-url", warning, StringComparison.Ordinal);
    }

    static readonly Tokens.FixedClock Clock = new(Tokens.Now);

    AppConfig Config() => new() { JwtJwksUrl = _issuer.KeysAddress, DbAnonRole = "anon" };

    Authenticator With(AppConfig? config = null, KeyTimes? times = null) => new(config ?? Config(), clock: Clock, times: times ?? Patient);

    static Task<KeyRefresh> RefreshAsync(Authenticator authenticator) => authenticator.RemoteKeys!.RefreshAsync(TestContext.Current.CancellationToken);

    static ApiError Refusal(Authenticator authenticator, string token) =>
        Assert.Throws<ApiException>(() => authenticator.Authenticate("Bearer " + token)).Error;

    static Func<HttpContext, Task> Status(int status) => http =>
    {
        http.Response.StatusCode = status;
        return Task.CompletedTask;
    };

    static Func<HttpContext, Task> Redirect(string location) => http =>
    {
        http.Response.Redirect(location);
        return Task.CompletedTask;
    };

    static Func<HttpContext, Task> Discovery(string issuer, string keys) => http =>
        http.Request.Path == "/.well-known/openid-configuration"
            ? StubIssuer.Text(string.Create(CultureInfo.InvariantCulture, $$"""{"issuer":"{{issuer}}","jwks_uri":"{{keys}}"}"""))(http)
            : Status(404)(http);
}
