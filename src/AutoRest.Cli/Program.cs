using System.CommandLine;
using AutoRest.Cli;
using AutoRest.Cli.Commands;
using Spectre.Console;

if (Console.IsOutputRedirected)
{
    // Spectre looks at TERM only: scripts would get escape codes.
    AnsiConsole.Console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors, Interactive = InteractionSupport.No });
    AnsiConsole.Profile.Width = 160;
}

var root = new RootCommand("AutoRest: a REST API from a PostgreSQL schema. `autorest --docker VERB` does the same with the containers of docker-compose.yml")
{
    UpCommand.Create(),
    DownCommand.Create(),
    StatusCommand.Create(),
    DoctorCommand.Create(),
    LogsCommand.Create(),
    PsqlCommand.Create(),
    BackupCommand.Create(),
    RestoreCommand.Create(),
    ResetCommand.Create(),
    TokenCommand.Create(),
    TypesCommand.Create(),
    OpenApiCommand.Create(),
    SecretsCommand.Create(),
    TeardownCommand.Create(),
};

try
{
    if (args is [DockerStack.Option, .. var words])
    {
        if (DockerStack.Own(words) is not { } own)
        {
            return await DockerStack.Run(words);
        }

        args = own;
    }

    // `up` stops its processes in order on a signal, however long that takes: no default handler may cut it short.
    return await root.Parse(args).InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
}
catch (CliError e)
{
    await Console.Error.WriteLineAsync($"autorest: {e.Message}");
    foreach (var line in e.Log)
    {
        await Console.Error.WriteLineAsync($"  | {line}");
    }

    return 1;
}
catch (OperationCanceledException)
{
    await Console.Error.WriteLineAsync("autorest: Interrupted.");
    return 1;
}
// In the middle of the work; that nobody answers at its beginning is said with more.
catch (Npgsql.NpgsqlException e)
{
    await Console.Error.WriteLineAsync($"autorest: The database ended the work ({AutoRest.Cli.Database.DatabaseTarget.Reason(e)}): see `autorest status`, and try again.");
    return 1;
}
