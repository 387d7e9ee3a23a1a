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
        var content = TestData.Noise(Capacity, 3);
        (content[510], content[511]) = (0x55, 0xAA);
        _store.Put(DiskName.Descriptor(Name), OwnDescriptor.Create(Name, Capacity, Provisioning.Thin, 7).ToBytes());
        _store.Put(DiskName.Flat(Name), content);
    }

    [Fact]
    public void AnEncryptionDoesNotEndWellOnAPlainDescriptor()
    {
        PutBackOnce();
        DiskErrors.Expect(DiskErrorKind.WeakerThanRecorded, () => Run().Encrypt(_keks.Keys(), 1));
    }

    [Fact]
    public void ADecryptionDoesNotEndWellOnTheDescriptorFromBefore()
    {
        Run().Encrypt(_keks.Keys(), 1);
        PutBackOnce();
        DiskErrors.Expect(DiskErrorKind.OlderThanKnown, () => Run().Decrypt(null, _keks, 2, false));
    }

    [Fact]
    public void ADeepRecryptDoesNotEndWellOnTheDescriptorFromBefore()
    {
        Run().Encrypt(_keks.Keys(), 1);
        PutBackOnce();
        DiskErrors.Expect(
            DiskErrorKind.OlderThanKnown, () =>
                Run().Rekey(null, _keks, new DiskKeys(TestKeks.Second, _keks[TestKeks.Second]), 2, false));
    }

    public void Dispose() => _keks.Dispose();

    private JobRun Run() => new(_store, Name, Name, null, default) { WindowBytes = 32 * 1024 };

    private void PutBackOnce()
    {
        var descriptor = DiskName.Descriptor(Name);
        var old = _store[descriptor].ToArray();
        _store.OnRename = name =>
        {
            if (name != descriptor)
                return;
            _store.OnRename = null;
            _store.Put(descriptor, old);
        };
    }
}
