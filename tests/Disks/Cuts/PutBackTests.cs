using Lorica.Disks.Descriptors;
using Lorica.Disks.Jobs;

namespace Lorica.Disks.Tests.Cuts;

/// <summary>An older descriptor put back between the step that writes the new one and the step that reads it again.</summary>
public sealed class PutBackTests : IDisposable
{
    private const string Name = "d";
    private const int Capacity = 64 * 1024;
    private readonly TestKeks _keks = new();
    private readonly CutStore _store = new();

    public PutBackTests()
    {
        byte[] content = TestData.Noise(Capacity, 3);
        (content[510], content[511]) = (0x55, 0xAA);
        _store.Put(DiskName.Descriptor(Name), OwnDescriptor.Create(Name, Capacity, Provisioning.Thin, 7).ToBytes());
        _store.Put(DiskName.Flat(Name), content);
    }

    [Fact]
    public void An_encryption_does_not_end_well_on_a_plain_descriptor()
    {
        PutBackOnce();
        DiskErrors.Expect(DiskErrorKind.WeakerThanRecorded, () => Run().Encrypt(null, _keks.Keys(), 1));
    }

    [Fact]
    public void A_decryption_does_not_end_well_on_the_descriptor_from_before()
    {
        Run().Encrypt(null, _keks.Keys(), 1);
        PutBackOnce();
        DiskErrors.Expect(DiskErrorKind.OlderThanKnown, () => Run().Decrypt(null, _keks, 2, false));
    }

    [Fact]
    public void A_deep_recrypt_does_not_end_well_on_the_descriptor_from_before()
    {
        Run().Encrypt(null, _keks.Keys(), 1);
        PutBackOnce();
        DiskErrors.Expect(
            DiskErrorKind.OlderThanKnown, () =>
                Run().Rekey(null, _keks, new DiskKeys(TestKeks.Second, _keks[TestKeks.Second]), 2, false));
    }

    [Fact]
    public void A_disk_whose_record_says_encrypted_is_never_begun_anew_and_no_byte_is_written()
    {
        byte[] plain = _store[DiskName.Descriptor(Name)].ToArray();
        Run().Encrypt(null, _keks.Keys(), 1);
        _store.Put(DiskName.Descriptor(Name), plain);
        _store.OnWrite = (file, _) => Assert.Fail($"{file} was written");

        DiskErrors.Expect(DiskErrorKind.WeakerThanRecorded,
            () => Run().Encrypt(new DiskExpectation { Encrypted = true }, _keks.Keys(), 2));
    }

    [Fact]
    public void Nothing_begins_on_a_plain_descriptor_beside_the_records_of_an_encryption_and_with_its_own_it_goes_on()
    {
        var (descriptor, side) = (DiskName.Descriptor(Name), DiskName.Side(Name));
        byte[] plain = _store[descriptor].ToArray();
        byte[] content = _store[DiskName.Flat(Name)].ToArray();
        CutStore? cut = null;
        _store.OnWrite = (file, _) =>
        {
            // The first window is changed: from here on the data is ciphertext in part.
            if (file == DiskName.Flat(Name) && cut is null)
                cut = _store.Clone();
        };
        Run().Encrypt(null, _keks.Keys(), 1);
        var half = cut!;
        byte[] begun = half[descriptor].ToArray();
        half.Put(descriptor, plain);
        half.OnWrite = (file, _) => Assert.Fail($"{file} was written");

        DiskErrors.Expect(DiskErrorKind.WeakerThanRecorded, () => Run(half).Encrypt(null, _keks.Keys(), 2));
        DiskErrors.Expect(DiskErrorKind.WeakerThanRecorded, () => Run(half).Resume(_keks, 2, false));
        Assert.Contains(side, half.Names);

        half.OnWrite = null;
        half.Put(descriptor, begun);
        Run(half).Encrypt(null, _keks.Keys(), 2);
        Assert.Equal(content, Decrypted(half));
    }

    [Fact]
    public void Data_is_changed_only_after_the_beginning_was_told_also_when_a_job_is_resumed()
    {
        byte[] content = _store[DiskName.Flat(Name)].ToArray();
        for (int run = 0; run < 2; run++)
        {
            var job = new JobRun(_store, Name, Name, null, default)
            {
                WindowBytes = 32 * 1024, Beginning = () => throw new IOException("the table cannot be written"),
            };
            Assert.Throws<IOException>(() => job.Encrypt(null, _keks.Keys(), 1));
            Assert.Equal(content, _store[DiskName.Flat(Name)]);
        }

        Run().Encrypt(null, _keks.Keys(), 1);
        Assert.Equal(content, Decrypted(_store));
    }

    public void Dispose() => _keks.Dispose();

    private byte[] Decrypted(CutStore store)
    {
        using var descriptor = SealedDescriptor.Open(Storage.DescriptorFile.Read(store, Name), Name, Name, null, _keks);
        using var cipher = new Lorica.Crypto.XtsAes256(descriptor.Contents!.Key!);
        byte[] data = store[DiskName.Flat(Name)].ToArray();
        SectorCipher.Decrypt(cipher, data, 0, zeroIsHole: true);
        return data;
    }

    private JobRun Run() => Run(_store);

    private static JobRun Run(CutStore store) => new(store, Name, Name, null, default) { WindowBytes = 32 * 1024 };

    private void PutBackOnce()
    {
        string descriptor = DiskName.Descriptor(Name);
        byte[] old = _store[descriptor].ToArray();
        _store.OnRename = name =>
        {
            if (name != descriptor)
                return;
            _store.OnRename = null;
            _store.Put(descriptor, old);
        };
    }
}
