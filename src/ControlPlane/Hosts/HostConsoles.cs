using System.Runtime.CompilerServices;
using Google.Protobuf;
using Lorica.Contracts.Host;
using Lorica.Model;

namespace Lorica.ControlPlane.Hosts;

/// <summary>Serial consoles of a host's VMs.</summary>
public sealed class HostConsoles
{
    private readonly HostCaller _host;

    internal HostConsoles(HostCaller host) => _host = host;

    /// <summary>The serial log from an offset on; with <paramref name="follow"/> as the guest writes it.</summary>
    public async IAsyncEnumerable<ConsolePart> ReadAsync(
        string vmId, long from, bool follow, IReadOnlyList<RecordedKey> records, [EnumeratorCancellation] CancellationToken ct)
    {
        var request = new ReadConsoleRequest { VmId = vmId, FromOffset = from, Follow = follow };
        request.Records.Add(records);
        await foreach (var part in _host.FollowAsync((c, o) => c.ReadConsole(request, o), ct))
        {
            yield return new ConsolePart(part.Offset, part.Data.Memory);
        }
    }

    /// <summary>Types.</summary>
    public Task WriteAsync(string vmId, ReadOnlyMemory<byte> bytes, CancellationToken ct) => _host.AskAsync(
        HostDeadlines.Look,
        (c, o) => c.WriteConsoleAsync(new WriteConsoleRequest { VmId = vmId, Data = ByteString.CopyFrom(bytes.Span) }, o), ct);
}
