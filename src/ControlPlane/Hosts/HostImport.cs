using Google.Protobuf;
using Grpc.Core;
using Lorica.Contracts.Faults;
using Lorica.Contracts.Host;
using Lorica.Model;

namespace Lorica.ControlPlane.Hosts;

/// <summary>
/// A VM that is being imported: first its spec, then content of its disks with ascending offsets, disk after disk, then the end.
/// What is not sent is zeros; without the end nothing is kept. The host's flow control holds the writer back.
/// </summary>
public sealed class HostImport : IDisposable
{
    private readonly HostCaller _host;
    private readonly AsyncClientStreamingCall<ImportVmRequest, VmDescription> _call;
    private readonly NewVmSpec _vm;
    private bool _begun, _answered;

    internal HostImport(HostCaller host, AsyncClientStreamingCall<ImportVmRequest, VmDescription> call, NewVmSpec vm) =>
        (_host, _call, _vm) = (host, call, vm);

    /// <summary>Sends the spec, where that was not done yet: a host that refuses it says so before there is content.</summary>
    /// <returns>As <see cref="WriteAsync"/>.</returns>
    public async Task<bool> BeginAsync(CancellationToken ct)
    {
        if (_begun)
        {
            return !_answered;
        }

        _begun = true;
        return await SendAsync(new ImportVmRequest { Vm = _vm.ToMessage() }, ct);
    }

    /// <summary>Sends content.</summary>
    /// <param name="disk">Index in the spec.</param>
    /// <param name="offset">A multiple of 512.</param>
    /// <param name="data">At most 1 MiB, a multiple of 512; used no more when this returns.</param>
    /// <param name="ct">Gives up.</param>
    /// <returns>
    /// False when the host has answered before the end: what it says, <see cref="EndAsync"/> returns or throws.
    /// </returns>
    public async Task<bool> WriteAsync(int disk, long offset, ReadOnlyMemory<byte> data, CancellationToken ct) =>
        await BeginAsync(ct) && await SendAsync(
            new ImportVmRequest
            {
                Data = new DiskData { Disk = disk, Offset = offset, Data = UnsafeByteOperations.UnsafeWrap(data) },
            },
            ct);

    /// <summary>Says that this was all: from here on the host may have made the VM.</summary>
    public async Task<VmFiles> EndAsync(CancellationToken ct)
    {
        if (await BeginAsync(ct) && await SendAsync(new ImportVmRequest { End = new ImportEnd() }, ct))
        {
            await _host.TryAsync(
                async _ =>
                {
                    await _call.RequestStream.CompleteAsync();
                    return true;
                },
                ct);
        }

        var made = (await _host.TryAsync(_ => _call.ResponseAsync, ct)).ToModel();
        return made.VmId == _vm.VmId ? made : throw new FaultException(HostReplies.Other(_vm.VmId));
    }

    /// <inheritdoc />
    public void Dispose() => _call.Dispose();

    /// <summary>
    /// A host that answers before it has everything may never take the rest. What did not get through as a whole is never ended.
    /// </summary>
    private async Task<bool> SendAsync(ImportVmRequest part, CancellationToken ct)
    {
        try
        {
            var write = _call.RequestStream.WriteAsync(part, ct);
            if (await Task.WhenAny(write, _call.ResponseAsync) == write)
            {
                await write;
                return true;
            }
        }
        catch (Exception e) when (e is RpcException or InvalidOperationException)
        {
            // The host refused in the middle: its answer says why.
        }

        _answered = true;
        return false;
    }
}
