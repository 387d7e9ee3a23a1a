using Lorica.Cli.Output;

namespace Lorica.Cli.Rest;

/// <summary>An open console log.</summary>
internal sealed class ConsoleLog(HttpRequestMessage request, HttpResponseMessage response, long offset) : IDisposable
{
    private Stream? _stream;

    /// <summary>
    /// Offset of the next byte that <see cref="ReadAsync"/> gives; later than asked for when the log has wrapped.
    /// </summary>
    public long Offset { get; private set; } = offset;

    /// <summary>Next bytes; 0 at the end (of the log so far, or, when followed, of the guest's run).</summary>
    public async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken ct)
    {
        try
        {
            _stream ??= await response.Content.ReadAsStreamAsync(ct);
            int read = await _stream.ReadAsync(buffer, ct);
            Offset += read;
            return read;
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            throw new CliException(ExitCode.Unreachable, "The center broke off while it was showing the console.", inner: e);
        }
    }

    public void Dispose()
    {
        _stream?.Dispose();
        response.Dispose();
        request.Dispose();
    }
}
