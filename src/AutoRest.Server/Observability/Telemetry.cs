using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace AutoRest.Server.Observability;

/// <summary>
/// Sends spans and measurements to a collector, by OTLP over HTTP. The only file that knows the OpenTelemetry packages. The exporter's own
/// <c>OTEL_*</c> variables count where no setting of ours says otherwise (headers, service name, sampling).
/// </summary>
public sealed class Telemetry : IDisposable
{
    readonly TracerProvider _traces;
    readonly MeterProvider _metrics;

    public Telemetry(Uri endpoint, string version)
    {
        var name = Environment.GetEnvironmentVariable("OTEL_SERVICE_NAME") is { Length: > 0 } given ? given : "autorest";
        var resource = ResourceBuilder.CreateDefault().AddService(name, serviceVersion: version);
        _traces = Sdk.CreateTracerProviderBuilder()
            .SetResourceBuilder(resource)
            .AddSource(Tracing.SourceName, Tracing.DatabaseSourceName)
            .AddOtlpExporter(options => Configure(options, endpoint, "v1/traces"))
            .Build();
        _metrics = Sdk.CreateMeterProviderBuilder()
            .SetResourceBuilder(resource)
            .AddMeter(Tracing.SourceName, Tracing.DatabaseSourceName, "System.Runtime")
            .AddOtlpExporter(options => Configure(options, endpoint, "v1/metrics"))
            .Build();
    }

    /// <summary>Sends what is not sent yet, for a few seconds at most.</summary>
    public void Dispose()
    {
        _traces.ForceFlush(3000);
        _metrics.ForceFlush(3000);
        _traces.Dispose();
        _metrics.Dispose();
    }

    static void Configure(OtlpExporterOptions options, Uri endpoint, string path)
    {
        // An endpoint set in code is taken as it is: the path of the signal is ours to add.
        options.Endpoint = new Uri(endpoint.AbsoluteUri.TrimEnd('/') + "/" + path);
        options.Protocol = OtlpExportProtocol.HttpProtobuf;
    }
}
