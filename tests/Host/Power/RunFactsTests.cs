using Lorica.Contracts.Faults;
using Lorica.Host.Home;
using Lorica.Host.Power;
using Lorica.Host.Tests.Support;

namespace Lorica.Host.Tests.Power;

/// <summary>Files that are changed while a VM runs, against what was verified when it was started.</summary>
public sealed class RunFactsTests : IAsyncLifetime
{
    private readonly TestFolder _folder = new();
    private readonly TestKek _kek = TestKek.Make("k1"), _next = TestKek.Make("k2");
    private readonly TestVm _vm;
    private TestHost _host = null!;
    private RunFacts _facts = null!;

    public RunFactsTests() => _vm = new TestVm("sec", _kek);

    private string Vmx => Path.Combine(_host.Datastore, "sec", "sec.vmx");

    public async ValueTask InitializeAsync()
    {
        _host = await TestHost.StartAsync(_folder);
        await _host.DeliverAsync(_kek, _next);
        await _vm.ImportAsync(_host.Client);
        _facts = Open(Expectations.None);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public void The_same_files_open_again()
    {
        Assert.True(_facts.Encrypted);
        Assert.Equal([_kek.Id], _facts.Keys);
        Assert.Equal(_facts.Disks.SelectMany(d => d.Links), Reopen().Disks.SelectMany(d => d.Links));
    }

    [Fact]
    public void A_vmx_that_lost_its_encryption_is_not_served_plain()
    {
        var lines = File.ReadAllLines(Vmx).Where(l => !l.StartsWith("encryption.", StringComparison.Ordinal));
        File.WriteAllText(Vmx, string.Join('\n', lines).Replace("\"TRUE\"", "\"FALSE\"", StringComparison.Ordinal) + "\n");
        Assert.Equal("lorica.weakerThanRecorded", Assert.Throws<FaultException>(Reopen).Fault.Key);
    }

    [Fact]
    public async Task A_shallow_recrypt_is_expected_while_it_works_and_remembered_afterwards()
    {
        await _host.Client.SucceedAsync(TestJob.Order(_vm, "recryptShallow", _next));
        Assert.Equal("lorica.wrongKey", Assert.Throws<FaultException>(Reopen).Fault.Key);

        var next = new NamedKek(_next.Id, _next.Key);
        _facts = _facts.Towards(next);
        Assert.Equal(
            [_kek.Id, _next.Id], _facts.Keys.Order(Comparer<Crypto.KeyId>.Create((a, b) => string.CompareOrdinal(a.Id, b.Id))));
        Reopen();
        _facts = _facts.Arrived(next, _ => 3);
        Assert.Equal([_next.Id], _facts.Keys);
        Reopen();
        Assert.Throws<FaultException>(() =>
        {
            _facts = _facts.Arrived(next, _ => 1000);
            Reopen();
        });
    }

    private RunFacts Reopen()
    {
        using var home = _host.Node.Table.OpenHome(_host.Node.Table.Registry.Find(Guid.Parse(_vm.Id))!);
        return Open(_facts.Expect(home));
    }

    private RunFacts Open(Expectations expectations)
    {
        using var home = _host.Node.Table.OpenHome(_host.Node.Table.Registry.Find(Guid.Parse(_vm.Id))!);
        using var lease = _host.Node.Keys.Lease(pin: false);
        using var vm = OpenedVm.Open(home, expectations, lease);
        _facts?.Require(vm, "sec");
        return RunFacts.Of(vm, lease);
    }
}
