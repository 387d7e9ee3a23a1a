using Lorica.Kmip.Client;
using Lorica.Kmip.Messages;
using Lorica.Kmip.Telemetry;
using Lorica.Kmip.Ttlv;

namespace Lorica.Kmip;

/// <summary>
/// Speaks to one KMIP server over mutual TLS. Connects when first needed, keeps the connection, makes it anew when it was idle or
/// broke; one request at a time, further callers wait. Safe for use by several threads.
/// </summary>
/// <remarks>
/// Requests that only read, and those whose repetition changes nothing (Activate, Revoke, Destroy), are sent once more when a
/// kept connection ends before the first byte of an answer; a server that does not answer in time is not asked again. Create
/// never is: see <see cref="CreateSymmetricKeyAsync"/>. All methods throw
/// <see cref="KmipException"/>, or <see cref="OperationCanceledException"/> for the caller's own token, and nothing else.
/// </remarks>
public sealed partial class KmipClient : IAsyncDisposable
{
    private readonly KmipClientOptions _options;
    private readonly SemaphoreSlim _one = new(1, 1);
    private readonly PinnedBuffer _response = new(4096);
    private KmipConnection? _connection;
    private KmipVersion? _version;
    private bool _disposed;

    private KmipClient(KmipClientOptions options)
    {
        _options = options;
        _oneByOne = options.OneByOne;
    }

    private delegate T PayloadReader<out T>(TtlvItem payload);

    /// <summary>"host:port".</summary>
    public string Server => _options.ToString();

    /// <summary>The negotiated version; null before the first request.</summary>
    public KmipVersion? Version => _version;

    /// <summary>Makes a client; nothing is sent yet.</summary>
    /// <exception cref="KmipException">Misuse: options that cannot work.</exception>
    public static KmipClient Create(KmipClientOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Host.Length == 0 || options.Port is < 1 or > 65535)
        {
            throw new KmipException(KmipErrorKind.Misuse, "a server has a host and a port from 1 to 65535");
        }

        if (options.ClientCertificate is { HasPrivateKey: false })
        {
            throw new KmipException(KmipErrorKind.Misuse, "the client certificate has no private key");
        }

        if (options.MaximumVersion.Major != 1 || options.MaximumVersion < KmipVersion.V10
            || options.MaximumVersion > KmipVersion.V14)
        {
            throw new KmipException(KmipErrorKind.Misuse, "versions 1.0 to 1.4 are spoken");
        }

        _ = new ServerVerifier(options.ServerTrust);
        return new(options);
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _one.WaitAsync();
        try
        {
            _disposed = true;
            await DropConnectionAsync();
            _response.Dispose();
        }
        finally
        {
            _one.Release();
        }
    }

    private async Task<T> RequestAsync<T>(
        Operation operation, bool repeatable, Action<TtlvWriter> payload, PayloadReader<T> read, CancellationToken ct)
    {
        await _one.WaitAsync(ct);
        try
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            var version = _version ??= await NegotiateNeedsLockAsync(ct);
            return await SendNeedsLockAsync(version, operation, repeatable, payload, p => Judged(read, p), ct);
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>One request and its answer; the buffers that held them are zero again when this returns.</summary>
    private async Task<T> SendNeedsLockAsync<T>(
        KmipVersion version, Operation operation, bool repeatable, Action<TtlvWriter> payload, PayloadReader<T> read,
        CancellationToken ct)
    {
        using var writer = new TtlvWriter();
        RequestEncoder.Encode(writer, version, _options.UserName, _options.Password, operation, payload);
        var (began, failure) = (KmipTelemetry.Begin(), (KmipErrorKind?)null);
        try
        {
            int length = await ExchangeNeedsLockAsync(writer.Written, repeatable, ct);
            return read(ResponseDecoder.Payload(_response.Span[..length], operation));
        }
        catch (KmipException e)
        {
            failure = e.Kind;
            if (e.Kind is KmipErrorKind.Protocol or KmipErrorKind.OtherObject)
            {
                // What comes next on this connection cannot be trusted to answer what we ask.
                await DropConnectionAsync();
            }

            throw Failure.At(Server, operation.ToString(), e);
        }
        catch (OperationCanceledException)
        {
            failure = KmipErrorKind.Transport;
            throw;
        }
        finally
        {
            _response.Clear();
            KmipTelemetry.Ended(began, Server, operation.ToString(), failure);
        }
    }

    /// <summary>
    /// Reads the payload of an answer whose frame is in order: what is wrong in it is wrong about the object, not with the
    /// server.
    /// </summary>
    private static T Judged<T>(PayloadReader<T> read, TtlvItem payload)
    {
        try
        {
            return read(payload);
        }
        catch (KmipException e) when (e.Kind == KmipErrorKind.Protocol)
        {
            throw KmipException.Unusable(e.Message);
        }
    }

    private async Task<int> ExchangeNeedsLockAsync(ReadOnlyMemory<byte> request, bool repeatable, CancellationToken ct)
    {
        if (_connection is { } old && _options.TimeProvider.GetElapsedTime(old.LastUse) > _options.IdleTimeout)
        {
            await DropConnectionAsync();
        }

        bool kept = _connection is not null;
        try
        {
            return await OnceAsync(request, ct);
        }
        catch (KmipException e) when (kept && repeatable && e.IsStale)
        {
            return await OnceAsync(request, ct);
        }
    }

    private async Task<int> OnceAsync(ReadOnlyMemory<byte> request, CancellationToken ct)
    {
        _connection ??= await KmipConnection.OpenAsync(_options, ct);
        try
        {
            return await _connection.ExchangeAsync(request, _response, ct);
        }
        catch
        {
            await DropConnectionAsync();
            throw;
        }
    }

    private async ValueTask DropConnectionAsync()
    {
        if (_connection is { } connection)
        {
            _connection = null;
            await connection.DisposeAsync();
        }
    }
}
