using System.CommandLine;
using AutoRest.Cli.Database;
using AutoRest.Cli.Processes;

namespace AutoRest.Cli.Commands;

/// <summary><c>autorest psql</c>: PostgreSQL's own shell on the stack's database; what is not ours goes to it as it is, and its exit code comes back.</summary>
static class PsqlCommand
{
    public const string RoleThroughPooler = "A pooler passes no role on at log-in: leave out --pooler or --role, and write SET LOCAL ROLE in a transaction.";

    static readonly Option<string?> Role = new("--role") { Description = "Become this role, as a request with its token does (default: stay superuser)", HelpName = "ROLE" };
    static readonly Option<bool> Pooler = new("--pooler") { Description = "Log in as authenticator through PgBouncer, as the server does" };

    public static Command Create()
    {
        var command = new Command("psql", "Opens psql on the stack's database; further arguments are psql's (after -- those that psql shares with us)") { Role, Pooler, CommonOptions.Data };
        command.TreatUnmatchedTokensAsErrors = false;
        command.SetAction(Run);
        return command;
    }

    static async Task<int> Run(ParseResult parsed, CancellationToken cancel)
    {
        var target = await DatabaseTarget.Of(parsed, uri: null, cancel);
        if (parsed.GetValue(Pooler))
        {
            target = target.Stack is { PoolerUrl: not null } stack ? DatabaseTarget.ForServer(stack) : throw new CliError("The stack runs without PgBouncer: leave out --pooler.");
        }

        var variables = target.LibpqVariables();
        if (parsed.GetValue(Role) is { Length: > 0 } role)
        {
            if (parsed.GetValue(Pooler))
            {
                throw new CliError(RoleThroughPooler);
            }

            variables["PGOPTIONS"] = RoleOption(role);
        }

        return await PassThrough.Run(PostgresPrograms.Find("psql", target, CommonOptions.DataOf(parsed)), parsed.UnmatchedTokens, variables);
    }

    /// <summary>Value of <c>PGOPTIONS</c> that makes a session begin as a role: blanks and backslashes would end or change a word of it.</summary>
    public static string RoleOption(string role) => "-c role=" + string.Concat(role.Select(c => c is ' ' or '\\' or '\t' ? $"\\{c}" : $"{c}"));
}
