using System.Security.Cryptography;
using Google.Protobuf;
using Lorica.Contracts;
using Lorica.Contracts.Host;

namespace Lorica.Host.Tests.Support;

/// <summary>
/// A VM that a test makes: its request, the content of its first disk, and the records that a center would keep.
/// </summary>
internal sealed class TestVm
{
    public const int Capacity = 8 * 1024 * 1024;

    public TestVm(string name = "web01", TestKek? kek = null, int disks = 1, int capacity = Capacity)
    {
        Kek = kek;
        Request = new CreateVmRequest
        {
            VmId = Guid.NewGuid().ToString(), Epoch = 1, Name = name, Datastore = "ds1", Cpus = 1, MemoryMib = 64,
            HomeKey = kek?.Ref, HomeKcv = kek?.Kcv ?? "", Firmware = VmFirmware.Bios,
        };
        for (int i = 0; i < disks; i++)
        {
            Request.Disks.Add(new DiskSpec
            {
                Label = $"virtio0:{i}", Capacity = capacity, Provisioning = DiskFormat.Thin, ObjectId = Guid.NewGuid().ToString(),
                Key = kek?.Ref, Kcv = kek?.Kcv ?? "",
            });
        }

        Content = new byte[capacity];
        RandomNumberGenerator.Fill(Content.AsSpan(0, capacity / 8));

        // A partition table's signature, so that the disk looks like one.
        (Content[510], Content[511]) = (0x55, 0xaa);
        Marker.CopyTo(Content.AsSpan(capacity / 128));
        RandomNumberGenerator.Fill(Content.AsSpan(capacity / 8 * 5, capacity / 16));
    }

    public static ReadOnlySpan<byte> Marker => "LORICA-PLAINTEXT-MARKER-0123456789"u8;

    public TestKek? Kek { get; }

    public CreateVmRequest Request { get; }

    public byte[] Content { get; }

    public string Id => Request.VmId;

    /// <summary>The epoch of the next operation.</summary>
    public long NextEpoch => ++Request.Epoch;

    public async Task<VmDescription> ImportAsync(HostControl.HostControlClient client, bool end = true)
    {
        using var call = client.ImportVm();
        await SendAsync(call, new ImportVmRequest { Vm = Request });
        for (int d = 0; d < Request.Disks.Count; d++)
        {
            int chunk = Math.Min(1024 * 1024, Content.Length);
            for (int at = 0; at < Content.Length; at += chunk)
            {
                var part = Content.AsMemory(at, chunk);
                if (part.Span.IndexOfAnyExcept((byte)0) >= 0)
                {
                    await SendAsync(call, new ImportVmRequest
                    {
                        Data = new DiskData { Disk = d, Offset = at, Data = ByteString.CopyFrom(part.Span) },
                    });
                }
            }
        }

        if (end)
            await SendAsync(call, new ImportVmRequest { End = new ImportEnd() });
        if (!call.ResponseAsync.IsCompleted)
            await Task.WhenAny(call.RequestStream.CompleteAsync(), call.ResponseAsync);
        return await call.ResponseAsync;
    }

    /// <summary>Imports a raw image as the first disk.</summary>
    public async Task<VmDescription> ImportAsync(HostControl.HostControlClient client, string image)
    {
        using var call = client.ImportVm();
        await SendAsync(call, new ImportVmRequest { Vm = Request });
        await using var file = File.OpenRead(image);
        byte[] buffer = new byte[1024 * 1024];
        for (long at = 0; await file.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false)
            is var read and > 0; at += read)
        {
            if (buffer.AsSpan(0, read).IndexOfAnyExcept((byte)0) >= 0)
            {
                await SendAsync(call,
                    new ImportVmRequest { Data = new DiskData { Offset = at, Data = ByteString.CopyFrom(buffer, 0, read) } });
            }
        }

        await SendAsync(call, new ImportVmRequest { End = new ImportEnd() });
        if (!call.ResponseAsync.IsCompleted)
            await Task.WhenAny(call.RequestStream.CompleteAsync(), call.ResponseAsync);
        return await call.ResponseAsync;
    }

    /// <summary>
    /// A host that refuses does not read on: a write that is not seen to its end is no failure, the response says why.
    /// </summary>
    private static Task SendAsync(
        Grpc.Core.AsyncClientStreamingCall<ImportVmRequest, VmDescription> call, ImportVmRequest message) =>
        call.ResponseAsync.IsCompleted
            ? Task.CompletedTask
            : Task.WhenAny(call.RequestStream.WriteAsync(message), call.ResponseAsync);

    /// <summary>The records that a center has of what is described.</summary>
    public static ObjectRecord[] RecordsOf(VmDescription vm)
    {
        var records = vm.Disks.Where(d => d.Encrypted).Select(d => new ObjectRecord
        {
            ObjectId = d.ObjectId, Kind = ObjectKind.Disk, Key = d.Key, Kcv = d.Kcv, Generation = d.Generation,
        }).ToList();
        if (vm.Encrypted)
        {
            records.Add(new ObjectRecord
            {
                ObjectId = vm.VmId, Kind = ObjectKind.Vm, Key = vm.Key, Kcv = vm.Kcv, Generation = vm.Generation,
            });
        }

        return [.. records];
    }

    /// <summary>Whether any file below a folder holds the bytes.</summary>
    public static bool IsFound(string folder, ReadOnlySpan<byte> bytes)
    {
        foreach (string file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            if (File.ReadAllBytes(file).AsSpan().IndexOf(bytes) >= 0)
                return true;
        }

        return false;
    }
}
