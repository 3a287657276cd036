using System.Globalization;
using System.Text;
using AutoRest.Cli.Database;
using AutoRest.Cli.Processes;

namespace AutoRest.Cli.Containers;

/// <summary>The client programs in the database's container: of its version, whatever is installed here. Files stay on this side.</summary>
/// <param name="host">Whom they log in to, as that container calls it.</param>
sealed class ContainerPrograms(Compose compose, string host, int port, string user, string password) : ClientPrograms
{
    // The password is the first line of the input: arguments and variables of `docker` could be read by everybody here. `read` takes
    // no byte of what follows.
    static readonly string[] LogIn = ["bash", "-c", "IFS= read -r PGPASSWORD && export PGPASSWORD && exec \"$@\"", "login"];

    public override Task<ProgramRun> Run(string name, IReadOnlyList<string> arguments, string database, CancellationToken cancel, string? input = null, string? output = null, Action<string>? said = null)
    {
        var variables = new Dictionary<string, string>
        {
            ["PGHOST"] = host,
            ["PGPORT"] = port.ToString(CultureInfo.InvariantCulture),
            ["PGUSER"] = user,
            ["PGDATABASE"] = database,
            ["PGAPPNAME"] = "autorest",
            // Progress is read from its messages.
            ["LC_MESSAGES"] = "C",
        };
        return compose.Run(Compose.Exec(Compose.Database, variables, [.. LogIn, name, .. arguments]), cancel, Write, output, said);

        async Task Write(Stream standardInput)
        {
            await standardInput.WriteAsync(Encoding.UTF8.GetBytes(password + "\n"), cancel);
            if (input is not null)
            {
                await using var file = File.OpenRead(input);
                await file.CopyToAsync(standardInput, cancel);
            }
        }
    }
}
