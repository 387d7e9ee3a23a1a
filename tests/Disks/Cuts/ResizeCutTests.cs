using Lorica.Crypto;
using Lorica.Disks.Descriptors;
using Lorica.Disks.Jobs;
using Lorica.Disks.Storage;

namespace Lorica.Disks.Tests.Cuts;

/// <summary>
/// A resize cut at every single step goes on when it is asked for again; and where a descriptor from before it comes back once
/// the guest has used the new part, no resize takes a byte of that.
/// </summary>
public sealed class ResizeCutTests : IDisposable
{
    private const string Name = "d";
    private const int Before = 96 * 1024 + 512, After = 1024 * 1024 + 128 * 1024 + 512;
    private const int Rounds = 6;
    private readonly TestKeks _keks = new();

    public static TheoryData<Provisioning, bool, CutMode> Cases()
    {
        var cases = new TheoryData<Provisioning, bool, CutMode>();
        foreach (var provisioning in new[] { Provisioning.Thin, Provisioning.LazyZeroed, Provisioning.EagerZeroed })
        {
            foreach (var mode in Enum.GetValues<CutMode>())
            {
                cases.Add(provisioning, false, mode);
                cases.Add(provisioning, true, mode);
            }
        }

        return cases;
    }

    public static TheoryData<Provisioning, bool> Disks() => new()
    {
        { Provisioning.Thin, false }, { Provisioning.Thin, true }, { Provisioning.LazyZeroed, false },
        { Provisioning.LazyZeroed, true }, { Provisioning.EagerZeroed, false }, { Provisioning.EagerZeroed, true },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_resize_cut_anywhere_goes_on_to_any_size_that_it_may_have(
        Provisioning provisioning, bool encrypted, CutMode mode)
    {
        byte[] content = TestData.Noise(Before, 5);
        var start = Make(provisioning, encrypted, content);
        var whole = start.Clone();
        Resize(whole, After);
        int steps = whole.Steps;
        Assert.InRange(steps, 6, 60);
        for (int round = 0; round < Rounds * steps; round++)
        {
            var store = start.Clone();
            store.Arm(1 + round % steps, mode, round * 31);
            RunUntilCut(store, After);
            store.Arm(1 + round * 7 % 9, CutMode.Power, round * 17);
            RunUntilCut(store, After);
            store.Disarm();

            // The same once more, the size from before, or another one.
            int size = Model(store).Capacity == After ? After : new[] { After, Before, After - 1024, After + 4096 }[round % 4];
            Resize(store, size);
            byte[] read = Read(store);
            Assert.True(size == read.Length, $"{mode}, round {round}");
            Assert.Equal(content, read[..Before]);
            Assert.Equal(-1, read.AsSpan(Before).IndexOfAnyExcept((byte)0));
        }
    }

    [Theory]
    [MemberData(nameof(Disks))]
    public void A_resize_over_a_descriptor_from_before_takes_no_byte_of_what_the_disk_has_grown_to(
        Provisioning provisioning, bool encrypted)
    {
        var store = Make(provisioning, encrypted, TestData.Noise(Before, 5));
        string descriptor = DiskName.Descriptor(Name);
        byte[] old = store[descriptor].ToArray();
        Resize(store, After);
        byte[] grown = store[descriptor].ToArray();

        // One sector of the guest, anywhere in the new part: its first, its last, one in the middle.
        foreach (int at in new[] { Before, After / 2 / 512 * 512, After - 512 })
        {
            var used = store.Clone();
            byte[] data = TestData.Noise(512, at);
            using (var file = used.Open(DiskName.Flat(Name), writable: true))
                file.Write(at, data);
            byte[] held = used[DiskName.Flat(Name)].ToArray();
            used.Put(descriptor, old);
            foreach (int size in new[] { Before, Before + 1024, After - 512, After, After + 1024 })
            {
                var e = DiskErrors.Expect(DiskErrorKind.OlderThanKnown, () => Resize(used, size));
                Assert.Contains("Put back the descriptor", e.WayOut, StringComparison.Ordinal);
                Assert.Equal(held, used[DiskName.Flat(Name)]);
                Assert.Equal(old, used[descriptor]);
            }

            used.Put(descriptor, grown);
            Resize(used, After + 1024);
            Assert.Equal(held, used[DiskName.Flat(Name)][..After]);
        }
    }

    public void Dispose() => _keks.Dispose();

    private void RunUntilCut(CutStore store, int size)
    {
        try
        {
            Resize(store, size);
        }
        catch (PowerCutException)
        {
            store.Restart();
        }
        catch (DiskException e) when (e.Kind == DiskErrorKind.Io)
        {
            // A failed sync: the same kernel goes on.
        }
    }

    private void Resize(CutStore store, int size) => Vmdk.Resize(store, Name, Name, size, null, _keks, default);

    private static DiskModel Model(CutStore store) =>
        OwnDescriptor.ToModel(Descriptor.Parse(DescriptorFile.Read(store, Name), Name), Name, Name);

    private byte[] Read(CutStore store)
    {
        using var descriptor = SealedDescriptor.Open(DescriptorFile.Read(store, Name), Name, Name, null, _keks);
        byte[] data = store[DiskName.Flat(Name)].ToArray();
        if (descriptor.Contents is not { } contents)
            return data;
        using var cipher = new XtsAes256(contents.Key!);
        SectorCipher.Decrypt(cipher, data, 0, contents.Zero == ZeroRule.Hole);
        return data;
    }

    private CutStore Make(Provisioning provisioning, bool encrypted, byte[] content)
    {
        var store = new CutStore();
        store.Put(DiskName.Descriptor(Name), OwnDescriptor.Create(Name, Before, provisioning, 7).ToBytes());
        store.Put(DiskName.Flat(Name), content);
        if (encrypted)
            new JobRun(store, Name, Name, null, default) { WindowBytes = 32 * 1024 }.Encrypt(null, _keks.Keys(), 1);
        return store;
    }
}
