using Lorica.Disks.Descriptors;
using Lorica.Disks.Jobs;
using Lorica.Disks.Storage;

namespace Lorica.Disks.Tests.Cuts;

/// <summary>
/// Every job is cut at every single step, by kill, by power cut and by a failing sync, and cut again while it resumes. It must
/// always be able to go on, end with exactly the right bytes, never show a broken descriptor, and never write plain text beside
/// the disk.
/// </summary>
public sealed class CutTests : IDisposable
{
    private const int Window = 32 * 1024;
    private const int Capacity = 4 * Window + 5 * 512;
    private const int Rounds = 3;
    private const string Name = "d";
    private readonly TestKeks _keks = new();

    public static TheoryData<Provisioning, CutMode> Cases()
    {
        var cases = new TheoryData<Provisioning, CutMode>();
        foreach (var mode in Enum.GetValues<CutMode>())
        {
            cases.Add(Provisioning.Thin, mode);
            cases.Add(Provisioning.EagerZeroed, mode);
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Encryption_cut_anywhere_ends_with_the_plain_text_under_the_key(Provisioning provisioning, CutMode mode)
    {
        byte[] plain = Content();
        CutEverywhere(Plain(provisioning, plain), mode, Encrypt, store => Assert.Equal(plain, Read(store)));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Decryption_cut_anywhere_gives_back_the_files_as_they_were(Provisioning provisioning, CutMode mode)
    {
        byte[] plain = Content();
        var original = Plain(provisioning, plain);
        var start = original.Clone();
        Encrypt(start);
        CutEverywhere(start, mode, Decrypt, store =>
        {
            Assert.Equal(plain, store[DiskName.Flat(Name)]);
            Assert.Equal(original[DiskName.Descriptor(Name)], store[DiskName.Descriptor(Name)]);
        });
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Rekeying_cut_anywhere_keeps_the_content_under_the_new_key(Provisioning provisioning, CutMode mode)
    {
        byte[] plain = Content();
        var start = Plain(provisioning, plain);
        Encrypt(start);
        CutEverywhere(start, mode, Rekey, store =>
        {
            Assert.Equal(plain, Read(store));
            Assert.Equal(TestKeks.Second, Model(store).Key);
        });
    }

    public void Dispose() => _keks.Dispose();

    private void CutEverywhere(CutStore start, CutMode mode, Action<CutStore> job, Action<CutStore> check)
    {
        var whole = start.Clone();
        job(whole);
        check(whole);
        int steps = whole.Steps;
        Assert.InRange(steps, 25, 400);
        for (int round = 0; round < Rounds * steps; round++)
        {
            int cut = 1 + round % steps;
            var store = start.Clone();
            string context = $"{mode} at step {cut} of {steps}, round {round}";
            try
            {
                store.Arm(cut, mode, round * 31);
                RunUntilCut(store, job);

                // The second time it is cut while it resumes, always by power.
                store.Arm(1 + round * 7 % 29, CutMode.Power, round * 17);
                RunUntilCut(store, job);
                store.Disarm();
                job(store);
                check(store);
                Assert.DoesNotContain(DiskName.Side(Name), store.Names);
                Assert.DoesNotContain(DiskName.NewDescriptor(Name), store.Names);
            }
            catch (Exception e) when (e is not PowerCutException)
            {
                throw new InvalidOperationException(context + ": " + e.Message, e);
            }
        }
    }

    private void RunUntilCut(CutStore store, Action<CutStore> job)
    {
        try
        {
            job(store);
        }
        catch (PowerCutException)
        {
            store.Restart();
        }
        catch (DiskException e) when (e.Kind == DiskErrorKind.Io)
        {
            // A failed sync: the same kernel goes on.
        }

        // Never half-written: whatever descriptor is there parses and verifies.
        using var descriptor = SealedDescriptor.Open(DescriptorFile.Read(store, Name), Name, Name, null, _keks);
    }

    private void Encrypt(CutStore store)
    {
        // Nothing but ciphertext beside the disk itself.
        store.OnWrite = RefusePlainText;
        var run = Run(store);
        if (Model(store) is { Encrypted: true, Transition: null })
            run.Resume(_keks, 1, false);
        else
            run.Encrypt(null, _keks.Keys(), 1);
    }

    private void Decrypt(CutStore store)
    {
        store.OnWrite = RefusePlainText;
        if (Model(store).Encrypted)
            Run(store).Decrypt(null, _keks, 2, false);
        else
            Run(store).Resume(_keks, 2, false);
    }

    private void Rekey(CutStore store)
    {
        store.OnWrite = RefusePlainText;
        if (Model(store) is { Transition: null } model && model.Key == TestKeks.Second)
            Run(store).Resume(_keks, 3, false);
        else
            Run(store).Rekey(null, _keks, new DiskKeys(TestKeks.Second, _keks[TestKeks.Second]), 3, false);
    }

    private static JobRun Run(CutStore store) => new(store, Name, Name, null, default) { WindowBytes = Window };

    private static DiskModel Model(CutStore store) =>
        OwnDescriptor.ToModel(Descriptor.Parse(DescriptorFile.Read(store, Name), Name), Name, Name);

    private byte[] Read(CutStore store)
    {
        using var descriptor = SealedDescriptor.Open(DescriptorFile.Read(store, Name), Name, Name, null, _keks);
        Assert.Null(descriptor.Model.Transition);
        using var cipher = new Lorica.Crypto.XtsAes256(descriptor.Contents!.Key!);
        byte[] data = store[DiskName.Flat(Name)].ToArray();
        SectorCipher.Decrypt(cipher, data, 0, descriptor.Contents.Zero == Lorica.Crypto.ZeroRule.Hole);
        return data;
    }

    private static void RefusePlainText(string file, byte[] data)
    {
        if (file != DiskName.Flat(Name))
            Assert.True(data.AsSpan().IndexOf("plain text marker"u8) < 0, "plain text was written to " + file);
    }

    private static CutStore Plain(Provisioning provisioning, byte[] content)
    {
        var store = new CutStore();
        store.Put(DiskName.Descriptor(Name), OwnDescriptor.Create(Name, Capacity, provisioning, 7).ToBytes());
        store.Put(DiskName.Flat(Name), content);
        return store;
    }

    // Windows with data, with data in a few blocks, with none at all; zero sectors beside data; a partial last block.
    private static byte[] Content()
    {
        byte[] data = TestData.Noise(Capacity, 11);
        for (int at = 0; at + 17 < data.Length; at += 256)
            "plain text marker"u8.CopyTo(data.AsSpan(at));
        data[510] = 0x55;
        data[511] = 0xAA;
        data.AsSpan(1024, 512).Clear();
        data.AsSpan(8192, 4096).Clear();
        data.AsSpan(Window, 3 * 4096).Clear();
        data.AsSpan(2 * Window, Window).Clear();
        return data;
    }
}
