using System.CommandLine;
using System.Text;
using System.Text.Json;
using AutoRest.Cli.Database;
using AutoRest.Cli.Doctor;
using AutoRest.Cli.Processes;
using Spectre.Console;

namespace AutoRest.Cli.Commands;

/// <summary><c>autorest doctor</c>: examines the stack, or what the server's configuration names, and says how to mend what it finds.</summary>
static class DoctorCommand
{
    static readonly Option<string?> DbUri = new("--db-uri") { Description = "The server's connection string (default: PGRST_DB_URI, else the running stack)", HelpName = "URI" };
    static readonly Option<string[]> Schema = new("--schema") { Description = "Exposed schemas; repeatable or with commas (default: PGRST_DB_SCHEMAS, else api for the stack and public otherwise)", HelpName = "NAME", DefaultValueFactory = _ => [] };
    static readonly Option<string?> AnonRole = new("--anon-role") { Description = "The anonymous role (default: PGRST_DB_ANON_ROLE, else api_anon for the stack)", HelpName = "ROLE" };
    static readonly Option<bool> Json = new("--json") { Description = "Machine-readable" };

    public static Command Create()
    {
        var command = new Command("doctor", "Examines connection, roles, grants, policies, indexes and secrets; exit code 0 in order, 2 warnings, 3 errors")
        {
            DbUri, Schema, AnonRole, Json, CommonOptions.Data, CommonOptions.Docker,
        };
        command.SetAction(async (parsed, cancel) =>
        {
            var report = await Examination.Run(await Subject(parsed, cancel), cancel);
            if (parsed.GetValue(Json))
            {
                Console.WriteLine(ToJson(report));
            }
            else
            {
                Print(report);
            }

            return report.ExitCode;
        });
        return command;
    }

    static async Task<Examined> Subject(ParseResult parsed, CancellationToken cancel)
    {
        // What is set here is meant for a server here: containers have their configuration from docker-compose.yml.
        Func<string, string?> variable = CommonOptions.InContainers(parsed) ? _ => null : Variable;
        var uri = parsed.GetValue(DbUri) ?? variable("PGRST_DB_URI");
        var target = await DatabaseTarget.Of(parsed, uri, cancel);
        var own = target.Stack is not null;
        var (secret, files) = target.Stack is { Secrets: var secrets }
            ? ("@" + secrets.JwtSecretFile, [.. Secrets.Names.Select(name => Path.Combine(secrets.Folder, name))])
            : (variable("PGRST_JWT_SECRET"), (IReadOnlyList<string>)[.. new[] { uri, variable("PGRST_JWT_SECRET"), variable("AUTOREST_DB_LISTEN_URI") }.Where(value => value?.StartsWith('@') == true).Select(value => value![1..])]);
        return new Examined(
            target, target.Stack is { } stack ? DatabaseTarget.ForServer(stack) : target,
            Exposed.Schemas(parsed.GetValue(Schema)!, own ? "api" : "public", configured: !CommonOptions.InContainers(parsed)),
            parsed.GetValue(AnonRole) ?? variable("PGRST_DB_ANON_ROLE") ?? (own ? "api_anon" : null),
            secret, variable("PGRST_JWT_SECRET_IS_BASE64") is "true", files, own || variable("AUTOREST_DB_LISTEN_URI") is not null);
    }

    static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;

    static void Print(Report report)
    {
        foreach (var (name, value) in report.Facts)
        {
            AnsiConsole.MarkupLineInterpolated($"[green]✓[/] {name,-20} {value}");
        }

        foreach (var finding in report.Findings)
        {
            var (sign, colour) = finding.Severity switch { Severity.Error => ("✗", "red"), Severity.Warning => ("!", "yellow"), _ => ("·", "blue") };
            // Not through Spectre: it would break the lines that are to be copied.
            AnsiConsole.Markup($"[{colour}]{sign} {finding.Severity.ToString().ToLowerInvariant()}[/] ");
            Console.WriteLine($"{finding.Subject} {finding.Message} [{finding.Check}]");
            Console.WriteLine($"    {finding.Sql ?? finding.Command}");
        }

        Console.WriteLine($"{report.Count(Severity.Error)} errors, {report.Count(Severity.Warning)} warnings, {report.Count(Severity.Hint)} hints");
    }

    internal static string ToJson(Report report)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteNumber("errors", report.Count(Severity.Error));
            json.WriteNumber("warnings", report.Count(Severity.Warning));
            json.WriteNumber("hints", report.Count(Severity.Hint));
            json.WriteStartObject("facts");
            foreach (var (name, value) in report.Facts)
            {
                json.WriteString(name, value);
            }

            json.WriteEndObject();
            json.WriteStartArray("findings");
            foreach (var finding in report.Findings)
            {
                json.WriteStartObject();
                json.WriteString("check", finding.Check);
                json.WriteString("severity", finding.Severity.ToString().ToLowerInvariant());
                json.WriteString("subject", finding.Subject);
                json.WriteString("message", finding.Message);
                json.WriteString("sql", finding.Sql);
                json.WriteString("command", finding.Command);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }
}
