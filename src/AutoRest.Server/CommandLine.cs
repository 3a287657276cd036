namespace AutoRest.Server;

/// <summary>What the command line asks for. contract/operations.md §12.</summary>
public abstract record CommandLine
{
    CommandLine()
    {
    }

    public const string Usage = """
        Usage: autorest-server [-h|--help] [-v|--version] [-e|--example]
                               [--dump-config[=redacted] | --dump-schema | --ready] [FILENAME]

          AutoRest serves a PostgreSQL schema as a REST API that speaks the wire contract of PostgREST.

          FILENAME                  configuration file; every setting may also come from the environment
          -h, --help                this text
          -v, --version             the version
          -e, --example             a configuration file to start from
          --dump-config             the effective configuration, WITH its secrets
          --dump-config=redacted    the same without secrets
          --dump-schema             the schema cache as JSON
          --ready                   asks the running server's admin port; exit code 0 when it is ready

        """;

    public sealed record Run(string? File) : CommandLine;

    public sealed record Help : CommandLine;

    public sealed record ShowVersion : CommandLine;

    public sealed record Example : CommandLine;

    public sealed record DumpConfig(string? File, bool Redacted) : CommandLine;

    public sealed record DumpSchema(string? File) : CommandLine;

    public sealed record Ready(string? File) : CommandLine;

    /// <param name="Message">What is wrong with the arguments.</param>
    public sealed record Invalid(string Message) : CommandLine;

    public static CommandLine Parse(IReadOnlyList<string> arguments)
    {
        string? file = null;
        string? command = null;
        var onlyFiles = false;
        var isForeign = false;
        foreach (var argument in arguments)
        {
            // Tuning of the reference's runtime, in existing command lines.
            if (isForeign || argument == "+RTS")
            {
                isForeign = argument != "-RTS";
                continue;
            }

            if (onlyFiles || argument is "" or "-" || argument[0] != '-')
            {
                if (file is not null)
                {
                    return new Invalid($"Invalid argument `{argument}': there is one configuration file.");
                }

                file = argument;
                continue;
            }

            switch (argument)
            {
                case "--":
                    onlyFiles = true;
                    break;
                case "-h" or "--help":
                    return new Help();
                case "-v" or "--version":
                    command = command is null ? "--version" : command;
                    break;
                case "-e" or "--example":
                    command = command is null ? "--example" : command;
                    break;
                case "--dump-config" or "--dump-config=redacted" or "--dump-schema" or "--ready":
                    if (command?.StartsWith("--d", StringComparison.Ordinal) == true || command == "--ready")
                    {
                        return new Invalid($"Invalid option `{argument}': {command} was given already.");
                    }

                    command ??= argument;
                    break;
                default:
                    return new Invalid($"Invalid option `{argument}'");
            }
        }

        return command switch
        {
            "--version" => new ShowVersion(),
            "--example" => new Example(),
            "--dump-config" => new DumpConfig(file, false),
            "--dump-config=redacted" => new DumpConfig(file, true),
            "--dump-schema" => new DumpSchema(file),
            "--ready" => new Ready(file),
            _ => new Run(file),
        };
    }
}
