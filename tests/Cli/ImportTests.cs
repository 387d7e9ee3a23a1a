using System.Security.Cryptography;
using Lorica.Cli.Import;
using Lorica.Cli.Output;
using Lorica.Cli.Tests.Support;
using Lorica.Contracts.Faults;
using Lorica.Contracts.Rest;

namespace Lorica.Cli.Tests;

public sealed class ImportTests : SignedInTests
{
    private const int Mib = 1024 * 1024;
    private readonly DiskStreamReader _received = new();

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        _center.On("POST /api/v1/vms/import", async context =>
        {
            await _received.ReadAsync(context.Request.Body);
            await FakeCenter.WriteAsync(
                context, Samples.Task(kind: "vm.import", state: "succeeded"), RestJson.Default.TaskModel, 202);
        });
    }

    /// <summary>5 MiB and 3 sectors: data, zeros in data, a hole, data at the very end.</summary>
    private static byte[] Content()
    {
        byte[] content = new byte[(5 * Mib) + 1536];
        RandomNumberGenerator.Fill(content.AsSpan(0, Mib + 512));
        content.AsSpan(8192, 4096).Clear();
        RandomNumberGenerator.Fill(content.AsSpan(content.Length - 512));
        return content;
    }

    [Fact]
    public async Task A_raw_image_arrives_bit_for_bit_and_only_its_data_is_sent()
    {
        byte[] content = Content();
        string image = _cli.File("web1.raw", content);

        Assert.Equal(ExitCode.Success, await _cli.RunAsync(
            "vm", "import", "web1", "--disk", image, "--policy", "P", "--cpus", "2", "--memory", "1G", "--firmware", "uefi"));

        Assert.True(_received.Ended);
        Assert.Equal(content, _received.Disks.Single());
        Assert.Equal(("web1", "P", 2, 1024L, "uefi"), (
            _received.Body!.Name, _received.Body.Policy, _received.Body.Cpus, _received.Body.MemoryMib, _received.Body.Firmware));
        // 1 MiB + 512 rounded up to a block, less the zero block, and the last block's sectors.
        Assert.Equal(Mib + 4096 - 4096 + 1536, _received.Data);
        Assert.Equal(_received.Data, _received.Body.Disks.Single().Data);
    }

    [Theory]
    [InlineData("monolithicFlat")]
    [InlineData("monolithicSparse")]
    [InlineData("streamOptimized")]
    public async Task Images_of_qemu_arrive_bit_for_bit(string format)
    {
        byte[] content = Content();
        string raw = _cli.File("web1.raw", content);
        string vmdk = Path.Combine(_cli.Folder, "web1.vmdk");
        await Tool.OutputAsync("qemu-img", "convert", "-f", "raw", "-O", "vmdk", "-o", $"subformat={format}", raw, vmdk);

        Assert.Equal(ExitCode.Success, await _cli.RunAsync("vm", "import", "web1", "--disk", vmdk, "--disk", raw));

        Assert.Equal(content, _received.Disks[0].AsSpan(0, content.Length));
        Assert.Equal(content, _received.Disks[1]);
        Assert.True(_received.Data < 5 * Mib);
    }

    [Fact]
    public async Task A_hostile_image_is_refused_before_anything_is_sent()
    {
        string image = _cli.File("evil.vmdk", """
            # Disk DescriptorFile
            version=1
            CID=12345678
            parentCID=ffffffff
            createType="monolithicFlat"
            RW 8 FLAT "../../etc/passwd" 0

            """);
        Assert.Equal(ExitCode.Refused, await _cli.RunAsync("vm", "import", "evil", "--disk", image));
        Assert.Empty(_center.Requests);
    }

    [Fact]
    public async Task An_archive_is_refused_with_its_way_out_and_taken_as_it_is_by_who_means_it()
    {
        byte[] content = [0x1f, 0x8b, 0x08, .. RandomNumberGenerator.GetBytes(1021)];
        string image = _cli.File("web1.raw", content);

        Assert.Equal(ExitCode.Refused, await _cli.RunAsync("vm", "import", "web1", "--disk", image));
        Assert.Contains("is packed by gzip", _cli.Error, StringComparison.Ordinal);
        Assert.Contains("hint: Unpack it first", _cli.Error, StringComparison.Ordinal);
        Assert.Empty(_center.Requests);

        Assert.Equal(ExitCode.Success, await _cli.RunAsync("vm", "import", "web1", "--disk", image, "--raw"));
        Assert.Equal(content, _received.Disks.Single());
    }

    [Fact]
    public async Task A_missing_image_is_exit_code5()
        => Assert.Equal(ExitCode.NotFound,
            await _cli.RunAsync("vm", "import", "x", "--disk", Path.Combine(_cli.Folder, "none.raw")));

    [Fact]
    public async Task A_refusal_in_the_middle_of_the_upload_is_told()
    {
        string image = _cli.File("big.raw", RandomNumberGenerator.GetBytes(24 * Mib));
        _center.On("POST /api/v1/vms/import", async context =>
        {
            await context.Request.Body.ReadExactlyAsync(new byte[Mib]);
            await FakeCenter.WriteAsync(
                context, new ProblemModel("", FaultTypes.NoDiskSpace, 507, "datastore1 is full.", "k", "datastore1", ""),
                RestJson.Default.ProblemModel, 507, "application/problem+json");
        });
        Assert.Equal(ExitCode.Refused, await _cli.RunAsync("vm", "import", "big", "--disk", image));
        Assert.StartsWith("error: datastore1 is full.", _cli.Error[_cli.Error.IndexOf("error:", StringComparison.Ordinal)..],
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-512)]
    [InlineData(512)]
    public async Task An_image_that_holds_other_data_than_announced_is_never_ended(int difference)
    {
        await using var source =
            await ImportSource.OpenAsync(
                _cli.File("live.raw", RandomNumberGenerator.GetBytes(Mib)), raw: false, CancellationToken.None);
        using var content = new DiskStreamContent(
            new CreateVmBody { Name = "live", Disks = [new CreateDiskBody(Mib, Data: Mib + difference)] }, [source], _ => { });
        using var sent = new MemoryStream();

        var failure = await Assert.ThrowsAsync<CliException>(() => content.CopyToAsync(sent));

        Assert.Equal(ExitCode.Refused, failure.Kind);
        Assert.Contains("changed while it was imported", failure.Message, StringComparison.Ordinal);
        sent.Position = 0;
        await Assert.ThrowsAsync<EndOfStreamException>(() => new DiskStreamReader().ReadAsync(sent));
    }
}
