using System.Text;
using Microsoft.Extensions.Configuration.Json;
using Microsoft.Extensions.Primitives;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Health;
using Yarp.ReverseProxy.Model;
using Yarp.ReverseProxy.ServiceDiscovery;

namespace AutoRest.Proxy;

/// <summary>Builds the web application: the host table's routes, what is decided in front of them, and a clear answer for everything they cannot serve.</summary>
public static class ProxyHost
{
    /// <summary>Default address when neither <c>Urls</c> nor an argument names one: loopback only.</summary>
    const string DefaultUrls = "http://localhost:8080";

    /// <summary>
    /// Builds the proxy from <c>appsettings.json</c>, the file that <c>Settings</c> names, the environment and <paramref name="args"/>, later ones winning.
    /// </summary>
    /// <exception cref="SettingException">A setting cannot be used.</exception>
    public static WebApplication Build(string[] args)
    {
        // The settings lie beside the program, wherever it is started from.
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
        AddSettingsFile(builder.Configuration);
        if (string.IsNullOrEmpty(builder.Configuration["Urls"]))
        {
            builder.WebHost.UseUrls(DefaultUrls);
        }

        var (routes, clusters, settings) = Read(builder.Configuration);
        var addresses = (builder.Configuration["Urls"] ?? DefaultUrls).Split(';', StringSplitOptions.RemoveEmptyEntries).Select(BindingAddress.Parse).ToList();
        var redirectPort = RedirectPort(settings.Tls, addresses);
        Certificates? certificates = null;
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            // The server behind decides how much it takes: a limit here would answer a bulk insert before the server sees it. Limits:BodyBytes is per request.
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MaxRequestLineSize = settings.Limits.RequestLineBytes;
            kestrel.Limits.MaxRequestBufferSize = Math.Max(1024 * 1024, settings.Limits.RequestLineBytes * 2L);
            kestrel.Limits.MaxRequestHeadersTotalSize = settings.Limits.HeaderBytes;
            kestrel.Limits.MaxConcurrentConnections = settings.Limits.Connections;
            kestrel.Limits.MaxConcurrentUpgradedConnections = settings.Limits.Connections;
            // A slow reader is the reason responses stream; it is not an attack.
            kestrel.Limits.MinResponseDataRate = null;
            // One character per byte: names beyond ASCII pass as the bytes they are.
            kestrel.RequestHeaderEncodingSelector = static _ => Encoding.Latin1;
            kestrel.ResponseHeaderEncodingSelector = static _ => Encoding.Latin1;
            kestrel.ConfigureHttpsDefaults(https =>
            {
                https.SslProtocols = System.Security.Authentication.SslProtocols.Tls12 | System.Security.Authentication.SslProtocols.Tls13;
                https.ServerCertificateSelector = (_, _) => certificates!.Current.TargetCertificate;
                https.OnAuthenticate = (_, tls) =>
                {
                    // The whole chain, which the selector cannot give.
                    tls.ServerCertificateSelectionCallback = null;
                    tls.ServerCertificateContext = certificates!.Current;
                };
            });
        });

        builder.Services.AddSingleton<IForwarderHttpClientFactory, Outgoing>();
        builder.Services.AddSingleton<IPassiveHealthCheckPolicy, PauseAfterFailedConnection>();
        builder.Services.AddSingleton<IDestinationResolver>(new AddressResolver(AddressResolver.LookUp));
        builder.Services.AddReverseProxy().LoadFromMemory(routes, clusters).AddTransforms(Outgoing.AddTransforms);

        var app = builder.Build();
        certificates = Certificate(settings.Tls, addresses, routes, app);
        var front = new Front(settings, redirectPort, app.Services.GetRequiredService<ILoggerFactory>());
        ReloadOnChange(app, front);
        app.Use(front.Enter);
        // Here, not at the beginning: a trusted proxy in front may say which host is meant.
        app.UseRouting();
        app.MapReverseProxy(pipeline =>
        {
            pipeline.Use(front.RedirectToHttps);
            pipeline.Use(ChooseTenant);
            pipeline.Use(AnswerFailures);
            pipeline.Use(Failover.TryTheOthers);
            pipeline.UseSessionAffinity();
            pipeline.UseLoadBalancing();
            pipeline.UsePassiveHealthChecks();
        });
        app.MapFallback(context => ProxyError.UnknownHost(context.Request.Host.Host).Write(context));
        return app;
    }

    // Between the shipped file and the environment.
    static void AddSettingsFile(ConfigurationManager configuration)
    {
        if (configuration["Settings"] is not { Length: > 0 } path)
        {
            return;
        }

        var file = new JsonConfigurationSource { Path = Path.GetFullPath(path), ReloadOnChange = true };
        if (!File.Exists(file.Path))
        {
            throw new SettingException($"The settings file {file.Path} does not exist: correct Settings.");
        }

        file.ResolveFileProvider();
        var sources = ((IConfigurationBuilder)configuration).Sources;
        var last = sources.Select(static (source, i) => (source, i)).Last(static pair => pair.source is JsonConfigurationSource).i;
        sources.Insert(last + 1, file);
    }

    static (IReadOnlyList<RouteConfig> Routes, IReadOnlyList<ClusterConfig> Clusters, ProxySettings Settings) Read(IConfiguration configuration)
    {
        var table = HostTable.Read(configuration);
        var (routes, clusters) = HostRoutes.From(table);
        var settings = ProxySettings.Read(configuration);
        return settings.Status.Host is { } host && table.Hosts.Keys.Contains(host, StringComparer.OrdinalIgnoreCase)
            ? throw new SettingException($"Status:Host \"{host}\" is a host of the table, too: give the status page a name of its own.")
            : (routes, clusters, settings);
    }

    static int? RedirectPort(TlsSettings tls, List<BindingAddress> addresses) => !tls.Redirect ? null
        : tls.RedirectPort ?? addresses.FirstOrDefault(static address => address.Scheme == "https")?.Port
            ?? throw new SettingException("Tls:Redirect needs an address that begins with https:// in Urls, or Tls:RedirectPort.");

    static Certificates? Certificate(TlsSettings tls, List<BindingAddress> addresses, IReadOnlyList<RouteConfig> routes, WebApplication app)
    {
        if (tls.Development)
        {
            var folder = tls.DevelopmentFolder ?? Path.Combine(
                Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify), "autorest", "tls");
            var (certificate, key) = Certificates.Development(folder, routes.Select(static route => route.RouteId));
            return new Certificates(certificate, key, app.Logger, TimeProvider.System);
        }

        return tls is { Certificate: { } file, Key: { } keyFile } ? new Certificates(file, keyFile, app.Logger, TimeProvider.System)
            : addresses.Any(static address => address.Scheme == "https")
                ? throw new SettingException("An address in Urls begins with https://: name Tls:Certificate and Tls:Key, or set Tls:Development to true.")
                : null;
    }

    static async Task ChooseTenant(HttpContext context, RequestDelegate next)
    {
        if (Tenancy.Choose(context) is { } refusal)
        {
            await refusal.Write(context);
            return;
        }

        await next(context);
    }

    // YARP leaves the body empty when it cannot forward. A 5xx that the server itself answered passes untouched.
    static async Task AnswerFailures(HttpContext context, RequestDelegate next)
    {
        await next(context);
        if (context.Response.HasStarted || context.RequestAborted.IsCancellationRequested)
        {
            return;
        }

        var host = context.Request.Host.Host;
        var feature = context.Features.Get<IForwarderErrorFeature>();
        var answer = (context.Response.StatusCode, feature?.Error) switch
        {
            (_, not null) when TooLarge(feature.Exception) => ProxyError.TooLarge(Front.Limits(context).BodyBytes ?? 0),
            (503, ForwarderError.NoAvailableDestinations) => ProxyError.Unavailable(host),
            (503, null) when context.Features.Get<IReverseProxyFeature>()?.ProxiedDestination is null => ProxyError.Unavailable(host),
            (504, not null) => ProxyError.GatewayTimeout(host),
            (502, not null) => ProxyError.BadGateway(host),
            _ => null,
        };
        if (answer is not null)
        {
            await answer.Write(context);
        }
    }

    static bool TooLarge(Exception? e) => e switch
    {
        null => false,
        BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } => true,
        AggregateException several => several.InnerExceptions.Any(TooLarge),
        _ => TooLarge(e.InnerException),
    };

    // A saved settings file takes effect at once; a broken one is logged and everything stays as it was.
    static void ReloadOnChange(WebApplication app, Front front)
    {
        foreach (var file in ((IConfigurationBuilder)app.Configuration).Sources.OfType<FileConfigurationSource>())
        {
            file.OnLoadException = failure => ProxyLog.SettingsRefused(app.Logger, failure.Exception.Message);
        }

        var routes = app.Services.GetRequiredService<InMemoryConfigProvider>();
        ChangeToken.OnChange(((IConfiguration)app.Configuration).GetReloadToken, () =>
        {
            try
            {
                var (changedRoutes, changedClusters, settings) = Read(app.Configuration);
                routes.Update(changedRoutes, changedClusters);
                front.Use(settings);
                ProxyLog.TableReloaded(app.Logger, changedRoutes.Count);
            }
            catch (Exception e) when (e is SettingException or InvalidOperationException)
            {
                ProxyLog.SettingsRefused(app.Logger, e.Message);
            }
        });
    }
}
