using AutoRest.Server.Errors;

namespace AutoRest.Server.Auth;

/// <summary>
/// What is known about a token once its signature is verified: everything that depends on its bytes and the configuration alone. Only the clock is
/// left to each request.
/// </summary>
/// <remarks>contract/auth.md §4.1: the order exp, nbf, iat, audience, role is the order of the answers.</remarks>
sealed class VerifiedToken
{
    /// <summary>Seconds of clock difference between us and the issuer that are forgiven.</summary>
    const long Skew = 30;

    /// <summary>Absent claims are values that always pass.</summary>
    public long Expires { get; init; } = long.MaxValue;

    public long NotBefore { get; init; } = long.MinValue;

    public long IssuedAt { get; init; } = long.MinValue;

    public ApiError? ShapeError { get; init; }

    public ApiError? ExpiresError { get; init; }

    public ApiError? NotBeforeError { get; init; }

    public ApiError? IssuedAtError { get; init; }

    /// <summary>Audience or role.</summary>
    public ApiError? LastError { get; init; }

    public AuthResult? Result { get; init; }

    /// <param name="now">Seconds since 1970, rounded down.</param>
    public AuthResult Check(long now)
    {
        var error = ShapeError
            ?? ExpiresError
            ?? (now - Skew > Expires ? JwtErrors.Expired : null)
            ?? NotBeforeError
            ?? (now + Skew < NotBefore ? JwtErrors.NotYetValid : null)
            ?? IssuedAtError
            ?? (now + Skew < IssuedAt ? JwtErrors.IssuedInFuture : null)
            ?? LastError;
        return error is null ? Result! : throw new ApiException(error);
    }
}
