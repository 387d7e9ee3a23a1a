using System.Text.Json;
using Lorica.Cli.Output;
using Lorica.Cli.Tests.Support;

namespace Lorica.Cli.Tests;

public sealed class DiskInfoTests : IDisposable
{
    private readonly CliRun _cli = new();

    public void Dispose() => _cli.Dispose();

    [Fact]
    public async Task A_file_that_cannot_be_imported_is_named_with_what_to_do_and_ends_with4()
    {
        string image = _cli.File("disk.img", [.. "QFI"u8, 0xfb, .. new byte[1020]]);
        Assert.Equal(ExitCode.Refused, await _cli.RunAsync("disk", "info", image));
        Assert.Contains("qcow", _cli.Out, StringComparison.Ordinal);
        Assert.Contains("not read as a disk", _cli.Out, StringComparison.Ordinal);
        Assert.Contains("qemu-img convert", _cli.Out, StringComparison.Ordinal);
        Assert.Equal("", _cli.Error);

        Assert.Equal(ExitCode.Refused, await _cli.RunAsync("disk", "info", image, "--json"));
        using var json = JsonDocument.Parse(_cli.Out);
        Assert.Equal("qcow", json.RootElement.GetProperty("format").GetString());
        Assert.Equal(1024, json.RootElement.GetProperty("fileSize").GetInt64());
        Assert.Contains("qemu-img convert", json.RootElement.GetProperty("wayOut").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_vmdk_is_shown_with_its_files()
    {
        _cli.File("a", new byte[1024]);
        _cli.File("b", new byte[512]);
        string image = _cli.File("disk.vmdk",
            "# made by hand\nversion = 1\nCID=1\nparentCID=ffffffff\ncreateType=2GbMaxExtentFlat\n"
            + "RW 2 FLAT \"a\" 0\nRW\t1\tFLAT\t\"b\"\nRW 5 ZERO\n");
        Assert.Equal(ExitCode.Success, await _cli.RunAsync("disk", "info", image));
        Assert.Contains("can be imported", _cli.Out, StringComparison.Ordinal);
        Assert.Contains("FLAT b 512", _cli.Out, StringComparison.Ordinal);

        Assert.Equal(ExitCode.Success, await _cli.RunAsync("disk", "info", image, "--json"));
        using var json = JsonDocument.Parse(_cli.Out);
        Assert.Equal("vmdkDescriptor", json.RootElement.GetProperty("format").GetString());
        Assert.Equal(4096, json.RootElement.GetProperty("capacity").GetInt64());
        Assert.Equal(["a", "b", null], json.RootElement.GetProperty("extents").EnumerateArray()
            .Select(e => e.TryGetProperty("file", out var file) ? file.GetString() : null));
    }

    [Fact]
    public async Task A_file_that_is_missing_beside_its_descriptor_is_named()
    {
        string image = _cli.File("disk.vmdk",
            "version=1\nparentCID=ffffffff\ncreateType=monolithicFlat\nRW 2 FLAT \"gone-flat.vmdk\" 0\n");
        Assert.Equal(ExitCode.Refused, await _cli.RunAsync("disk", "info", image));
        Assert.Contains("gone-flat.vmdk, which is not beside it", _cli.Out, StringComparison.Ordinal);
        Assert.Contains("Copy all files of the disk into one folder", _cli.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_not_there_is_exit_code5()
        => Assert.Equal(ExitCode.NotFound, await _cli.RunAsync("disk", "info", Path.Combine(_cli.Folder, "none")));
}
