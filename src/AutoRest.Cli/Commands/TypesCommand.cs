using System.Collections.Immutable;
using System.CommandLine;
using AutoRest.Cli.Database;
using AutoRest.Cli.TypeScript;
using AutoRest.Introspection;
using Npgsql;

namespace AutoRest.Cli.Commands;

/// <summary><c>autorest types</c>: the exposed schemas as types of a client's language.</summary>
static class TypesCommand
{
    static readonly Option<string> Lang = new("--lang") { Description = "typescript", HelpName = "LANGUAGE", DefaultValueFactory = _ => "typescript" };
    static readonly Option<string[]> Schema = new("--schema")
    {
        Description = "Schemas, the first is the default one; repeatable or with commas (default: PGRST_DB_SCHEMAS, else api for the running stack and public otherwise)",
        HelpName = "NAME",
        DefaultValueFactory = _ => [],
    };

    static readonly Option<FileInfo?> Out = new("--out", "-o") { Description = "File to write (default: standard output)", HelpName = "FILE" };
    static readonly Option<string?> DbUri = new("--db-uri")
    {
        Description = "Database, as for the server (default: PGRST_DB_URI, else the running stack)",
        HelpName = "URI",
    };

    public static Command Create()
    {
        var command = new Command("types", "Writes the types of tables, views and functions for a client's language") { Lang, Schema, Out, DbUri, CommonOptions.Data, CommonOptions.Docker };
        command.SetAction(async (parsed, cancel) =>
        {
            if (parsed.GetValue(Lang) is not ("typescript" or "ts") and var language)
            {
                throw new CliError($"There are no types for {language}: write --lang typescript.");
            }

            var containers = CommonOptions.InContainers(parsed);
            var target = await DatabaseTarget.Of(parsed, parsed.GetValue(DbUri) ?? (containers ? null : Environment.GetEnvironmentVariable("PGRST_DB_URI")), cancel);
            var schemas = Exposed.Schemas(parsed.GetValue(Schema)!, target.Stack is null ? "public" : "api", configured: !containers);
            var text = await Describe(target.Connection, schemas, cancel);
            if (parsed.GetValue(Out) is not { } file)
            {
                await Console.Out.WriteAsync(text);
                return 0;
            }

            try
            {
                await File.WriteAllTextAsync(file.FullName, text, cancel);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new CliError($"{file.FullName} cannot be written ({e.Message.TrimEnd('.')}): choose another with --out.");
            }

            return 0;
        });
        return command;
    }

    static async Task<string> Describe(NpgsqlConnectionStringBuilder builder, ImmutableArray<string> schemas, CancellationToken cancel)
    {
        try
        {
            await using var connection = new NpgsqlConnection(builder.ConnectionString);
            await connection.OpenAsync(cancel);
            var facts = await CatalogReader.ReadAsync(connection, schemas, [], cancel);
            return DatabaseFile.Write(new ExposedDatabase(facts, await CatalogReader.ReadTypesAsync(connection, schemas, cancel)));
        }
        catch (PostgresException e) when (e.SqlState == "3F000")
        {
            throw new CliError($"The database has no such schema ({e.MessageText}): name existing ones with --schema.");
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException or NotSupportedException)
        {
            throw new CliError($"The database could not be read ({e.Message.TrimEnd('.')}): check --db-uri, and that PostgreSQL runs.");
        }
    }
}
