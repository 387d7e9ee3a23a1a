using System.Text.Json;
using Lorica.Crypto;
using Lorica.Disks.Tests.Native;

namespace Lorica.Disks.Tests;

public sealed class VmdkTests : IDisposable
{
    private readonly TestFolder _folder = new();
    private readonly TestKeks _keks = new();

    [Theory]
    [InlineData(Provisioning.Thin)]
    [InlineData(Provisioning.LazyZeroed)]
    [InlineData(Provisioning.EagerZeroed)]
    public async Task Qemu_reads_and_writes_a_plain_disk_of_ours(Provisioning provisioning)
    {
        var model = await Vmdk.CreateAsync(_folder.Folder, "disk one", 8 * TestData.MiB, provisioning, null, default);

        var info = Info("disk one.vmdk");
        Assert.Equal("vmdk", info.GetProperty("format").GetString());
        Assert.Equal(8 * TestData.MiB, info.GetProperty("virtual-size").GetInt64());
        Tool.Output("qemu-io", "-f", "vmdk", "-c", "write -P 0x5a 65536 4096", _folder.Path("disk one.vmdk"));
        using var disk = Vmdk.Open(_folder.Folder, "disk one", new DiskExpectation { Encrypted = false }, _keks);
        await using var device = disk.OpenDevice();
        byte[] sector = new byte[512];
        await device.ReadAsync(65536, sector, default);
        Assert.All(sector, b => Assert.Equal(0x5a, b));
        await device.WriteAsync(1024, Enumerable.Repeat((byte)7, 512).ToArray(), true, default);
        Assert.DoesNotContain(
            "failed", Tool.Output("qemu-io", "-f", "vmdk", "-c", "read -P 7 1024 512", _folder.Path("disk one.vmdk")));
        Assert.Equal(provisioning, model.Provisioning);
        Assert.Equal(
            provisioning != Provisioning.Thin, TestData.AllocatedBytes(_folder.Path("disk one-flat.vmdk")) >= 8 * TestData.MiB);
    }

    [Theory]
    [InlineData("\n\0\0", true)]
    [InlineData("\"\n\0\n\0", true)]
    [InlineData("x\n\0", false)]
    public async Task What_qemu_leaves_behind_a_CID_that_became_shorter_is_no_text(string left, bool read)
    {
        await Vmdk.CreateAsync(_folder.Folder, "d", TestData.MiB, Provisioning.Thin, null, default);
        await File.AppendAllTextAsync(_folder.Path("d.vmdk"), "\0" + left);
        var refusal = Record.Exception(
            () => Vmdk.Open(_folder.Folder, "d", new DiskExpectation { Encrypted = false }, _keks).Dispose());
        Assert.Equal(read, refusal is null);
        Assert.True(read || refusal is DiskException { Kind: DiskErrorKind.Malformed });
    }

    [Fact]
    public async Task An_encrypted_descriptor_has_its_lines_in_the_places_that_the_format_names()
    {
        var id = Guid.NewGuid();
        var model = await Vmdk.CreateAsync(_folder.Folder, "d", TestData.MiB, Provisioning.Thin, _keks.Keys(id), default);

        string[] lines = _folder.Text("d.vmdk").Split('\n');
        Assert.Equal("", lines[^1]);
        Assert.StartsWith("ddb.seal = \"", lines[^2]);
        int extent = Array.FindIndex(lines, l => l.StartsWith("RW ", StringComparison.Ordinal));
        Assert.Equal("RW 2048 VMFS \"d-flat.vmdk\"", lines[extent]);
        Assert.Contains("keyID=\"key-1\"", lines[..extent]);
        Assert.Contains(
            lines[..extent], l => l.StartsWith(
                "encryptionKeys=\"vmware:key/list/(pair/(fqid/<VMWARE-NULL>/kms%20one/key%2d1,AES%2d256%2dGCM,",
                StringComparison.Ordinal));
        Assert.Contains("ddb.iofilters = \"lorica-crypt\"", lines[extent..]);
        Assert.Contains($"ddb.objectId = \"{id:D}\"", lines[extent..]);
        Assert.Contains($"ddb.kekCheck = \"{KeyCheckValue.Compute(_keks[TestKeks.First])}\"", lines[extent..]);
        Assert.Equal(id, model.ObjectId);
        Assert.Equal(TestData.MiB, Info("d.vmdk").GetProperty("virtual-size").GetInt64());
    }

    [Theory]
    [InlineData(Provisioning.Thin)]
    [InlineData(Provisioning.EagerZeroed)]
    public async Task An_encrypted_disk_reads_as_zeros_until_it_is_written(Provisioning provisioning)
    {
        await Vmdk.CreateAsync(_folder.Folder, "d", TestData.MiB, provisioning, _keks.Keys(), default);
        using var disk = Vmdk.Open(_folder.Folder, "d", null, _keks);
        await using var device = disk.OpenDevice();
        Assert.Equal(new byte[TestData.MiB], await TestData.ReadAllAsync(device));
        Assert.Equal(provisioning == Provisioning.EagerZeroed ? ZeroRule.Error : ZeroRule.Hole, disk.Links[0].Zero);
        Assert.Equal(
            provisioning == Provisioning.EagerZeroed, _folder.Bytes("d-flat.vmdk").Count(b => b != 0) > TestData.MiB / 2);
    }

    [Fact]
    public async Task A_disk_in_use_is_refused_to_everybody_else_until_it_is_closed()
    {
        await Vmdk.CreateAsync(_folder.Folder, "d", TestData.MiB, Provisioning.Thin, null, default);
        using (Vmdk.Open(_folder.Folder, "d", null, _keks))
        {
            DiskErrors.Expect(DiskErrorKind.InUse, () => Vmdk.Open(_folder.Folder, "d", null, _keks).Dispose());
            await DiskErrors.ExpectAsync(DiskErrorKind.InUse, () => Vmdk.DeleteAsync(_folder.Folder, "d", default));
            await DiskErrors.ExpectAsync(
                DiskErrorKind.InUse,
                () => DiskJob.EncryptAsync(_folder.Folder, "d", TestKeks.First, _keks[TestKeks.First], 1, null, default));
            Assert.False(Vmdk.ReadModel(_folder.Folder, "d").Encrypted);
        }

        Vmdk.Open(_folder.Folder, "d", null, _keks).Dispose();
    }

    [Fact]
    public async Task Another_process_sees_the_lock()
    {
        await Vmdk.CreateAsync(_folder.Folder, "d", TestData.MiB, Provisioning.Thin, null, default);
        const string Try = "import fcntl,struct,sys\nf=open(sys.argv[1],'r+b')\n"
            + "fcntl.fcntl(f,37,struct.pack('hhqqi4x',1,0,0,0,0))";
        using (Vmdk.Open(_folder.Folder, "d", null, _keks))
            Assert.NotEqual(0, Tool.Run("python3", "-c", Try, _folder.Path(".d.lock")).ExitCode);
        Assert.Equal(0, Tool.Run("python3", "-c", Try, _folder.Path(".d.lock")).ExitCode);
    }

    [Fact]
    public async Task Creating_over_an_existing_disk_is_refused_and_deleting_removes_all_of_it()
    {
        await Vmdk.CreateAsync(_folder.Folder, "d", TestData.MiB, Provisioning.Thin, _keks.Keys(), default);
        string before = _folder.Text("d.vmdk");
        await DiskErrors.ExpectAsync(
            DiskErrorKind.AlreadyExists, () =>
                Vmdk.CreateAsync(_folder.Folder, "d", TestData.MiB, Provisioning.Thin, null, default));
        Assert.Equal(before, _folder.Text("d.vmdk"));
        await Vmdk.DeleteAsync(_folder.Folder, "d", default);
        Assert.Equal([".d.lock"], Directory.GetFiles(_folder.Root).Select(f => Path.GetFileName(f)));
        await DiskErrors.ExpectAsync(DiskErrorKind.NotFound, () => Vmdk.DeleteAsync(_folder.Folder, "d", default));
    }

    [Theory]
    [InlineData("")]
    [InlineData("..")]
    [InlineData("a/b")]
    [InlineData(".hidden")]
    [InlineData("a\"b")]
    [InlineData("a\nb")]
    [InlineData("a-flat")]
    public async Task Names_that_could_mean_another_file_are_refused(string name) => await DiskErrors.ExpectAsync(
        DiskErrorKind.InvalidArgument, () =>
            Vmdk.CreateAsync(_folder.Folder, name, TestData.MiB, Provisioning.Thin, null, default));

    [Fact]
    public async Task Thick_disks_that_do_not_fit_are_refused_without_leaving_anything()
    {
        // Not on the storage of the tests, which would be full for all others meanwhile.
        using var small = new SmallFilesystem(TestData.MiB);
        using var folder = DiskFolder.Open(small.Path);
        await DiskErrors.ExpectAsync(
            DiskErrorKind.NoSpace,
            () => Vmdk.CreateAsync(folder, "d", 8L << 40, Provisioning.LazyZeroed, null, default));
        Assert.Equal([".d.lock"], Directory.GetFiles(small.Path).Select(f => Path.GetFileName(f)));
    }

    [Fact]
    public async Task Shallow_recrypt_opens_with_both_keys_in_between_and_with_the_new_one_afterwards()
    {
        await Vmdk.CreateAsync(_folder.Folder, "d", TestData.MiB, Provisioning.Thin, _keks.Keys(), default);
        byte[] data = _folder.Bytes("d-flat.vmdk");
        var (old, fresh) = (_keks[TestKeks.First], _keks[TestKeks.Second]);

        Assert.Equal(2, ShallowRecrypt.AddPair(_folder.Folder, "d", old, TestKeks.Second, fresh));
        Assert.Equal(2, ShallowRecrypt.AddPair(_folder.Folder, "d", old, TestKeks.Second, fresh));
        var model = Vmdk.ReadModel(_folder.Folder, "d");
        Assert.Equal([TestKeks.First, TestKeks.Second], model.Keys);
        foreach (var key in model.Keys)
        {
            var expectation = new DiskExpectation { Encrypted = true, KeyId = key, Kcv = KeyCheckValue.Compute(_keks[key]) };
            using var disk = Vmdk.Open(_folder.Folder, "d", expectation, _keks);
            Assert.Equal(key, disk.OpenedWith);
        }

        DiskErrors.Expect(DiskErrorKind.WrongKey, () => ShallowRecrypt.DropPair(_folder.Folder, "d", TestKeks.First, old));
        Assert.Equal(3, ShallowRecrypt.DropPair(_folder.Folder, "d", TestKeks.First, fresh));
        Assert.Equal(3, ShallowRecrypt.DropPair(_folder.Folder, "d", TestKeks.First, fresh));
        Assert.Equal(data, _folder.Bytes("d-flat.vmdk"));
        Assert.DoesNotContain("newKekCheck", _folder.Text("d.vmdk"));
        var recorded = new DiskExpectation
        {
            Encrypted = true, KeyId = TestKeks.Second, Kcv = KeyCheckValue.Compute(fresh), Generation = 3,
            ObjectId = model.ObjectId,
        };
        Vmdk.Open(_folder.Folder, "d", recorded, _keks).Dispose();
        _keks.Lose(TestKeks.Second);
        DiskErrors.Expect(DiskErrorKind.KeyNotFound, () => Vmdk.Open(_folder.Folder, "d", recorded, _keks).Dispose());
    }

    [Fact]
    public async Task Shallow_recrypt_does_not_seal_a_descriptor_again_that_is_older_than_its_record()
    {
        await Vmdk.CreateAsync(_folder.Folder, "d", TestData.MiB, Provisioning.Thin, _keks.Keys(), default);
        string before = _folder.Text("d.vmdk");
        var known = new DiskExpectation { Encrypted = true, KeyId = TestKeks.First, Generation = 2 };
        DiskErrors.Expect(DiskErrorKind.OlderThanKnown, () => ShallowRecrypt.AddPair(
            _folder.Folder, "d", known, _keks[TestKeks.First], TestKeks.Second, _keks[TestKeks.Second]));
        Assert.Equal(before, _folder.Text("d.vmdk"));
    }

    [Fact]
    public async Task Shallow_recrypt_rolls_back_by_dropping_the_new_key_and_works_while_the_disk_is_in_use()
    {
        await Vmdk.CreateAsync(_folder.Folder, "d", TestData.MiB, Provisioning.Thin, _keks.Keys(), default);
        using var disk = Vmdk.Open(_folder.Folder, "d", null, _keks);
        var (old, fresh) = (_keks[TestKeks.First], _keks[TestKeks.Second]);
        DiskErrors.Expect(DiskErrorKind.InUse, () => ShallowRecrypt.AddPair(_folder.Folder, "d", old, TestKeks.Second, fresh));
        ShallowRecrypt.AddPair(_folder.Folder, "d", old, TestKeks.Second, fresh, disk.Links[0].Lock);
        Assert.Equal(3, ShallowRecrypt.DropPair(_folder.Folder, "d", TestKeks.Second, old, disk.Links[0].Lock));
        Assert.Equal([TestKeks.First], Vmdk.ReadModel(_folder.Folder, "d").Keys);
    }

    [Fact]
    public async Task Between_the_two_steps_of_a_shallow_recrypt_either_key_alone_opens_the_disk()
    {
        await Vmdk.CreateAsync(_folder.Folder, "d", TestData.MiB, Provisioning.Thin, _keks.Keys(), default);
        ShallowRecrypt.AddPair(_folder.Folder, "d", _keks[TestKeks.First], TestKeks.Second, _keks[TestKeks.Second]);
        _keks.Lose(TestKeks.First);
        using (var disk = Vmdk.Open(_folder.Folder, "d", new DiskExpectation { Encrypted = true }, _keks))
            Assert.Equal(TestKeks.Second, disk.OpenedWith);
        _keks.Lose(TestKeks.Second);
        DiskErrors.Expect(DiskErrorKind.KeyNotFound, () => Vmdk.Open(_folder.Folder, "d", null, _keks).Dispose());
    }

    [Fact]
    public async Task A_descriptor_whose_last_line_does_not_end_is_encrypted_and_decrypted()
    {
        await Vmdk.CreateAsync(_folder.Folder, "d", TestData.MiB, Provisioning.Thin, null, default);
        string text = _folder.Text("d.vmdk");
        _folder.Write("d.vmdk", text.TrimEnd('\n'));
        byte[] data = TestData.FillDisk(_folder.Path("d-flat.vmdk"), TestData.MiB);
        await DiskJob.EncryptAsync(_folder.Folder, "d", _keks.Keys(), 1, null, default);
        using (var disk = Vmdk.Open(_folder.Folder, "d", new DiskExpectation { Encrypted = true }, _keks))
        {
            await using var device = disk.OpenDevice();
            Assert.Equal(data, await TestData.ReadAllAsync(device));
        }

        await DiskJob.DecryptAsync(_folder.Folder, "d", _keks, 2, force: true, null, default);
        Assert.Equal(data, _folder.Bytes("d-flat.vmdk"));
        Assert.Equal(text, _folder.Text("d.vmdk"));
    }

    [Fact]
    public async Task Copying_leaves_out_what_is_zero()
    {
        await Vmdk.CreateAsync(_folder.Folder, "a", 10 * TestData.MiB, Provisioning.Thin, null, default);
        byte[] content = TestData.FillDisk(_folder.Path("a-flat.vmdk"), 10 * TestData.MiB);
        await Vmdk.CreateAsync(_folder.Folder, "b", 10 * TestData.MiB, Provisioning.Thin, _keks.Keys(), default);
        using var from = Vmdk.Open(_folder.Folder, "a", null, _keks);
        using var to = Vmdk.Open(_folder.Folder, "b", null, _keks);
        await using var source = from.OpenDevice();
        await using var target = to.OpenDevice();
        await DiskCopy.CopyAsync(source, target, null, default);
        Assert.Equal(content, await TestData.ReadAllAsync(target));
        Assert.True(
            TestData.AllocatedBytes(_folder.Path("b-flat.vmdk")) <= TestData.AllocatedBytes(_folder.Path("a-flat.vmdk")) + 8192);
    }

    public void Dispose()
    {
        _keks.Dispose();
        _folder.Dispose();
    }

    private JsonElement Info(string file) =>
        JsonDocument.Parse(Tool.Output("qemu-img", "info", "--output=json", _folder.Path(file))).RootElement;
}
