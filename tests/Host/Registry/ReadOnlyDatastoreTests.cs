using Lorica.Contracts.Faults;
using Lorica.Contracts.Host;
using Lorica.Host.Tests.Support;

namespace Lorica.Host.Tests.Registry;

/// <summary>A datastore that is mounted read-only, as the kernel leaves one after an error.</summary>
public sealed class ReadOnlyDatastoreTests : IAsyncLifetime
{
    private readonly TestFolder _folder = new();
    private readonly TestVm _vm = new();
    private TestHost _host = null!;
    private bool _mounted;

    public async ValueTask InitializeAsync() => _host = await TestHost.StartAsync(_folder);

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        if (_mounted)
            await Tool.OutputAsync("umount", _host.Datastore);
        _folder.Dispose();
    }

    [Fact]
    public async Task A_vm_on_it_is_described_and_refused_by_the_name_of_the_rule_and_not_of_a_lock_file()
    {
        var described = await _vm.ImportAsync(_host.Client);
        await _host.Client.UnregisterVmAsync(new UnregisterVmRequest { VmId = _vm.Id, Epoch = _vm.NextEpoch });
        await Tool.OutputAsync("mount", "--bind", _host.Datastore, _host.Datastore);
        _mounted = true;
        await Tool.OutputAsync("mount", "-o", "remount,bind,ro", _host.Datastore);

        var seen = (await _host.Client.InspectVmAsync(new InspectVmRequest { Path = described.Path })).Vm;
        Assert.Null(seen.Suspect);
        Assert.Equal(_host.Config.Id, seen.Lock.HostId);

        var fault = await FaultAssert.RefusedAsync(
            FaultTypes.InvalidState, "lorica.storageReadOnly", _host.Client.RegisterVmAsync(
                new RegisterVmRequest { VmId = _vm.Id, Epoch = _vm.NextEpoch, Path = described.Path }));
        Assert.StartsWith($"{described.Path} lies on storage that is mounted read-only", fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(".lock", fault.Message, StringComparison.Ordinal);
        Assert.NotEmpty(fault.Hint);
    }
}
