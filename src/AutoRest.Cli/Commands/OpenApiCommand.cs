using System.Collections;
using System.CommandLine;
using AutoRest.Cli.Containers;
using AutoRest.Cli.Database;
using AutoRest.Cli.Processes;
using Npgsql;

namespace AutoRest.Cli.Commands;

/// <summary><c>autorest openapi</c>: the document a server serves, as a file.</summary>
static class OpenApiCommand
{
    static readonly Option<string> Format = new("--format") { Description = "openapi31 or swagger2", DefaultValueFactory = _ => "openapi31" };
    static readonly Option<string?> Role = new("--role") { Description = "Whose document: of a database role (default: of whoever has no token)", HelpName = "NAME" };
    static readonly Option<string?> Schema = new("--schema") { Description = "Which of the exposed schemas (default: the first)", HelpName = "NAME" };
    static readonly Option<FileInfo?> Output = new("--output", "-o") { Description = "File to write (default: standard output)", HelpName = "FILE" };
    static readonly Option<string?> Url = new("--url")
    {
        Description = "With a database: where clients will reach the API (default: PGRST_OPENAPI_SERVER_PROXY_URI, else http://localhost:3000)",
        HelpName = "URL",
    };

    static readonly Option<string?> DbUri = new("--db-uri")
    {
        Description = "Database, as for the server, which is started for the moment, with PGRST_DB_SCHEMAS and PGRST_DB_ANON_ROLE of the environment "
            + "(default: PGRST_DB_URI, else the running stack)",
        HelpName = "URI",
    };

    public static Command Create()
    {
        var command = new Command("openapi", "Writes the description of the API: OpenAPI 3.1 or Swagger 2.0")
        {
            Format, Role, Schema, Output, DbUri, Url, CommonOptions.Data, CommonOptions.Secrets, CommonOptions.Docker,
        };
        command.SetAction(async (parsed, cancel) =>
        {
            var version = parsed.GetValue(Format) switch
            {
                "openapi31" => DescriptionFormat.OpenApi31,
                "swagger2" => DescriptionFormat.Swagger2,
                var other => throw new CliError($"There is no format {other}: write --format openapi31 or --format swagger2."),
            };
            var wanted = new WantedDescription(version, parsed.GetValue(Role), parsed.GetValue(Schema));
            var text = await Describe(parsed, wanted, cancel);
            if (parsed.GetValue(Output) is { } file)
            {
                await WriteAsync(file, text, cancel);
            }
            else
            {
                await Console.Out.WriteAsync(text);
            }

            return 0;
        });
        return command;
    }

    static async Task<string> Describe(ParseResult parsed, WantedDescription wanted, CancellationToken cancel)
    {
        if (CommonOptions.InContainers(parsed))
        {
            if (parsed.GetValue(DbUri) is not null)
            {
                throw new CliError("--docker means the containers' server: leave out --db-uri or --docker.");
            }

            var published = await Compose.Find().Published(Compose.Server, Compose.ServerPort, cancel)
                ?? throw new CliError("The container of server is not running: start the stack with `autorest --docker up`, and see `autorest --docker status`.");
            return await ApiDescription.Ask(new Uri($"http://{published}"), wanted, CommonOptions.SecretsOf(parsed, Project.Find()).JwtSecret, cancel)
                ?? throw new CliError($"The server at {published} is not ready: see `autorest --docker status`.");
        }

        if ((parsed.GetValue(DbUri) ?? Environment.GetEnvironmentVariable("PGRST_DB_URI")) is { Length: > 0 } uri)
        {
            await CheckAsync(uri, cancel);
            await using var server = MomentaryServer.Start(Project.Find(), uri, parsed.GetValue(Url));
            return await server.Describe(wanted, cancel);
        }

        if (StackState.Read(CommonOptions.DataOf(parsed).StateFile) is not { IsRunning: true } state)
        {
            throw new CliError("No database was named, and the stack is not running: give --db-uri, or start the stack with `autorest up`.");
        }

        var address = state.Urls?.Server ?? throw new CliError("Only the database of the stack is running: start all of it with `autorest up`.");
        return await ApiDescription.Ask(new Uri(address), wanted, new Secrets(state.Secrets).JwtSecret, cancel)
            ?? throw new CliError($"The server at {address} is not ready: see `autorest status`.");
    }

    /// <summary>A server waits for its database; here nobody would.</summary>
    static async Task CheckAsync(string uri, CancellationToken cancel)
    {
        var variables = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().ToDictionary(v => (string)v.Key, v => (string)v.Value!);
        var builder = DatabaseTarget.Parse(uri, variables);
        builder.Pooling = false;
        try
        {
            await using var connection = new NpgsqlConnection(builder.ConnectionString);
            await connection.OpenAsync(cancel);
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException or NotSupportedException)
        {
            throw new CliError($"The database could not be read ({e.Message.TrimEnd('.')}): check --db-uri, and that PostgreSQL runs.");
        }
    }

    /// <summary>Renamed into place: whoever reads the file finds the old or the new one, never half of it.</summary>
    static async Task WriteAsync(FileInfo file, string text, CancellationToken cancel)
    {
        var next = $"{file.FullName}.{Environment.ProcessId}.new";
        try
        {
            await File.WriteAllTextAsync(next, text, cancel);
            File.Move(next, file.FullName, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CliError($"{file.FullName} cannot be written ({e.Message.TrimEnd('.')}): choose another with --output.");
        }
        finally
        {
            if (File.Exists(next))
            {
                File.Delete(next);
            }
        }
    }
}
