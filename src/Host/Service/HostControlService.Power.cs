using Google.Protobuf;
using Grpc.Core;
using Lorica.Contracts.Host;
using Lorica.Host.Home;
using Lorica.Host.Refusals;

namespace Lorica.Host.Service;

/// <summary>Power and console.</summary>
internal sealed partial class HostControlService
{
    private const int ConsoleChunkBytes = 64 * 1024;
    private const int MaximumInput = 64 * 1024;

    public override async Task<VmDescription> PowerOn(PowerOnRequest request, ServerCallContext context)
    {
        await node.Power.PowerOnAsync(request, context.CancellationToken);
        return Described(request.VmId);
    }

    public override async Task<VmDescription> PowerOff(PowerOffRequest request, ServerCallContext context)
    {
        await node.Power.PowerOffAsync(request, context.CancellationToken);
        return Described(request.VmId);
    }

    public override async Task<WriteConsoleReply> WriteConsole(WriteConsoleRequest request, ServerCallContext context)
    {
        if (request.Data.Length > MaximumInput)
            throw Refuse.Argument("data", $"At most {MaximumInput} bytes are typed at once.");
        await node.Power.WriteConsoleAsync(request, context.CancellationToken);
        return new WriteConsoleReply();
    }

    public override async Task ReadConsole(
        ReadConsoleRequest request, IServerStreamWriter<ConsoleChunk> responseStream, ServerCallContext context)
    {
        var (registration, entry) = node.Table.Find(request.VmId);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, node.Stopping);
        long from = Math.Max(0, request.FromOffset);
        if (entry.Running is { } running)
        {
            while (true)
            {
                var (offset, data, more) = running.Console.Read(from, ConsoleChunkBytes);
                if (data.Length > 0)
                {
                    await responseStream.WriteAsync(
                        new ConsoleChunk { Offset = offset, Data = UnsafeByteOperations.UnsafeWrap(data) }, ending.Token);
                    from = offset + data.Length;
                    continue;
                }

                if (!request.Follow || more is null)
                    return;
                await more.WaitAsync(ending.Token);
            }
        }

        using var home = node.Table.OpenHome(registration);
        using var lease = node.Keys.Lease(pin: false);
        using var opened = home.Open(new Expectations(request.Records).Find(registration.Id), lease);
        byte[] console = await ConsoleFile.LoadAsync(home, opened.DataFileKey, ending.Token);
        for (long at = Math.Min(from, console.Length); at < console.Length; at += ConsoleChunkBytes)
        {
            var part = console.AsMemory((int)at, (int)Math.Min(ConsoleChunkBytes, console.Length - at));
            await responseStream.WriteAsync(
                new ConsoleChunk { Offset = at, Data = UnsafeByteOperations.UnsafeWrap(part) }, ending.Token);
        }
    }

    private VmDescription Described(string vmId)
    {
        var (registration, entry) = node.Table.Find(vmId);
        return node.Describer.Describe(registration, entry);
    }
}
