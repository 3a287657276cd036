using System.Text.Json;

namespace AutoRest.Cli.Tests;

/// <summary><c>autorest openapi</c> on the running stack, and on its database alone.</summary>
[Collection("processes")]
[Trait("Category", "Stack")]
public sealed class OpenApiTests(WholeStackTests.Running stack) : IClassFixture<WholeStackTests.Running>
{
    [Fact]
    public async Task It_is_the_document_the_server_serves()
    {
        var (_, served) = await stack.Send(HttpMethod.Get, "/.well-known/openapi.json");
        var written = await stack.Tool.Succeed("openapi");

        using var expected = JsonDocument.Parse(served);
        using var actual = JsonDocument.Parse(written);
        Assert.True(JsonElement.DeepEquals(expected.RootElement, actual.RootElement), written);
        Assert.EndsWith("}\n", written, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_role_has_a_document_of_its_own()
    {
        using var anonymous = JsonDocument.Parse(await stack.Tool.Succeed("openapi"));
        using var user = JsonDocument.Parse(await stack.Tool.Succeed("openapi", "--role", "web_user"));

        Assert.False(anonymous.RootElement.GetProperty("paths").GetProperty("/todos").TryGetProperty("post", out _));
        Assert.True(user.RootElement.GetProperty("paths").GetProperty("/todos").TryGetProperty("post", out _));
    }

    [Fact]
    public async Task Swagger_is_written_to_a_file_that_is_replaced_whole()
    {
        var file = stack.Tool.Temp.In("api.json");
        await File.WriteAllTextAsync(file, "what was there before, and is longer than nothing");
        Assert.Equal("", await stack.Tool.Succeed("openapi", "--format", "swagger2", "--output", file));

        using var document = JsonDocument.Parse(await File.ReadAllTextAsync(file));
        Assert.Equal("2.0", document.RootElement.GetProperty("swagger").GetString());
        Assert.Empty(Directory.GetFiles(Path.GetDirectoryName(file)!, "*.new"));
    }

    [Fact]
    public async Task A_database_alone_is_enough_and_gives_the_same()
    {
        var uri = await Uri();
        using var served = JsonDocument.Parse(await stack.Tool.Succeed("openapi", "--role", "web_user"));
        stack.Tool.Variables["PGRST_DB_SCHEMAS"] = "api";
        stack.Tool.Variables["PGRST_DB_ANON_ROLE"] = "api_anon";
        stack.Tool.Variables["PGRST_JWT_SECRET"] = "@/no/such/file";
        try
        {
            var url = stack.Status.GetProperty("apiUrl").GetString()!;
            using var written = JsonDocument.Parse(await stack.Tool.Succeed("openapi", "--role", "web_user", "--db-uri", uri, "--url", url));
            Assert.True(JsonElement.DeepEquals(served.RootElement, written.RootElement), written.RootElement.ToString());

            using var usual = JsonDocument.Parse(await stack.Tool.Succeed("openapi", "--db-uri", uri));
            Assert.Equal("http://localhost:3000", usual.RootElement.GetProperty("servers")[0].GetProperty("url").GetString());
        }
        finally
        {
            stack.Tool.Variables.Clear();
        }
    }

    [Fact]
    public async Task What_is_wrong_is_said_in_one_sentence()
    {
        Assert.Contains("--format swagger2", (await Refused("--format", "raml")).Sentence, StringComparison.Ordinal);
        Assert.Contains("The role postgres cannot be used", (await Refused("--role", "postgres")).Sentence, StringComparison.Ordinal);
        Assert.Contains("--schema", (await Refused("--schema", "nowhere")).Sentence, StringComparison.Ordinal);
        Assert.Contains("--output", (await Refused("--output", stack.Tool.Temp.In("no/such/folder/api.json"))).Sentence, StringComparison.Ordinal);

        var refused = await Refused("--db-uri", "postgresql://authenticator:wrong@127.0.0.1:1/none");
        Assert.Contains("--db-uri", refused.Sentence, StringComparison.Ordinal);
        Assert.DoesNotContain("wrong", refused.Error, StringComparison.Ordinal);
        Assert.Contains("--role", (await Refused("--db-uri", await Uri())).Sentence, StringComparison.Ordinal);
    }

    async Task<Said> Refused(params string[] arguments)
    {
        var said = await stack.Tool.Run(["openapi", .. arguments]);
        Assert.Equal((1, ""), (said.ExitCode, said.Output));
        return said;
    }

    async Task<string> Uri()
    {
        var address = (await stack.Tool.Component("postgres")).GetProperty("address").GetString();
        return $"postgresql://authenticator:{stack.Tool.Secrets.AuthenticatorPassword}@{address}/autorest";
    }
}
