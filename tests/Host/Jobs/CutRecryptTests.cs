using Lorica.Contracts;
using Lorica.Contracts.Faults;
using Lorica.Contracts.Host;
using Lorica.Disks;
using Lorica.Host.Home;
using Lorica.Host.Jobs;
using Lorica.Host.Tests.Support;

namespace Lorica.Host.Tests.Jobs;

/// <summary>
/// A shallow recrypt of a VM, cut after each of its durable steps: the files as they are there are kept, and each such state is
/// put back and used. Before the commit point the old key opens everything and the new one nothing; behind it only its own job
/// goes on, and then only the new one opens.
/// </summary>
public sealed class CutRecryptTests : IAsyncLifetime
{
    private const int Disks = 3;
    private readonly TestFolder _folder = new();
    private readonly TestKek _old = TestKek.Make("k1"), _new = TestKek.Make("k2");
    private readonly List<(string Step, Dictionary<string, byte[]> Files)> _cuts = [];
    private TestHost _host = null!;

    private string Home => Path.Combine(_host.Datastore, "sec");

    public async ValueTask InitializeAsync()
    {
        _host = await TestHost.StartAsync(_folder);
        await _host.DeliverAsync(_old, _new);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_recrypt_cut_after_any_step_goes_back_before_its_commit_point_and_forward_behind_it()
    {
        var vm = new TestVm("sec", _old, Disks, capacity: 256 * 1024);
        var records = TestVm.RecordsOf(await vm.ImportAsync(_host.Client));
        _host.Node.Jobs.AfterStep = step => _cuts.Add((step, Read()));
        await _host.Client.SucceedAsync(TestJob.Order(vm, "recryptShallow", _new, records));
        _host.Node.Jobs.AfterStep = null;

        int committed = _cuts.FindIndex(c => c.Step == "4 committed");
        Assert.Equal(1 + Disks, committed);
        Assert.Equal(committed + 1 + Disks + 1, _cuts.Count);
        for (int i = 0; i < _cuts.Count; i++)
        {
            var (step, files) = _cuts[i];
            Write(files);
            var d = await _host.Client.DescribeVmAsync(new VmRequest { VmId = vm.Id });
            Assert.True(d.Suspect is null && d.Disks.All(x => x.Suspect is null), step);
            Assert.Equal(i == _cuts.Count - 1 ? UnfinishedWork.Unspecified : UnfinishedWork.Recrypt, d.PendingJob);
            if (i < committed)
            {
                RollBack(vm, records);
                OnlyOpensWith(vm, _old, _new, step);
                continue;
            }

            if (d.PendingJob != UnfinishedWork.Unspecified)
                Assert.Equal("lorica.jobPending", Assert.Throws<FaultException>(() => RollBack(vm, records)).Fault.Key);
            await _host.Client.SucceedAsync(TestJob.Order(vm, "recryptShallow", _new, records));
            OnlyOpensWith(vm, _new, _old, step);
        }
    }

    /// <summary>What every other use of the VM does first.</summary>
    private void RollBack(TestVm vm, ObjectRecord[] records)
    {
        using var lease = _host.Node.Keys.Lease(pin: false);
        using var home = _host.OpenHome(vm.Id);
        RekeyRecovery.BeforeUse(home, new Expectations(records), lease, _host.Node.Log);
    }

    private void OnlyOpensWith(TestVm vm, TestKek right, TestKek wrong, string step)
    {
        using var home = _host.OpenHome(vm.Id);
        using (var opened = home.Open(null, new OneKek(right)))
        {
            Assert.True(opened.Model is { Rekey: null, NewKcv: null, Keys: [var only] } && only == right.Id, step);
        }

        Assert.Equal(
            "msg.vigor.enc.keyNotFound", Assert.Throws<FaultException>(() => home.Open(null, new OneKek(wrong))).Fault.Key);
        using var folder = DiskFolder.Open(Home);
        foreach (var disk in home.ReadModel().Disks)
        {
            using (var opened = Vmdk.Open(folder, disk.Name, null, new OneKek(right)))
                Assert.Equal([right.Id], opened.Model.Keys);
            Assert.Equal(DiskErrorKind.KeyNotFound,
                Assert.Throws<DiskException>(() => Vmdk.Open(folder, disk.Name, null, new OneKek(wrong))).Kind);
        }
    }

    private Dictionary<string, byte[]> Read() => Directory.EnumerateFiles(Home)
        .Where(f => !f.EndsWith(".lock", StringComparison.Ordinal))
        .ToDictionary(f => f, File.ReadAllBytes, StringComparer.Ordinal);

    private void Write(Dictionary<string, byte[]> files)
    {
        foreach (string gone in Read().Keys.Except(files.Keys))
            File.Delete(gone);
        foreach (var (path, content) in files)
            File.WriteAllBytes(path, content);
    }
}
