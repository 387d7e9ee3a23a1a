using Lorica.Crypto;

namespace Lorica.Disks.Tests;

public sealed class InPlaceTests : IDisposable
{
    private const long Capacity = 10 * TestData.MiB + 512;
    private readonly TestFolder _folder = new();
    private readonly TestKeks _keks = new();

    [Theory]
    [InlineData(Provisioning.Thin)]
    [InlineData(Provisioning.LazyZeroed)]
    [InlineData(Provisioning.EagerZeroed)]
    public async Task Encrypting_and_decrypting_gives_back_every_byte_of_data_and_descriptor(Provisioning provisioning)
    {
        await Vmdk.CreateAsync(_folder.Folder, "d", Capacity, provisioning, null, default);
        byte[] before = TestData.FillDisk(_folder.Path("d-flat.vmdk"), Capacity);
        string descriptor = _folder.Text("d.vmdk");
        long allocated = TestData.AllocatedBytes(_folder.Path("d-flat.vmdk"));
        string inode = Tool.Output("stat", "-c", "%i", _folder.Path("d-flat.vmdk"));

        var result = await DiskJob.EncryptAsync(_folder.Folder, "d", TestKeks.First, _keks[TestKeks.First], 1, null, default);

        Assert.Equal(2, result.Generation);
        Assert.True(result.Model.Encrypted);
        Assert.Null(result.Model.Transition);
        Assert.Equal(inode, Tool.Output("stat", "-c", "%i", _folder.Path("d-flat.vmdk")));
        Assert.True(TestData.AllocatedBytes(_folder.Path("d-flat.vmdk")) <= allocated + 8192);
        AssertNoPlainText(before);
        using (var disk = Vmdk.Open(_folder.Folder, "d", Expectation(result), _keks))
        {
            await using var device = disk.OpenDevice();
            Assert.Equal(before, await TestData.ReadAllAsync(device));
        }

        await DiskJob.DecryptAsync(_folder.Folder, "d", Expectation(result), _keks, 2, false, null, default);

        Assert.Equal(before, _folder.Bytes("d-flat.vmdk"));
        Assert.Equal(descriptor, _folder.Text("d.vmdk"));
        Assert.True(TestData.AllocatedBytes(_folder.Path("d-flat.vmdk")) <= allocated + 8192);
        Assert.Equal(inode, Tool.Output("stat", "-c", "%i", _folder.Path("d-flat.vmdk")));
        Assert.Equal(
            [".d.lock", "d-flat.vmdk", "d.vmdk"],
            Directory.GetFiles(_folder.Root).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(Provisioning.Thin)]
    [InlineData(Provisioning.EagerZeroed)]
    public async Task Rekeying_changes_every_stored_sector_and_keeps_the_content(Provisioning provisioning)
    {
        await Vmdk.CreateAsync(_folder.Folder, "d", Capacity, provisioning, null, default);
        byte[] before = TestData.FillDisk(_folder.Path("d-flat.vmdk"), Capacity);
        var first = await DiskJob.EncryptAsync(_folder.Folder, "d", TestKeks.First, _keks[TestKeks.First], 1, null, default);
        byte[] stored = _folder.Bytes("d-flat.vmdk");

        var keys = new DiskKeys(TestKeks.Second, _keks[TestKeks.Second]);
        var result = await DiskJob.RekeyAsync(_folder.Folder, "d", Expectation(first), _keks, keys, 2, false, null, default);

        Assert.Equal(TestKeks.Second, result.Model.Key);
        Assert.Equal(first.Model.ObjectId, result.Model.ObjectId);
        Assert.Equal(4, result.Generation);
        _keks.Lose(TestKeks.First);
        using var disk = Vmdk.Open(_folder.Folder, "d", Expectation(result), _keks);
        await using var device = disk.OpenDevice();
        Assert.Equal(before, await TestData.ReadAllAsync(device));
        byte[] now = _folder.Bytes("d-flat.vmdk");
        for (int at = 0; at < now.Length; at += 512)
        {
            bool hole = !stored.AsSpan(at, 512).ContainsAnyExcept((byte)0);
            Assert.Equal(hole, now.AsSpan(at, 512).SequenceEqual(stored.AsSpan(at, 512)));
        }
    }

    [Fact]
    public async Task The_stored_bytes_are_xts_of_the_sector_number_under_the_key_of_the_bundle()
    {
        await Vmdk.CreateAsync(_folder.Folder, "d", Capacity, Provisioning.Thin, null, default);
        byte[] before = TestData.FillDisk(_folder.Path("d-flat.vmdk"), Capacity);
        var result = await DiskJob.EncryptAsync(_folder.Folder, "d", TestKeks.First, _keks[TestKeks.First], 1, null, default);

        using var contents = Bundle.Open(
            BundleKind.Disk, result.Model.Bundle!, TestKeks.First, _keks[TestKeks.First], result.Model.Kcv!,
            result.Model.ObjectId!.Value);
        using var cipher = new XtsAes256(contents.Key!);
        byte[] sector = before.AsSpan(64 * 1024 + 512, 512).ToArray();
        cipher.EncryptSectors(sector, (64 * 1024 + 512) / 512);
        Assert.Equal(sector, _folder.Bytes("d-flat.vmdk").AsSpan(64 * 1024 + 512, 512).ToArray());
    }

    [Fact]
    public async Task A_cancelled_job_leaves_a_disk_that_opens_for_nothing_else_and_resumes()
    {
        await Vmdk.CreateAsync(_folder.Folder, "d", Capacity, Provisioning.Thin, null, default);
        byte[] before = TestData.FillDisk(_folder.Path("d-flat.vmdk"), Capacity);
        using var stop = new CancellationTokenSource();
        var halfway = new Now(p => { if (p.Done > 0) stop.Cancel(); });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            DiskJob.EncryptAsync(_folder.Folder, "d", TestKeks.First, _keks[TestKeks.First], 5, halfway, stop.Token));

        Assert.Equal(TransitionKind.Encrypt, Vmdk.ReadModel(_folder.Folder, "d").Transition!.Kind);
        Assert.Contains("ddb.transition = \"encrypt:5:journal:.d.transition\"", _folder.Text("d.vmdk"));
        DiskErrors.Expect(DiskErrorKind.TransitionUnderWay, () => Vmdk.Open(_folder.Folder, "d", null, _keks).Dispose());
        await DiskErrors.ExpectAsync(
            DiskErrorKind.TransitionUnderWay, () => DiskJob.DecryptAsync(_folder.Folder, "d", _keks, 6, false, null, default));
        await DiskErrors.ExpectAsync(
            DiskErrorKind.StaleEpoch, () => DiskJob.ResumeAsync(_folder.Folder, "d", _keks, 4, false, null, default));

        await DiskJob.EncryptAsync(_folder.Folder, "d", TestKeks.First, _keks[TestKeks.First], 7, null, default);
        await DiskErrors.ExpectAsync(
            DiskErrorKind.AlreadyEncrypted,
            () => DiskJob.EncryptAsync(_folder.Folder, "d", TestKeks.First, _keks[TestKeks.First], 8, null, default));
        await DiskJob.DecryptAsync(_folder.Folder, "d", _keks, 9, false, null, default);
        Assert.Equal(before, _folder.Bytes("d-flat.vmdk"));
        await DiskErrors.ExpectAsync(
            DiskErrorKind.NotEncrypted, () => DiskJob.DecryptAsync(_folder.Folder, "d", _keks, 9, false, null, default));
    }

    [Fact]
    public async Task A_lost_side_file_is_named_and_nothing_is_touched()
    {
        await Vmdk.CreateAsync(_folder.Folder, "d", Capacity, Provisioning.Thin, null, default);
        TestData.FillDisk(_folder.Path("d-flat.vmdk"), Capacity);
        using var stop = new CancellationTokenSource();
        var halfway = new Now(p => { if (p.Done > 0) stop.Cancel(); });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            DiskJob.EncryptAsync(_folder.Folder, "d", TestKeks.First, _keks[TestKeks.First], 5, halfway, stop.Token));
        byte[] data = _folder.Bytes("d-flat.vmdk");
        byte[] side = _folder.Bytes(".d.transition");

        side[4096 + 70] ^= 1;
        side[4096 + 4096 + 4 * TestData.MiB + 70] ^= 1;
        _folder.Write(".d.transition", side);
        await DiskErrors.ExpectAsync(
            DiskErrorKind.SideFileLost, () => DiskJob.ResumeAsync(_folder.Folder, "d", _keks, 5, false, null, default));
        File.Delete(_folder.Path(".d.transition"));
        await DiskErrors.ExpectAsync(
            DiskErrorKind.SideFileLost, () => DiskJob.ResumeAsync(_folder.Folder, "d", _keks, 5, false, null, default));
        Assert.Equal(data, _folder.Bytes("d-flat.vmdk"));
    }

    [Fact]
    public async Task What_a_crash_at_the_very_end_left_is_removed_by_whoever_comes_next()
    {
        await Vmdk.CreateAsync(_folder.Folder, "d", TestData.MiB, Provisioning.Thin, _keks.Keys(), default);
        _folder.Write(".d.transition", new byte[20000]);
        Vmdk.Open(_folder.Folder, "d", null, _keks).Dispose();
        Assert.False(File.Exists(_folder.Path(".d.transition")));
        _folder.Write(".d.transition", new byte[20000]);
        await DiskJob.ResumeAsync(_folder.Folder, "d", _keks, 1, false, null, default);
        Assert.False(File.Exists(_folder.Path(".d.transition")));
        _folder.Write(".d.transition", new byte[20000]);
        _folder.Write(".d.vmdk.new", "half");
        await DiskJob.DecryptAsync(_folder.Folder, "d", _keks, 1, false, null, default);
        Assert.False(File.Exists(_folder.Path(".d.transition")));
        Assert.False(File.Exists(_folder.Path(".d.vmdk.new")));
    }

    [Fact]
    public async Task A_planted_side_file_is_not_written_through()
    {
        await Vmdk.CreateAsync(_folder.Folder, "d", TestData.MiB, Provisioning.Thin, null, default);
        _folder.Write("victim", TestData.Noise(20000, 1));
        Tool.Output("ln", _folder.Path("victim"), _folder.Path(".d.transition"));
        await DiskJob.EncryptAsync(_folder.Folder, "d", TestKeks.First, _keks[TestKeks.First], 1, null, default);
        Assert.Equal(TestData.Noise(20000, 1), _folder.Bytes("victim"));

        File.CreateSymbolicLink(_folder.Path(".d.transition"), _folder.Path("victim"));
        await DiskErrors.ExpectAsync(
            DiskErrorKind.EscapesFolder, () => DiskJob.DecryptAsync(_folder.Folder, "d", _keks, 2, false, null, default));
        Assert.Equal(TestData.Noise(20000, 1), _folder.Bytes("victim"));
    }

    [Fact]
    public async Task A_zeroed_sector_of_an_eager_disk_ends_decryption_unless_forced()
    {
        await Vmdk.CreateAsync(_folder.Folder, "d", TestData.MiB, Provisioning.EagerZeroed, _keks.Keys(), default);
        byte[] stored = _folder.Bytes("d-flat.vmdk");
        stored.AsSpan(700 * 512, 512).Clear();
        using (var file = File.OpenHandle(_folder.Path("d-flat.vmdk"), FileMode.Open, FileAccess.Write))
            RandomAccess.Write(file, stored, 0);
        var e = await DiskErrors.ExpectAsync(
            DiskErrorKind.ZeroSector, () => DiskJob.DecryptAsync(_folder.Folder, "d", _keks, 1, false, null, default));
        Assert.Equal(700 * 512, e.Offset);
        await DiskJob.DecryptAsync(_folder.Folder, "d", _keks, 1, true, null, default);
        Assert.Equal(new byte[TestData.MiB], _folder.Bytes("d-flat.vmdk"));
    }

    [Fact]
    public async Task An_encrypted_disk_of_a_known_object_starts_above_its_last_generation()
    {
        var id = Guid.NewGuid();
        await Vmdk.CreateAsync(_folder.Folder, "d", TestData.MiB, Provisioning.Thin, null, default);
        var keys = _keks.Keys(id) with { KnownGeneration = 7 };
        var result = await DiskJob.EncryptAsync(_folder.Folder, "d", keys, 1, null, default);
        Assert.Equal((id, 9L), (result.Model.ObjectId!.Value, result.Generation));
    }

    [Fact]
    public async Task Decrypting_noise_needs_force()
    {
        await Vmdk.CreateAsync(_folder.Folder, "d", TestData.MiB, Provisioning.Thin, _keks.Keys(), default);
        using (var disk = Vmdk.Open(_folder.Folder, "d", null, _keks))
        {
            await using var device = disk.OpenDevice();
            await device.WriteAsync(0, TestData.Noise(128 * 1024, 9), false, default);
        }

        await DiskErrors.ExpectAsync(
            DiskErrorKind.NotADisk, () => DiskJob.DecryptAsync(_folder.Folder, "d", _keks, 1, false, null, default));
        Assert.Null(Vmdk.ReadModel(_folder.Folder, "d").Transition);
        await DiskJob.DecryptAsync(_folder.Folder, "d", _keks, 1, true, null, default);
        Assert.Equal(TestData.Noise(128 * 1024, 9), _folder.Bytes("d-flat.vmdk")[..(128 * 1024)]);
    }

    [Fact]
    public async Task A_hard_linked_data_file_is_refused()
    {
        await Vmdk.CreateAsync(_folder.Folder, "d", TestData.MiB, Provisioning.Thin, null, default);
        Tool.Output("ln", _folder.Path("d-flat.vmdk"), _folder.Path("other"));
        await DiskErrors.ExpectAsync(
            DiskErrorKind.HasHardLinks,
            () => DiskJob.EncryptAsync(_folder.Folder, "d", TestKeks.First, _keks[TestKeks.First], 1, null, default));
        Assert.False(Vmdk.ReadModel(_folder.Folder, "d").Encrypted);
    }

    public void Dispose()
    {
        _keks.Dispose();
        _folder.Dispose();
    }

    private static DiskExpectation Expectation(DiskJobResult result) => new()
    {
        Encrypted = true,
        ObjectId = result.Model.ObjectId,
        KeyId = result.Model.Key,
        Kcv = result.Model.Kcv,
        Generation = result.Generation,
    };

    private void AssertNoPlainText(byte[] plain)
    {
        var needle = plain.AsSpan(64 * 1024, 64);
        foreach (string file in Directory.GetFiles(_folder.Root))
            Assert.True(File.ReadAllBytes(file).AsSpan().IndexOf(needle) < 0, $"plain text in {file}");
    }

    private sealed class Now(Action<DiskProgress> report) : IProgress<DiskProgress>
    {
        public void Report(DiskProgress value) => report(value);
    }
}
