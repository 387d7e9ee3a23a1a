using System.Diagnostics;
using Lorica.Contracts.Configs;
using Lorica.Contracts.Faults;
using Lorica.Contracts.Host;
using Lorica.Host.Tests.Support;

namespace Lorica.Host.Tests.Creation;

/// <summary>A datastore that is really full: a small tmpfs.</summary>
public sealed class FullDatastoreTests : IAsyncLifetime
{
    private readonly TestFolder _folder = new();
    private TestHost _host = null!;
    private bool _mounted;

    public async ValueTask InitializeAsync()
    {
        _host = new TestHost(_folder);
        var small = _folder.Path("small");
        Directory.CreateDirectory(small);
        _mounted = Run("mount", "-t", "tmpfs", "-o", "size=34m", "lorica-test", small);
        if (!_mounted)
            Assert.Skip("No tmpfs can be mounted here; run as root.");
        _host.Config = _host.Config with { Datastores = [new DatastoreConfig("ds1", small)] };
        await _host.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        if (_mounted)
            Assert.True(Run("umount", _folder.Path("small")));
        _folder.Dispose();
    }

    [Fact]
    public async Task An_import_that_fills_the_datastore_is_refused_and_leaves_nothing()
    {
        // The request does not say how much will come, so it is seen only in the middle.
        var vm = new TestVm("big");
        vm.Request.Disks[0].Capacity = 256L * 1024 * 1024;
        var content = new byte[1024 * 1024];
        new Random(3).NextBytes(content);
        using var call = _host.Client.ImportVm();
        await call.RequestStream.WriteAsync(new ImportVmRequest { Vm = vm.Request });
        for (int i = 0; i < 128 && !call.ResponseAsync.IsCompleted; i++)
        {
            var data = new DiskData { Offset = i * 1024L * 1024, Data = Google.Protobuf.ByteString.CopyFrom(content) };
            await Task.WhenAny(call.RequestStream.WriteAsync(new ImportVmRequest { Data = data }), call.ResponseAsync);
        }

        if (!call.ResponseAsync.IsCompleted)
            await Task.WhenAny(call.RequestStream.CompleteAsync(), call.ResponseAsync);
        await FaultAssert.RefusedAsync(FaultTypes.NoDiskSpace, "lorica.noDiskSpace", () => call.ResponseAsync);
        Assert.Empty(TestHost.EntriesOf(_folder.Path("small")));
        Assert.Empty((await _host.Client.ListVmsAsync(new ListVmsRequest())).Vms);
    }

    private static bool Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
