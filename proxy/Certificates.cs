using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace AutoRest.Proxy;

/// <summary>The certificate in use, from PEM files that are looked at again when a client connects. A pair that does not fit changes nothing.</summary>
sealed class Certificates
{
    static readonly TimeSpan Lifetime = TimeSpan.FromDays(825);

    readonly string _certificate;
    readonly string _key;
    readonly ILogger _log;
    readonly TimeProvider _time;
    readonly Lock _reloading = new();
    (DateTime, DateTime) _stamps;
    long _looked;
    volatile SslStreamCertificateContext _current;

    /// <exception cref="SettingException">The files are missing or do not fit together.</exception>
    public Certificates(string certificate, string key, ILogger log, TimeProvider time)
    {
        (_certificate, _key, _log, _time) = (certificate, key, log, time);
        try
        {
            _stamps = Stamps();
            _current = Load();
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new SettingException($"The certificate {certificate} with the key {key} cannot be used: {e.Message}");
        }

        _looked = time.GetTimestamp();
    }

    /// <summary>For the next connection. Looks at the files at most once a second.</summary>
    public SslStreamCertificateContext Current
    {
        get
        {
            if (_time.GetElapsedTime(Interlocked.Read(ref _looked)) >= TimeSpan.FromSeconds(1) && _reloading.TryEnter())
            {
                try
                {
                    Reload();
                }
                finally
                {
                    _reloading.Exit();
                }
            }

            return _current;
        }
    }

    /// <summary>A key and a certificate for the given names in two files that only their owner may read. Files that exist are left as they are.</summary>
    /// <exception cref="SettingException">Only one of the two exists, or they cannot be written.</exception>
    public static (string Certificate, string Key) Development(string folder, IEnumerable<string> names)
    {
        var files = (Certificate: Path.Combine(folder, "development.crt"), Key: Path.Combine(folder, "development.key"));
        try
        {
            if (File.Exists(files.Certificate) && File.Exists(files.Key))
            {
                return files;
            }

            if (File.Exists(files.Certificate) || File.Exists(files.Key))
            {
                throw new SettingException($"Only one of development.crt and development.key is in {folder}: delete it, and both are generated anew.");
            }

            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            using var certificate = SelfSigned(key, names);
            if (OperatingSystem.IsWindows())
            {
                Directory.CreateDirectory(folder);
            }
            else
            {
                Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            }

            WriteNew(files.Key, key.ExportPkcs8PrivateKeyPem());
            WriteNew(files.Certificate, certificate.ExportCertificatePem());
            return files;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SettingException($"The development certificate cannot be kept in {folder}: {e.Message} Name another folder in Tls:DevelopmentFolder.");
        }
    }

    static X509Certificate2 SelfSigned(ECDsa key, IEnumerable<string> names)
    {
        var request = new CertificateRequest("CN=AutoRest development", key, HashAlgorithmName.SHA256);
        var alternatives = new SubjectAlternativeNameBuilder();
        foreach (var name in names.Append("localhost").Distinct(StringComparer.OrdinalIgnoreCase))
        {
            alternatives.AddDnsName(name);
        }

        alternatives.AddIpAddress(IPAddress.Loopback);
        alternatives.AddIpAddress(IPAddress.IPv6Loopback);
        request.CertificateExtensions.Add(alternatives.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: false, hasPathLengthConstraint: false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], critical: false));
        var now = DateTimeOffset.UtcNow;
        return request.CreateSelfSigned(now.AddDays(-1), now + Lifetime);
    }

    static void WriteNew(string path, string text)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using var writer = new StreamWriter(path, options);
        writer.WriteLine(text);
    }

    void Reload()
    {
        Interlocked.Exchange(ref _looked, _time.GetTimestamp());
        try
        {
            var stamps = Stamps();
            if (stamps == _stamps)
            {
                return;
            }

            // Kept in either case: a pair that does not fit is reported once, and read again when the other file follows.
            _stamps = stamps;
            _current = Load();
            ProxyLog.CertificateLoaded(_log, _certificate, _current.TargetCertificate.NotAfter);
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            ProxyLog.CertificateRefused(_log, _certificate, e.Message);
        }
    }

    // The file itself, where the name is a link that is turned to another one.
    (DateTime, DateTime) Stamps() => (Stamp(_certificate), Stamp(_key));

    static DateTime Stamp(string path) => File.GetLastWriteTimeUtc(File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path);

    SslStreamCertificateContext Load()
    {
        using var pair = X509Certificate2.CreateFromPemFile(_certificate, _key);
        // Windows cannot serve with a key that was never stored.
        var leaf = X509CertificateLoader.LoadPkcs12(pair.Export(X509ContentType.Pkcs12), null);
        var chain = new X509Certificate2Collection();
        chain.ImportFromPemFile(_certificate);
        // Offline: issuers come from the file, not from the network.
        return SslStreamCertificateContext.Create(leaf, chain, offline: true);
    }
}
