using AutoRest.Cli.Processes;

namespace AutoRest.Cli;

/// <summary>What somebody needs to make the first request. Plain lines: they are copied, and read by scripts.</summary>
static class Summary
{
    public static void Print(StackState state, Secrets secrets, string headline)
    {
        Console.WriteLine();
        Console.WriteLine(headline);
        if (state.Urls is { } urls)
        {
            Console.WriteLine($"  API       {urls.Api}");
            Console.WriteLine($"  Docs      {urls.Api}/docs");
            Console.WriteLine($"  Server    {urls.Server}");
            Console.WriteLine($"  Admin     {urls.Admin}/ready");
        }

        if (state.PoolerUrl is { } pooler)
        {
            Console.WriteLine($"  Pooler    {pooler} (password: {Path.Combine(secrets.Folder, "authenticator_password")})");
        }

        Console.WriteLine($"  Database  {state.DatabaseUrl} (password: {Path.Combine(secrets.Folder, "postgres_password")})");
        Console.WriteLine();
        foreach (var line in state.Urls is null ? [] : FirstSteps(state.Urls.Api, DevelopmentToken(secrets)))
        {
            Console.WriteLine(line);
        }
    }

    static string DevelopmentToken(Secrets secrets) =>
        Token.Sign(secrets.JwtSecret, Token.Claims(Token.DefaultRole, Token.DefaultSubject, DateTimeOffset.UtcNow, TimeSpan.FromDays(1), []));

    /// <summary>A token and three lines to paste into a shell.</summary>
    internal static IEnumerable<string> FirstSteps(string apiUrl, string token) =>
    [
        $"A token for {Token.DefaultRole} \"{Token.DefaultSubject}\", valid for one day (another: `autorest token --sub NAME`):",
        $"  TOKEN={token}",
        "",
        "Try:",
        $"  curl '{apiUrl}/todos?done=is.false&select=id,task,owner'",
        $"  curl -X POST '{apiUrl}/todos' -H \"Authorization: Bearer $TOKEN\" -H 'Content-Type: application/json' -H 'Prefer: return=representation' -d '{{\"task\":\"My first todo\"}}'",
        $"  curl -X PATCH '{apiUrl}/todos?id=eq.22222222-2222-4222-8222-222222222222' -H \"Authorization: Bearer $TOKEN\" -H 'Content-Type: application/json' -H 'Prefer: return=representation' -d '{{\"done\":true}}'",
    ];
}
