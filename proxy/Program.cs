using AutoRest.Proxy;

try
{
    await ProxyHost.Build(args).RunAsync();
    return 0;
}
// Bad settings and a busy port are the operator's to mend: one sentence, no stack trace.
catch (Exception e) when (e is SettingException or IOException or InvalidOperationException)
{
    await Console.Error.WriteLineAsync($"autorest-proxy: {e.Message}");
    return 1;
}
