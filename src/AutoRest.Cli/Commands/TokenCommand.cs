using System.CommandLine;

namespace AutoRest.Cli.Commands;

/// <summary><c>autorest token</c>: prints a token and nothing else, so that <c>$(autorest token)</c> works.</summary>
static class TokenCommand
{
    static readonly Option<string> Role = new("--role") { Description = "Database role", DefaultValueFactory = _ => Token.DefaultRole };
    static readonly Option<string> Subject = new("--sub") { Description = "Who it is for", DefaultValueFactory = _ => Token.DefaultSubject };
    static readonly Option<string> Expires = new("--expires") { Description = "Valid for 30m, 12h, 7d … or never", DefaultValueFactory = _ => "1d" };
    static readonly Option<string[]> Claims = new("--claim") { Description = "Another claim; a value that is JSON is taken as JSON; repeatable", HelpName = "NAME=VALUE", DefaultValueFactory = _ => [] };

    public static Command Create()
    {
        var command = new Command("token", "Prints a signed token for development") { Role, Subject, Expires, Claims, CommonOptions.Secrets };
        command.SetAction(parsed =>
        {
            var secrets = CommonOptions.SecretsOf(parsed, Project.Find());
            var claims = Token.Claims(
                parsed.GetValue(Role), parsed.GetValue(Subject), DateTimeOffset.UtcNow, Token.Lifetime(parsed.GetValue(Expires)!), parsed.GetValue(Claims)!);
            Console.WriteLine(Token.Sign(secrets.JwtSecret, claims));
            return 0;
        });
        return command;
    }
}
