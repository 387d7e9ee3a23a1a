using Lorica.Contracts.Faults;
using Lorica.ControlPlane.Access;
using Lorica.Store;

namespace Lorica.Center.Rest;

/// <summary>
/// A request that lasts (a stream of events, a console that is followed) goes on only as long as its caller is signed in and may:
/// a session that was ended, a token that was revoked, a privilege that was withdrawn end it within moments.
/// </summary>
internal sealed class Lasting : IAsyncDisposable
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(2);

    private readonly CancellationTokenSource _stop;
    private readonly Task _looking;

    private Lasting(HttpContext http, Func<CancellationToken, Task>? mayStill)
    {
        var services = http.RequestServices;
        _stop = CancellationTokenSource.CreateLinkedTokenSource(
            http.RequestAborted, services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping);
        Token = _stop.Token;
        _looking = LookAsync(
            services.GetRequiredService<SignInService>(), CallerFilter.Token(http), mayStill,
            services.GetRequiredService<TimeProvider>());
    }

    /// <summary>Fires when the client leaves, the center stops, or the caller may no longer.</summary>
    public CancellationToken Token { get; }

    /// <summary>Watches over a request until the result is disposed.</summary>
    /// <param name="http">The request.</param>
    /// <param name="mayStill">Throws a fault when the caller may no longer; null where each piece is asked for by itself.</param>
    public static Lasting Begin(HttpContext http, Func<CancellationToken, Task>? mayStill = null) => new(http, mayStill);

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _looking;
        _stop.Dispose();
    }

    private async Task LookAsync(SignInService signIn, string? token, Func<CancellationToken, Task>? mayStill, TimeProvider time)
    {
        while (true)
        {
            await Task.Delay(Look, time, Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (Token.IsCancellationRequested)
            {
                return;
            }

            try
            {
                await signIn.AuthenticateAsync(token, Token);
                await (mayStill?.Invoke(Token) ?? Task.CompletedTask);
            }
            catch (FaultException)
            {
                await _stop.CancelAsync();
                return;
            }
            catch (Exception e) when (e is OperationCanceledException || CenterStore.IsFailure(e))
            {
                // It ends, or the database is busy: asked again.
            }
        }
    }
}
