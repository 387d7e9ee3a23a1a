using System.Buffers.Binary;
using System.Text.Json;
using Lorica.Contracts.Rest;

namespace Lorica.Cli.Tests.Support;

/// <summary>Reads the body of an import strictly as the contract says, into plain arrays.</summary>
internal sealed class DiskStreamReader
{
    public CreateVmBody? Body { get; private set; }

    public List<byte[]> Disks { get; } = [];

    public long Data { get; private set; }

    public bool Ended { get; private set; }

    public async Task ReadAsync(Stream stream)
    {
        byte[] magic = new byte[8];
        await stream.ReadExactlyAsync(magic);
        Assert.Equal(DiskStream.Magic.ToArray(), magic);
        byte[] header = new byte[DiskStream.HeaderLength];
        var ends = new List<long>();
        while (!Ended)
        {
            await stream.ReadExactlyAsync(header);
            Assert.Equal(0, BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(2)));
            int length = (int)BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(4));
            long offset = (long)BinaryPrimitives.ReadUInt64LittleEndian(header.AsSpan(8));
            Assert.InRange(length, 0, DiskStream.MaximumData);
            byte[] data = new byte[length];
            await stream.ReadExactlyAsync(data);
            switch (header[0])
            {
                case 1:
                    Assert.Null(Body);
                    Body = JsonSerializer.Deserialize(data, RestJson.Default.CreateVmBody)!;
                    Disks.AddRange(Body.Disks.Select(d => new byte[d.Capacity]));
                    ends.AddRange(Body.Disks.Select(_ => 0L));
                    break;
                case 2:
                    Assert.True(length > 0 && length % 512 == 0 && offset % 512 == 0);
                    Assert.True(offset >= ends[header[1]]);
                    data.CopyTo(Disks[header[1]], offset);
                    ends[header[1]] = offset + length;
                    Data += length;
                    break;
                case 3:
                    Assert.Equal(0, length);
                    Ended = true;
                    break;
                default:
                    Assert.Fail($"frame of kind {header[0]}");
                    break;
            }
        }
        Assert.Equal(0, await stream.ReadAsync(new byte[1]));
    }
}
