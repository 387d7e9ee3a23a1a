using System.Security.Cryptography;
using Lorica.Crypto;

namespace Lorica.Disks.Tests;

/// <summary>
/// The worked example of docs/formats, done by an independent program: over its own files and over disks made just now.
/// </summary>
public sealed class OutsiderTests : IDisposable
{
    private readonly TestFolder _folder = new();
    private readonly TestKeks _keks = new();

    [Fact]
    public void The_example_in_the_documents_opens_with_its_key()
    {
        string folder = Path.Combine(AppContext.BaseDirectory, "Example");
        string output = Tool.Output("python3", Script, Path.Combine(folder, "example.vmdk"),
            Convert.ToHexString([.. Enumerable.Range(0, 32).Select(i => (byte)i)]));
        byte[] plain = new byte[8 * 512];
        System.Text.Encoding.ASCII.GetBytes("Lorica example, sector 0").CopyTo(plain, 0);
        System.Text.Encoding.ASCII.GetBytes("Lorica example, sector 5").CopyTo(plain, 5 * 512);
        Assert.Contains(Convert.ToHexStringLower(SHA256.HashData(plain)), output);
        Assert.Contains("generation 1, zero=hole, 8 sectors", output);
    }

    [Theory]
    [InlineData(Provisioning.Thin)]
    [InlineData(Provisioning.EagerZeroed)]
    public async Task Another_program_decrypts_what_a_job_encrypted(Provisioning provisioning)
    {
        await Vmdk.CreateAsync(_folder.Folder, "d", TestData.MiB, provisioning, null, default);
        byte[] plain = TestData.FillDisk(_folder.Path("d-flat.vmdk"), TestData.MiB);
        await DiskJob.EncryptAsync(_folder.Folder, "d", TestKeks.First, _keks[TestKeks.First], 1, null, default);
        ShallowRecrypt.AddPair(_folder.Folder, "d", _keks[TestKeks.First], TestKeks.Second, _keks[TestKeks.Second]);
        ShallowRecrypt.DropPair(_folder.Folder, "d", TestKeks.First, _keks[TestKeks.Second]);

        string kek = Convert.ToHexString(_keks[TestKeks.Second].Span);
        string output = Tool.Output("python3", Script, _folder.Path("d.vmdk"), kek, _folder.Path("out"));
        Assert.Contains("generation 4", output);
        Assert.Equal(plain, _folder.Bytes("out"));
        Assert.Contains("wrong key", Tool.Run("python3", Script, _folder.Path("d.vmdk"), new string('0', 64)).Error);
    }

    /// <summary>Makes the example's files anew: <c>-explicit only -method '*Write_the_example'</c>.</summary>
    [Fact(Explicit = true)]
    public async Task Write_the_example()
    {
        using var kek = KeyBuffer.CopyOf([.. Enumerable.Range(0, 32).Select(i => (byte)i)]);
        var keys = new DiskKeys(new KeyId("example kms", "key-0001"), kek, Guid.Parse("0e6d8b4c-91f3-4f7a-8f57-6a1d3c2b9e10"));
        await Vmdk.CreateAsync(_folder.Folder, "example", 8 * 512, Provisioning.Thin, keys, default);
        using (var source = new TestSource(keys))
        using (var disk = Vmdk.Open(_folder.Folder, "example", null, source))
        {
            await using var device = disk.OpenDevice();
            foreach (int sector in new[] { 0, 5 })
            {
                byte[] data = new byte[512];
                System.Text.Encoding.ASCII.GetBytes("Lorica example, sector " + sector).CopyTo(data, 0);
                await device.WriteAsync(sector * 512, data, true, default);
            }
        }

        string target = Environment.GetEnvironmentVariable("LORICA_EXAMPLE")!;
        File.Copy(_folder.Path("example.vmdk"), Path.Combine(target, "example.vmdk"), true);
        File.Copy(_folder.Path("example-flat.vmdk"), Path.Combine(target, "example-flat.vmdk"), true);
    }

    public void Dispose()
    {
        _keks.Dispose();
        _folder.Dispose();
    }

    private static string Script => Path.Combine(AppContext.BaseDirectory, "Example", "open_disk.py");

    private sealed class TestSource(DiskKeys keys) : IKekSource, IDisposable
    {
        public KeyBuffer? Find(KeyId id) => id == keys.KekId ? keys.Kek : null;

        public void Dispose()
        {
        }
    }
}
