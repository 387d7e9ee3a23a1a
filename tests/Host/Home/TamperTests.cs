using Lorica.Contracts;
using Lorica.Contracts.Faults;
using Lorica.Contracts.Host;
using Lorica.Host.Tests.Support;

namespace Lorica.Host.Tests.Home;

/// <summary>
/// Files that somebody changed on the datastore: each with its own reason, and nothing is changed by the refusal.
/// </summary>
public sealed class TamperTests : IAsyncLifetime
{
    private readonly TestFolder _folder = new();
    private readonly TestKek _kek = TestKek.Make("k1"), _next = TestKek.Make("k2");
    private TestHost _host = null!;
    private TestVm _vm = null!;
    private VmDescription _before = null!;

    private string Vmx => Path.Combine(_host.Datastore, "sec", "sec.vmx");

    private string Vmdk => Path.Combine(_host.Datastore, "sec", "sec.vmdk");

    public async ValueTask InitializeAsync()
    {
        _host = await TestHost.StartAsync(_folder);
        await _host.DeliverAsync(_kek, _next);
        _vm = new TestVm("sec", _kek);
        _before = await _vm.ImportAsync(_host.Client);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task An_edited_vmx_is_refused()
    {
        await EditAsync(Vmx, "memSize = \"64\"", "memSize = \"65\"");
        await AllRefuseAsync("lorica.sealBroken", described: true);
    }

    [Fact]
    public async Task A_line_behind_the_seal_is_refused()
    {
        await File.AppendAllTextAsync(Vmx, "memSize2 = \"65\"\n");
        await AllRefuseAsync("lorica.sealBroken", described: true);
    }

    [Fact]
    public async Task A_vmx_whose_encryption_lines_are_all_gone_is_weaker_than_recorded()
    {
        var lines = (await File.ReadAllLinesAsync(Vmx)).Where(l => !l.StartsWith("encryption.", StringComparison.Ordinal));
        await File.WriteAllTextAsync(
            Vmx, string.Join('\n', lines).Replace("\"TRUE\"", "\"FALSE\"", StringComparison.Ordinal) + "\n");
        await AllRefuseAsync("lorica.weakerThanRecorded", described: false);
    }

    [Fact]
    public async Task A_vmx_that_lost_its_bundle_only_is_weaker_than_recorded_even_without_a_record()
    {
        var lines = (await File.ReadAllLinesAsync(Vmx)).Where(l => !l.StartsWith("encryption.bundle", StringComparison.Ordinal));
        await File.WriteAllTextAsync(Vmx, string.Join('\n', lines) + "\n");
        await AllRefuseAsync("lorica.weakerThanRecorded", described: true);
    }

    [Fact]
    public async Task A_plain_vmx_with_an_encrypted_disk_is_weaker_than_recorded()
    {
        var lines = (await File.ReadAllLinesAsync(Vmx)).Where(l => !l.StartsWith("encryption.", StringComparison.Ordinal));
        await File.WriteAllTextAsync(Vmx, string.Join('\n', lines) + "\n");
        await AllRefuseAsync("lorica.weakerThanRecorded", described: true);
    }

    [Fact]
    public async Task An_edited_bundle_is_named()
    {
        string text = await File.ReadAllTextAsync(Vmx);
        int at = text.IndexOf("AES%2d256%2dGCM,", StringComparison.Ordinal) + 40;

        // Not inside an escape: the locator itself stays well formed.
        while (text[at] == '%' || text[at - 1] == '%' || text[at - 2] == '%')
            at++;
        await File.WriteAllTextAsync(Vmx, text[..at] + (text[at] == 'A' ? 'B' : 'A') + text[(at + 1)..]);
        await AllRefuseAsync("lorica.bundleEdited", described: true);
    }

    [Fact]
    public async Task The_vmx_of_another_vm_is_foreign()
    {
        var other = new TestVm("other", _kek);
        await other.ImportAsync(_host.Client);
        File.Copy(Path.Combine(_host.Datastore, "other", "other.vmx"), Vmx, overwrite: true);
        var fault = await AllRefuseAsync("lorica.foreignBundle", described: true);
        Assert.Contains(other.Id, fault.Message, StringComparison.Ordinal);
        Assert.Contains(_vm.Id, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_bundle_of_another_vm_is_foreign()
    {
        var other = new TestVm("other", _kek);
        await other.ImportAsync(_host.Client);
        string bundle = (await File.ReadAllLinesAsync(Path.Combine(_host.Datastore, "other", "other.vmx")))
            .Single(l => l.StartsWith("encryption.bundle", StringComparison.Ordinal));
        var lines = (await File.ReadAllLinesAsync(Vmx))
            .Select(l => l.StartsWith("encryption.bundle", StringComparison.Ordinal) ? bundle : l);
        await File.WriteAllTextAsync(Vmx, string.Join('\n', lines) + "\n");
        await AllRefuseAsync("lorica.foreignBundle", described: true);
    }

    [Fact]
    public async Task An_older_vmx_put_back_is_older_than_known()
    {
        byte[] old = await File.ReadAllBytesAsync(Vmx);
        _before = await _host.Client.SucceedAsync(TestJob.Order(_vm, "recryptShallow", _next, TestVm.RecordsOf(_before)));
        await File.WriteAllBytesAsync(Vmx, old);
        await AllRefuseAsync("lorica.olderThanKnown", described: false);
    }

    [Fact]
    public async Task A_disk_descriptor_without_its_encryption_lines_is_weaker_than_recorded()
    {
        var lines = (await File.ReadAllLinesAsync(Vmdk)).Where(l => !l.StartsWith("encryptionKeys", StringComparison.Ordinal)
            && !l.StartsWith("keyID", StringComparison.Ordinal) && !l.StartsWith("ddb.objectId", StringComparison.Ordinal)
            && !l.StartsWith("ddb.kekCheck", StringComparison.Ordinal) && !l.StartsWith("ddb.iofilters", StringComparison.Ordinal)
            && !l.StartsWith("ddb.seal", StringComparison.Ordinal));
        await File.WriteAllTextAsync(Vmdk, string.Join('\n', lines) + "\n");
        await AllRefuseAsync("lorica.weakerThanRecorded", described: true);
    }

    [Fact]
    public async Task The_descriptor_of_another_vms_disk_is_foreign()
    {
        var other = new TestVm("other", _kek);
        await other.ImportAsync(_host.Client);
        File.Copy(Path.Combine(_host.Datastore, "other", "other.vmdk"), Vmdk, overwrite: true);
        await AllRefuseAsync("lorica.foreignBundle", described: true);
    }

    [Fact]
    public async Task A_vmx_that_names_a_disk_outside_its_folder_is_malformed()
    {
        var plain = new TestVm("plain");
        await plain.ImportAsync(_host.Client);
        await EditAsync(Path.Combine(_host.Datastore, "plain", "plain.vmx"), "plain.vmdk", "../sec/sec.vmdk");
        var d = await _host.Client.DescribeVmAsync(new VmRequest { VmId = plain.Id });
        Assert.Equal("lorica.malformedVmx", d.Suspect.Key);
    }

    [Fact]
    public async Task A_vmx_that_is_a_link_is_not_followed()
    {
        string real = Path.Combine(_folder.Root, "elsewhere.vmx");
        File.Move(Vmx, real);
        File.CreateSymbolicLink(Vmx, real);
        var d = await _host.Client.DescribeVmAsync(new VmRequest { VmId = _vm.Id });
        Assert.Equal("lorica.malformedVmx", d.Suspect.Key);
    }

    [Fact]
    public async Task Another_key_under_the_recorded_id_is_a_wrong_key()
    {
        await _host.StopAsync();
        await _host.StartAsync();
        await _host.DeliverAsync(TestKek.Make("k1"));
        await AllRefuseAsync("lorica.wrongKey", described: true);
    }

    private static async Task EditAsync(string file, string from, string to)
    {
        string text = await File.ReadAllTextAsync(file);
        Assert.Contains(from, text, StringComparison.Ordinal);
        await File.WriteAllTextAsync(file, text.Replace(from, to, StringComparison.Ordinal));
    }

    private async Task<Fault> AllRefuseAsync(string key, bool described)
    {
        var records = TestVm.RecordsOf(_before);
        string files = Snapshot();
        var power = new PowerOnRequest { VmId = _vm.Id, Epoch = _vm.NextEpoch };
        power.Records.AddRange(records);
        var fault = await FaultAssert.RefusedAsync(FaultTypes.GenericVmConfigFault, key, _host.Client.PowerOnAsync(power));
        await FaultAssert.RefusedAsync(
            FaultTypes.GenericVmConfigFault, key, _host.Client.StartJobAsync(TestJob.Order(_vm, "decrypt", null, records)));
        var d = await _host.Client.DescribeVmAsync(new VmRequest { VmId = _vm.Id });
        if (described)
            Assert.Equal(key, (d.Suspect ?? d.Disks[0].Suspect)?.Key);
        Assert.Equal(files, Snapshot());
        return fault;
    }

    private string Snapshot() => string.Join('\n', Directory.EnumerateFiles(_host.Datastore, "*", SearchOption.AllDirectories)
        .Where(f => !f.EndsWith(".lock", StringComparison.Ordinal)).Order()
        .Select(f => $"{f} {Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(f)))}"));
}
