using Lorica.Contracts;
using Lorica.Contracts.Faults;
using Lorica.Contracts.Host;
using Lorica.Host.Tests.Support;

namespace Lorica.Host.Tests.Editing;

public sealed class RegisterTests : IAsyncLifetime
{
    private readonly TestFolder _folder = new();
    private readonly TestKek _kek = TestKek.Make("k1");
    private TestHost _host = null!;

    public async ValueTask InitializeAsync()
    {
        _host = await TestHost.StartAsync(_folder);
        await _host.DeliverAsync(_kek);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task An_unregistered_vm_keeps_its_files_and_comes_back_as_it_was()
    {
        var vm = new TestVm("web01", _kek);
        var before = await vm.ImportAsync(_host.Client);
        await UnregisterAsync(vm);
        Assert.Empty((await _host.Client.ListVmsAsync(new ListVmsRequest())).Vms);
        Assert.True(File.Exists(Path.Combine(_host.Datastore, "web01", "web01.vmx")));

        var seen = (await _host.Client.InspectVmAsync(new InspectVmRequest { Path = before.Path })).Vm;
        Assert.Equal((vm.Id, true, before.Key, before.Kcv), (seen.VmId, seen.Encrypted, seen.Key, seen.Kcv));
        Assert.Equal((false, false, 2L), (seen.Lock.Held, seen.Lock.Locked, seen.Lock.Epoch));

        var after = await RegisterAsync(vm, before);
        Assert.Null(after.Suspect);
        Assert.Equal(
            (before.VmId, before.Generation, before.Disks[0].ObjectId), (after.VmId, after.Generation, after.Disks[0].ObjectId));
        await _host.StopAsync();
        await _host.StartAsync();
        Assert.Single((await _host.Client.ListVmsAsync(new ListVmsRequest())).Vms);
    }

    [Fact]
    public async Task A_vm_is_unregistered_although_its_key_is_not_here_and_registered_only_with_it()
    {
        var vm = new TestVm("web01", _kek);
        var before = await vm.ImportAsync(_host.Client);
        await _host.StopAsync();
        await _host.StartAsync();
        await UnregisterAsync(vm);
        await FaultAssert.RefusedAsync(
            FaultTypes.GenericVmConfigFault, "msg.vigor.enc.keyNotFound", () => RegisterAsync(vm, before));
        Assert.Empty((await _host.Client.ListVmsAsync(new ListVmsRequest())).Vms);
        await _host.DeliverAsync(_kek);
        await RegisterAsync(vm, before);
    }

    [Fact]
    public async Task What_is_encrypted_without_a_record_or_older_than_its_record_is_not_registered()
    {
        var vm = new TestVm("web01", _kek);
        var before = await vm.ImportAsync(_host.Client);
        await UnregisterAsync(vm);
        await FaultAssert.RefusedAsync(
            FaultTypes.GenericVmConfigFault, "lorica.notRecorded", () => RegisterAsync(vm, before, []));
        var records = TestVm.RecordsOf(before);
        records[^1].Generation++;
        await FaultAssert.RefusedAsync(
            FaultTypes.GenericVmConfigFault, "lorica.olderThanKnown", () => RegisterAsync(vm, before, records));
        await FaultAssert.RefusedAsync(FaultTypes.InvalidState, "lorica.staleEpoch",
            _host.Client.RegisterVmAsync(new RegisterVmRequest { VmId = vm.Id, Epoch = 1, Path = before.Path }));
    }

    [Fact]
    public async Task A_data_file_key_that_somebody_wrote_into_the_file_is_refused_and_not_repeated()
    {
        var vm = new TestVm("web01");
        var before = await vm.ImportAsync(_host.Client);
        await UnregisterAsync(vm);
        string file = Path.Combine(_host.Datastore, "web01", "web01.vmx");
        await File.AppendAllTextAsync(file, "DataFileKey = \"c2VjcmV0\"\n");
        foreach (var ask in (Func<Task>[])[() => RegisterAsync(vm, before),
            () => _host.Client.InspectVmAsync(new InspectVmRequest { Path = before.Path }).ResponseAsync])
        {
            var fault = await FaultAssert.RefusedAsync(FaultTypes.InvalidArgument, "config.extraConfig[\"dataFileKey\"]", ask);
            Assert.DoesNotContain("c2VjcmV0", fault.ToString(), StringComparison.Ordinal);
        }

        Assert.Empty((await _host.Client.ListVmsAsync(new ListVmsRequest())).Vms);
    }

    [Theory]
    [InlineData("[ds1] ../web01/web01.vmx")]
    [InlineData("[ds1] web01/../../etc/passwd.vmx")]
    [InlineData("[ds1] .import/web01.vmx")]
    [InlineData("web01/web01.vmx")]
    [InlineData("[ds1] web01/web01.vmdk")]
    public async Task A_path_that_leads_elsewhere_is_refused(string path) =>
        await FaultAssert.RefusedAsync(FaultTypes.InvalidArgument, "lorica.datastorePath",
            _host.Client.InspectVmAsync(new InspectVmRequest { Path = path }));

    [Fact]
    public async Task A_renamed_vm_is_sealed_anew_and_its_files_keep_their_names()
    {
        var vm = new TestVm("web01", _kek);
        var before = await vm.ImportAsync(_host.Client);
        var request = new RenameVmRequest { VmId = vm.Id, Epoch = vm.NextEpoch, Name = "shop" };
        request.Records.AddRange(TestVm.RecordsOf(before));
        var after = await _host.Client.RenameVmAsync(request);
        Assert.Null(after.Suspect);
        Assert.Equal(("shop", before.Path, before.Generation + 1), (after.Name, after.Path, after.Generation));
    }

    private Task UnregisterAsync(TestVm vm) =>
        _host.Client.UnregisterVmAsync(new UnregisterVmRequest { VmId = vm.Id, Epoch = vm.NextEpoch }).ResponseAsync;

    private async Task<VmDescription> RegisterAsync(TestVm vm, VmDescription known, ObjectRecord[]? records = null)
    {
        var request = new RegisterVmRequest { VmId = vm.Id, Epoch = vm.NextEpoch, Path = known.Path };
        request.Records.AddRange(records ?? TestVm.RecordsOf(known));
        return await _host.Client.RegisterVmAsync(request);
    }
}
