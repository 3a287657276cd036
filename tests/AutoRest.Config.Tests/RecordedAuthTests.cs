using System.Text.Json;
using AutoRest.Server.Auth;
using AutoRest.Server.Configuration;
using AutoRest.Server.Errors;
using Xunit;

namespace AutoRest.Config.Tests;

/// <summary>What the reference answered to each Authorization header, replayed against the authenticator alone.</summary>
public class RecordedAuthTests
{
    /// <summary>Accidents of the reference that need not be reproduced; the reason is the recording's own.</summary>
    static readonly Dictionary<string, string> Excluded = new()
    {
        ["an expiry that is a fraction counts as zero"] = "a fraction may be rounded down",
    };

    public static TheoryData<string, string> Cases()
    {
        var cases = new TheoryData<string, string>();
        foreach (var file in Recorded.Files("auth", "roles-rls", "config"))
        {
            foreach (var line in File.ReadLines(file))
            {
                using var document = JsonDocument.Parse(line);
                var name = document.RootElement.GetProperty("name").GetString()!;
                if (!Excluded.ContainsKey(name))
                {
                    cases.Add(name, line);
                }
            }
        }

        return cases;
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Cases))]
    public void A_recorded_request_is_authenticated_as_the_reference_did(string name, string line)
    {
        Assert.NotEmpty(name);
        using var document = JsonDocument.Parse(line);
        var root = document.RootElement;
        var environment = Recorded.Settings(root.GetProperty("config").GetString()!);
        var preConfig = environment.ContainsKey("PGRST_DB_PRE_CONFIG") ? Recorded.PreConfigSettings : null;
        var authenticator = new Authenticator(ConfigLoader.Load(environment, null, preConfig));
        var response = root.GetProperty("response");

        var refusal = Record.Exception(() => authenticator.Authenticate(Authorization(root.GetProperty("request")))) as ApiException;

        var code = ExpectedCode(response);
        var isOurs = code is not null && (code.StartsWith("PGRST30", StringComparison.Ordinal) || refusal is not null);
        if (!isOurs)
        {
            Assert.Null(refusal);
            return;
        }

        Assert.NotNull(refusal);
        Assert.Equal(code, refusal.Error.Code);
        Assert.Equal(response.GetProperty("status").GetInt32(), refusal.Error.Status);
        Assert.Equal(Header(response, "www-authenticate"), refusal.Error.WwwAuthenticate);
        if (response.GetProperty("body").GetString() is not { Length: > 0 } text)
        {
            // An answer to HEAD.
            return;
        }

        using var body = JsonDocument.Parse(text);
        Assert.Equal(body.RootElement.GetProperty("message").GetString(), refusal.Error.Message);
        if (body.RootElement.TryGetProperty("details", out var details))
        {
            Assert.Equal(details.GetString(), refusal.Error.Details);
            Assert.Null(refusal.Error.Hint);
        }
    }

    static string? Authorization(JsonElement request) =>
        !request.GetProperty("headers").TryGetProperty("Authorization", out var value) ? null
        // Kestrel, like the reference's server, trims the value of a header.
        : (value.ValueKind == JsonValueKind.Array ? value[0].GetString() : value.GetString())!.Trim();

    static string? ExpectedCode(JsonElement response) => Header(response, "proxy-status")?.Split("error=")[1];

    static string? Header(JsonElement response, string name) =>
        response.GetProperty("headers").TryGetProperty(name, out var value) ? value.GetString() : null;
}
