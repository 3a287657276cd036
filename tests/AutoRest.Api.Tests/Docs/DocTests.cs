using AutoRest.Api.Tests.Examples;
using AutoRest.Testing;

namespace AutoRest.Api.Tests.Docs;

/// <summary>Every snippet of the pages is run, and prints what the page shows. <c>UPDATE_CASES=1</c> rewrites what is shown.</summary>
public sealed class DocTests(SharedCluster shared)
{
    public static TheoryData<string> Pages { get; } =
    [
        "README.md", "docs/getting-started.md", "docs/querying.md", "docs/embedding.md", "docs/writing.md", "docs/functions.md", "docs/auth.md",
        "docs/errors.md", "examples/todos/README.md", "examples/chat/README.md", "examples/tenants/README.md", "examples/pooling/README.md",
        "examples/vectors/README.md",
    ];

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task Every_snippet_prints_what_the_page_shows(string file)
    {
        var cluster = await shared.GetAsync();
        Required.Tool("curl");
        if (file.StartsWith("examples/vectors/", StringComparison.Ordinal))
        {
            await Example.RequireVectorAsync(cluster);
        }

        var page = DocPage.Read(file);
        var rewritten = new Dictionary<DocBlock, string>();
        var differences = new List<string>();
        var example = Example.Of(file);
        await using var pooler = example is null ? null : await example.StartPoolerAsync(cluster);
        await using var session = await DocSession.StartAsync(
            cluster, "docs_" + string.Join('_', Path.ChangeExtension(file, null).Split('/')).ToLowerInvariant(), example?.First ?? [], example?.Settings ?? Example.NoSettings, pooler,
            example?.Tenants);
        for (var i = 0; i < page.Blocks.Length; i++)
        {
            var block = page.Blocks[i];
            if (block.NotRun is not null)
            {
                Assert.NotEmpty(block.NotRun);
                continue;
            }

            var shown = i + 1 < page.Blocks.Length && page.Blocks[i + 1] is { Language: "json" or "http" or "text", NotRun: null } next ? next : null;
            string printed;
            try
            {
                printed = await session.RunAsync(block, mayFail: shown is not null);
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"{file}:{block.Line}: {e.Message}", e);
            }

            if (shown is null)
            {
                continue;
            }

            i++;
            if (!DocAnswer.Matches(shown.Language, shown.Text, printed))
            {
                rewritten[shown] = DocAnswer.Form(shown.Language, shown.Text, printed);
                differences.Add($"{file}:{shown.Line} shows\n{shown.Text}\nand the snippet prints\n{rewritten[shown]}");
            }
        }

        if (Environment.GetEnvironmentVariable("UPDATE_CASES") == "1" && !Required.IsCI)
        {
            page.Rewrite(rewritten);
            return;
        }

        Assert.True(differences.Count == 0, string.Join("\n\n", differences));
    }

    [Fact]
    public void Every_page_of_the_documentation_is_run_or_known_to_have_nothing_to_run()
    {
        string[] withoutSnippets = ["docs/coming-from-postgrest.md", "docs/configuration.md", "docs/proxy.md", "docs/replicas.md", "docs/stack.md"];
        var pages = Directory.GetFiles(Repository.File("docs"), "*.md").Select(static f => "docs/" + Path.GetFileName(f)).ToList();
        pages.AddRange(Directory.GetDirectories(Repository.File("examples")).Select(static f => $"examples/{Path.GetFileName(f)}/README.md"));
        Assert.Empty(pages.Except(Pages.Select(static p => p.Data)).Except(withoutSnippets));
    }

    [Theory]
    [InlineData("json", """[{"id":1,"at":"…"}]""", """[{"at":"now","id":1}]""", true)]
    [InlineData("json", """[{"id":1}]""", """[{"id":2}]""", false)]
    [InlineData("json", """[{"id":1}]""", """[{"id":1,"more":null}]""", false)]
    [InlineData("http", "HTTP/1.1 200 OK\nContent-Range: 0-1/2\n\n[1]", "HTTP/1.1 200 OK\r\ncontent-range: 0-1/2\r\nDate: x\r\n\r\n[1]", true)]
    [InlineData("http", "HTTP/1.1 200 OK\nContent-Range: 0-1/2\n\n[1]", "HTTP/1.1 200 OK\r\ncontent-range: 0-1/3\r\n\r\n[1]", false)]
    [InlineData("http", "HTTP/1.1 204 No Content", "HTTP/1.1 200 OK\r\n\r\n", false)]
    [InlineData("text", "a…", "abc\n", true)]
    [InlineData("text", "a", "abc\n", false)]
    public void An_answer_matches_what_is_shown(string language, string shown, string printed, bool matches) =>
        Assert.Equal(matches, DocAnswer.Matches(language, shown, printed));
}
