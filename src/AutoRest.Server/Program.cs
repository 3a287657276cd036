using System.Diagnostics;
using AutoRest.Server;
using AutoRest.Server.Configuration;

switch (CommandLine.Parse(args))
{
    case CommandLine.Run run:
        return await ServerLife.RunAsync(run.File);
    case CommandLine.Help:
        Console.Out.Write(CommandLine.Usage);
        return 0;
    case CommandLine.ShowVersion:
        Console.Out.WriteLine($"AutoRest {ProductName.Version} (PostgREST {ProductName.CompatibleWith} compatible)");
        return 0;
    case CommandLine.Example:
        Console.Out.Write(ConfigText.Example());
        return 0;
    case CommandLine.DumpConfig dump:
        return await Inspection.DumpConfigAsync(dump.File, dump.Redacted);
    case CommandLine.DumpSchema dump:
        return await Inspection.DumpSchemaAsync(dump.File);
    case CommandLine.Ready ready:
        return await Inspection.AskReadyAsync(ready.File);
    case CommandLine.Invalid invalid:
        Console.Error.WriteLine(invalid.Message);
        Console.Error.WriteLine();
        Console.Error.Write(CommandLine.Usage);
        return 1;
    default:
        throw new UnreachableException();
}
