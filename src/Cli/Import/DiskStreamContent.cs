using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Lorica.Cli.Output;
using Lorica.Contracts.Rest;

namespace Lorica.Cli.Import;

/// <summary>
/// The body of an import (<see cref="DiskStream"/>). It ends with the end frame only if the disks still held exactly the data
/// that was announced: an image that changed meanwhile leaves nothing behind.
/// </summary>
internal sealed class DiskStreamContent : HttpContent
{
    private const byte JsonFrame = 1;
    private const byte DataFrame = 2;
    private const byte EndFrame = 3;

    private readonly CreateVmBody _body;
    private readonly IReadOnlyList<ImportSource> _sources;
    private readonly Action<long> _sent;

    public DiskStreamContent(CreateVmBody body, IReadOnlyList<ImportSource> sources, Action<long> sent)
    {
        _body = body;
        _sources = sources;
        _sent = sent;
        Headers.ContentType = new MediaTypeHeaderValue(DiskStream.MediaType);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(
        Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(_body, RestJson.Default.CreateVmBody);
        if (json.Length > DiskStream.MaximumJson)
            throw new CliException(ExitCode.Usage, "The description of the virtual machine is too long.");
        await stream.WriteAsync(DiskStream.Magic.ToArray(), cancellationToken);
        await WriteFrameAsync(stream, JsonFrame, 0, 0, json, cancellationToken);
        long total = 0;
        for (int disk = 0; disk < _sources.Count; disk++)
        {
            long sent = 0;
            await foreach (var run in _sources[disk].DataAsync(cancellationToken))
            {
                sent += run.Data.Length;
                if (sent > _body.Disks[disk].Data)
                    throw Changed(_sources[disk]);
                await WriteFrameAsync(stream, DataFrame, disk, run.Offset, run.Data, cancellationToken);
                _sent(total + sent);
            }
            if (sent != _body.Disks[disk].Data)
                throw Changed(_sources[disk]);
            total += sent;
        }
        await WriteFrameAsync(stream, EndFrame, 0, 0, default, cancellationToken);
        await stream.FlushAsync(cancellationToken);
    }

    private static CliException Changed(ImportSource source)
        => new(ExitCode.Refused, $"{source.Path} changed while it was imported; nothing was kept.",
            "Stop whatever writes it, then import again.");

    private static async Task WriteFrameAsync(
        Stream stream, byte kind, int disk, long offset, ReadOnlyMemory<byte> data, CancellationToken ct)
    {
        byte[] header = new byte[DiskStream.HeaderLength];
        header[0] = kind;
        header[1] = (byte)disk;
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(4), (uint)data.Length);
        BinaryPrimitives.WriteUInt64LittleEndian(header.AsSpan(8), (ulong)offset);
        await stream.WriteAsync(header, ct);
        await stream.WriteAsync(data, ct);
    }
}
