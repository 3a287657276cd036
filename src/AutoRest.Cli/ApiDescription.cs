using System.Net;
using System.Net.Http.Headers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace AutoRest.Cli;

enum DescriptionFormat
{
    OpenApi31,
    Swagger2,
}

/// <summary>Which description of the API is wanted.</summary>
/// <param name="Role">Database role it is for; <see langword="null"/>: whoever has no token.</param>
/// <param name="Schema">One of the exposed ones; <see langword="null"/>: the first.</param>
sealed record WantedDescription(DescriptionFormat Format, string? Role, string? Schema);

/// <summary>Asks a server to describe its API: what it says is what its clients get.</summary>
static class ApiDescription
{
    static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    // A large schema takes its time.
    static readonly HttpClient Client = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false }) { Timeout = TimeSpan.FromSeconds(60) };

    /// <summary>The document, indented, with a newline at its end; <see langword="null"/> while nobody answers or the schema is being read.</summary>
    /// <param name="secret">What the server verifies tokens with.</param>
    /// <exception cref="CliError">The server refuses.</exception>
    public static async Task<string?> Ask(Uri server, WantedDescription wanted, string secret, CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(
            HttpMethod.Get, new Uri(server, wanted.Format == DescriptionFormat.Swagger2 ? "" : ".well-known/openapi.json"));
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/openapi+json"));
        if (wanted.Schema is { } schema)
        {
            request.Headers.Add("Accept-Profile", schema);
        }

        if (wanted.Role is { } role)
        {
            var claims = Token.Claims(role, null, DateTimeOffset.UtcNow, TimeSpan.FromMinutes(1), []);
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Token.Sign(secret, claims));
        }

        try
        {
            using var response = await Client.SendAsync(request, cancel);
            if (response.StatusCode == HttpStatusCode.ServiceUnavailable)
            {
                return null;
            }

            var body = JsonNode.Parse(await response.Content.ReadAsStringAsync(cancel));
            return response.IsSuccessStatusCode
                ? body!.ToJsonString(Indented) + "\n"
                : throw Refusal(body, wanted);
        }
        catch (HttpRequestException)
        {
            return null;
        }
        catch (JsonException)
        {
            throw new CliError($"{server} does not describe an API: check that it is AutoRest's server.");
        }
    }

    static CliError Refusal(JsonNode? body, WantedDescription wanted)
    {
        var (code, message) = ((string?)body?["code"], (string?)body?["message"]);
        return new CliError(code switch
        {
            "PGRST302" => "There is no role for requests without a token: name one with --role, or set PGRST_DB_ANON_ROLE.",
            "PGRST106" => $"{message}: {(string?)body?["hint"]}; name one of them with --schema.",
            "PGRST126" => "The description is switched off: set PGRST_OPENAPI_MODE to follow-privileges.",
            _ when wanted.Role is { } role => $"The role {role} cannot be used ({message}): grant it to the role that the server logs in as.",
            _ => $"The server refuses ({code}: {message}): name a role with --role.",
        });
    }
}
