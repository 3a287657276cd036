using System.Text.RegularExpressions;
using AutoRest.Testing;

namespace AutoRest.Api.Tests.Docs;

/// <summary>
/// A reader who follows a page from top to bottom on the stack as <c>setup.sh</c> leaves it: its database, its roles, its settings. Variables of
/// the shell last to the end of the page.
/// </summary>
sealed partial class DocSession : IAsyncDisposable
{
    const string Secret = "the-jwt-secret-of-the-pages-0123456789";

    /// <summary>What a database of the stack begins with.</summary>
    public static readonly string[] InitialFiles =
        [.. Directory.GetFiles(Repository.File("postgres", "init"), "*.sql").Order(StringComparer.Ordinal)];

    readonly PostgresCluster _cluster;
    readonly string _database;
    readonly ServerProcess _server;
    readonly DocProxy? _proxy;
    readonly string _folder;

    DocSession(PostgresCluster cluster, string database, ServerProcess server, DocProxy? proxy, string folder)
    {
        _cluster = cluster;
        _database = database;
        _server = server;
        _proxy = proxy;
        _folder = folder;
    }

    /// <summary>Starts the server on a new database.</summary>
    /// <param name="files">SQL that the server's settings rely on.</param>
    /// <param name="settings">The server's, besides those of the stack.</param>
    /// <param name="pooler">What the server connects through, if not directly.</param>
    /// <param name="tenants">The proxy's settings, where a page asks for tenants by host name.</param>
    public static async Task<DocSession> StartAsync(
        PostgresCluster cluster, string database, IEnumerable<string> files, IReadOnlyDictionary<string, string> settings, PgBouncer? pooler, string? tenants)
    {
        await cluster.CreateDatabaseAsync(database, [.. InitialFiles, .. files]);
        var folder = Directory.CreateTempSubdirectory("autorest-docs-").FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "jwt_secret"), Secret);
        await File.WriteAllTextAsync(Path.Combine(folder, ".curlrc"), "silent\nfail-with-body\nmax-time = 30\n");
        var tool = Path.Combine(folder, "autorest");
        // The tool's psql is for a stack of its own: here it is psql on the page's database.
        await File.WriteAllTextAsync(tool, $"""
            #!/bin/sh
            if [ "$1" = psql ]; then
              shift
              exec '{Psql()}' -X -q -h 127.0.0.1 -p {cluster.Port} -U postgres -d '{database}' "$@"
            fi
            exec dotnet '{Repository.Output("src/AutoRest.Cli", "autorest.dll")}' "$@"

            """);
        File.CreateSymbolicLink(Path.Combine(folder, "examples"), Repository.File("examples"));
        await Command.RunAsync("chmod", ["700", tool]);
        await Command.RunAsync("chmod", ["600", Path.Combine(folder, "jwt_secret")]);
        var all = new Dictionary<string, string>
        {
            ["PGRST_DB_SCHEMAS"] = "api",
            ["PGRST_DB_ANON_ROLE"] = "api_anon",
            ["PGRST_JWT_SECRET"] = Secret,
            ["PGRST_LOG_LEVEL"] = "info",
            ["AUTOREST_DOCS"] = "on",
            ["AUTOREST_DB_LISTEN_URI"] = cluster.Uri(database),
        };
        foreach (var (name, value) in settings)
        {
            all[name] = value;
        }

        var server = await ServerProcess.StartAsync(pooler?.Uri(database) ?? cluster.Uri(database), all);
        return new(cluster, database, server, tenants is null ? null : await DocProxy.StartAsync(tenants, server.Address), folder);
    }

    static string Psql() =>
        PostgresCluster.FindPrograms() is { } programs && Path.Combine(programs, "psql") is var own && File.Exists(own) ? own : Required.Tool("psql");

    /// <summary>Runs a snippet and gives what it printed.</summary>
    /// <param name="mayFail">The page shows the answer: a refusal may be what it is about.</param>
    public async Task<string> RunAsync(DocBlock block, bool mayFail)
    {
        var text = block.Text.Replace("dotnet artifacts/cli/autorest.dll", "autorest", StringComparison.Ordinal)
            .Replace("contents-of-secrets/jwt_secret", Secret, StringComparison.Ordinal);
        text = Address().Replace(text, $"http://127.0.0.1:{_server.Port}");
        text = TenantAddress().Replace(text, $"$1:{_proxy?.Port}");
        switch (block.Language)
        {
            case "sql":
                await ReloadingAsync(Definition().IsMatch(text), () => _cluster.ExecuteAsync(text, _database));
                return "";
            case "sh":
                CommandResult said = null!;
                await ReloadingAsync(text.Contains("autorest psql -f ", StringComparison.Ordinal), async () => said = await Command.TryRunAsync("bash",
                    ["-c", $"set -a; [ ! -f state ] || . ./state\n{text}\ncode=$?; declare -p TOKEN >state 2>/dev/null; exit $code"], _folder, Environment()));

                // 22: an answer of 400 or more.
                return said.ExitCode == 0 || (mayFail && said.ExitCode == 22)
                    ? said.Output
                    : throw new InvalidOperationException($"exit code {said.ExitCode}\n{said.Output}{said.Error}");
            case "js":
                var state = Path.Combine(_folder, "state");
                var token = File.Exists(state) ? Quoted().Match(await File.ReadAllTextAsync(state)).Groups[1].Value : "";
                return await Command.RunAsync(Required.Tool("node"), ["--input-type=module"], _folder, Environment(), $"const TOKEN = '{token}'\n{text}\n");
            default:
                throw new InvalidOperationException($"nothing runs {block.Language}: write <!-- not run: reason --> above it");
        }
    }

    /// <summary>Waits until the server has seen what was changed.</summary>
    async Task ReloadingAsync(bool reloads, Func<Task> change)
    {
        var before = Loads();
        await change();
        for (var i = 0; reloads && Loads() == before; i++)
        {
            if (i > 400)
            {
                throw new TimeoutException("the server did not notice the change:\n" + _server.Output);
            }

            await Task.Delay(25);
        }
    }

    int Loads() => Regex.Count(_server.Output, "Schema cache loaded in ");

    Dictionary<string, string> Environment() => new()
    {
        ["PATH"] = _folder + ":" + System.Environment.GetEnvironmentVariable("PATH"),
        ["CURL_HOME"] = _folder,
        ["AUTOREST_SECRETS"] = _folder,
        ["AUTOREST_DATA"] = Path.Combine(_folder, "data"),
        ["NO_PROXY"] = "*",
    };

    public async ValueTask DisposeAsync()
    {
        if (_proxy is not null)
        {
            await _proxy.DisposeAsync();
        }

        await _server.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [GeneratedRegex("http://(api\\.localhost:8080|127\\.0\\.0\\.1:8080|localhost:3000)")]
    private static partial Regex Address();

    [GeneratedRegex("(http://[a-z]+\\.api\\.localhost):8080")]
    private static partial Regex TenantAddress();

    [GeneratedRegex("TOKEN=\"([^\"]*)\"")]
    private static partial Regex Quoted();

    /// <summary>What notifies the server.</summary>
    [GeneratedRegex("^(create (or replace )?(table|view|materialized view|function|type|domain|schema)|alter table|comment|grant .* on) ",
        RegexOptions.Multiline | RegexOptions.IgnoreCase)]
    private static partial Regex Definition();
}
