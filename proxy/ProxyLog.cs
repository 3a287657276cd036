namespace AutoRest.Proxy;

static partial class ProxyLog
{
    [LoggerMessage(Level = LogLevel.Information, Message = "Host table loaded: {Hosts} hosts")]
    public static partial void TableReloaded(ILogger logger, int hosts);

    [LoggerMessage(Level = LogLevel.Error, Message = "The changed host table is not used: {Reason}")]
    public static partial void TableRefused(ILogger logger, string reason);
}
