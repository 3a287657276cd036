namespace AutoRest.Proxy;

static partial class ProxyLog
{
    [LoggerMessage(Level = LogLevel.Information, Message = "Host table loaded: {Hosts} hosts")]
    public static partial void TableReloaded(ILogger logger, int hosts);

    [LoggerMessage(Level = LogLevel.Error, Message = "The changed settings are not used: {Reason}")]
    public static partial void SettingsRefused(ILogger logger, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "Certificate {File} loaded, valid until {NotAfter:u}")]
    public static partial void CertificateLoaded(ILogger logger, string file, DateTime notAfter);

    [LoggerMessage(Level = LogLevel.Error, Message = "The changed certificate {File} is not used: {Reason}")]
    public static partial void CertificateRefused(ILogger logger, string file, string reason);
}
