using System.Globalization;

namespace AutoRest.Proxy;

/// <summary>What every request passes before it is routed: 1. who asks, 2. the limits, 3. the status page.</summary>
sealed class Front
{
    readonly int? _redirectPort;
    readonly ILoggerFactory _logs;
    volatile State _current;

    /// <param name="settings">Those of the start.</param>
    /// <param name="redirectPort"><see langword="null"/>: nothing is redirected.</param>
    /// <param name="logs">For what reads the headers of proxies in front.</param>
    public Front(ProxySettings settings, int? redirectPort, ILoggerFactory logs)
    {
        (_redirectPort, _logs) = (redirectPort, logs);
        _current = new State(settings, new ClientAddress(settings.Forwarded, logs), new RequestLimits(settings.Limits));
    }

    /// <summary>The limits that a request was let in by.</summary>
    public static LimitSettings Limits(HttpContext context) => (LimitSettings)context.Items[typeof(Front)]!;

    /// <summary>Takes changed settings. The counts go on where the limits are the same.</summary>
    public void Use(ProxySettings settings)
    {
        var before = _current;
        var same = before.Settings.Limits == settings.Limits;
        _current = new State(settings, new ClientAddress(settings.Forwarded, _logs), same ? before.Limits : new RequestLimits(settings.Limits));
        if (!same)
        {
            before.Limits.Dispose();
        }
    }

    public async Task Enter(HttpContext context, RequestDelegate next)
    {
        var state = _current;
        // 1.
        state.Clients.Establish(context);

        // 2. Also for the status page: its token could be guessed at otherwise.
        var (refusal, lease) = await Admit(context, state);
        using (lease)
        {
            if (refusal is not null)
            {
                await refusal.Write(context);
            }
            // 3.
            else if (state.Settings.Status.Host is { Length: > 0 } host && string.Equals(host, context.Request.Host.Host, StringComparison.OrdinalIgnoreCase))
            {
                await RedirectToHttps(context, inner => StatusPage.Answer(inner, state.Settings.Status));
            }
            else
            {
                await next(context);
            }
        }
    }

    /// <summary>Sends a request by <c>http://</c> to <c>https://</c>, method and body with it (308, RFC 9110 §15.4.9).</summary>
    public async Task RedirectToHttps(HttpContext context, RequestDelegate next)
    {
        if (_redirectPort is not { } port || context.Request.IsHttps)
        {
            await next(context);
            return;
        }

        var request = context.Request;
        var at = port == 443 ? "" : ":" + port.ToString(CultureInfo.InvariantCulture);
        context.Response.StatusCode = StatusCodes.Status308PermanentRedirect;
        context.Response.Headers.Location = $"https://{request.Host.Host}{at}{request.Path.ToUriComponent()}{request.QueryString.ToUriComponent()}";
    }

    async ValueTask<(ProxyError? Refusal, System.Threading.RateLimiting.RateLimitLease? Lease)> Admit(HttpContext context, State state)
    {
        while (true)
        {
            try
            {
                context.Items[typeof(Front)] = state.Limits.Settings;
                return await state.Limits.Enter(context);
            }
            catch (ObjectDisposedException) when (state != _current)
            {
                // The settings changed just now.
                state = _current;
            }
        }
    }

    sealed record State(ProxySettings Settings, ClientAddress Clients, RequestLimits Limits);
}
