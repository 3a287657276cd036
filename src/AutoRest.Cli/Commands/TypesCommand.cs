using System.Collections;
using System.Collections.Immutable;
using System.CommandLine;
using AutoRest.Cli.Processes;
using AutoRest.Cli.TypeScript;
using AutoRest.Introspection;
using AutoRest.Server.Configuration;
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
        var command = new Command("types", "Writes the types of tables, views and functions for a client's language") { Lang, Schema, Out, DbUri, CommonOptions.Data };
        command.SetAction(async (parsed, cancel) =>
        {
            if (parsed.GetValue(Lang) is not ("typescript" or "ts") and var language)
            {
                throw new CliError($"There are no types for {language}: write --lang typescript.");
            }

            var (connection, usual) = Source(parsed);
            var text = await Describe(connection, Schemas(parsed, usual), cancel);
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

    /// <summary>The database, and the schema that is exposed when nobody says which.</summary>
    static (NpgsqlConnectionStringBuilder Connection, string Schema) Source(ParseResult parsed)
    {
        if ((parsed.GetValue(DbUri) ?? Environment.GetEnvironmentVariable("PGRST_DB_URI")) is { Length: > 0 } uri)
        {
            var variables = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().ToDictionary(v => (string)v.Key, v => (string)v.Value!);
            return (Parse(uri, variables), "public");
        }

        if (StackState.Read(CommonOptions.DataOf(parsed).StateFile) is not { IsRunning: true } state)
        {
            throw new CliError("No database was named, and the stack is not running: give --db-uri, or start the stack with `autorest up`.");
        }

        // Without libpq's variables: they are meant for another database.
        var own = Parse(state.DatabaseUrl, []);
        own.Password = new Secrets(state.Secrets).PostgresPassword;
        return (own, "api");
    }

    /// <summary>A connection string as the server takes it.</summary>
    internal static NpgsqlConnectionStringBuilder Parse(string uri, Dictionary<string, string> environment)
    {
        try
        {
            var text = uri.StartsWith('@') ? File.ReadAllText(uri[1..]).Trim() : uri;
            return ConnectionString.Parse(text, environment, "autorest").Builder;
        }
        catch (Exception e) when (e is ConfigException or IOException or UnauthorizedAccessException)
        {
            throw new CliError($"The connection string cannot be used ({e.Message.TrimEnd('.')}): write it as for the server, postgresql://user:password@host:5432/database.");
        }
    }

    static ImmutableArray<string> Schemas(ParseResult parsed, string usual)
    {
        var asked = Split(parsed.GetValue(Schema)!);
        var configured = asked.IsEmpty ? Split([Environment.GetEnvironmentVariable("PGRST_DB_SCHEMAS") ?? ""]) : asked;
        return configured.IsEmpty ? [usual] : configured;
    }

    static ImmutableArray<string> Split(string[] lists) =>
        [.. lists.SelectMany(list => list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)).Distinct(StringComparer.Ordinal)];

    static async Task<string> Describe(NpgsqlConnectionStringBuilder builder, ImmutableArray<string> schemas, CancellationToken cancel)
    {
        builder.Pooling = false;
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
