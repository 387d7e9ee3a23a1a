using Lorica.Crypto;
using Lorica.Kms.Store;

namespace Lorica.Kms.Tests.Store;

public sealed class BackupFileTests : IDisposable
{
    private readonly TempFolder _temp = new();
    private readonly KeyBuffer _passphrase = KeyBuffer.CopyOf("correct horse battery"u8);

    [Fact]
    public void ABackupBringsTheSameKeysBack()
    {
        var from = StateFolder.Create(_temp["from"]);
        byte[] key;
        using (var store = Samples.Open(from))
        {
            store.Generate(Samples.Object("a"), 32);
            store.Generate(Samples.Object("b"), 32);
            key = Samples.Material(store, "b");
        }

        Assert.Equal(2, BackupFile.Write(from, _temp["backup"], _passphrase));
        Assert.Equal(-1, File.ReadAllBytes(_temp["backup"]).AsSpan().IndexOf(File.ReadAllBytes(from.RootKey)));
        var to = StateFolder.Create(_temp["to"]);
        Assert.Equal(2, BackupFile.Restore(to, _temp["backup"], _passphrase));
        using var again = Samples.Open(to);
        Assert.Equal(key, Samples.Material(again, "b"));
        Assert.Throws<KmsException>(() => BackupFile.Restore(to, _temp["backup"], _passphrase));
    }

    [Fact]
    public void AnotherPassphraseOpensNothing()
    {
        var from = StateFolder.Create(_temp["from"]);
        Samples.Open(from).Dispose();
        BackupFile.Write(from, _temp["backup"], _passphrase);
        using var wrong = KeyBuffer.CopyOf("correct horse batterx"u8);
        var to = StateFolder.Create(_temp["to"]);
        Assert.Throws<KmsException>(() => BackupFile.Restore(to, _temp["backup"], wrong));
        Assert.False(File.Exists(to.RootKey));
    }

    [Fact]
    public void AnEditedOrCutBackupRestoresNothing()
    {
        var from = StateFolder.Create(_temp["from"]);
        using (var store = Samples.Open(from))
        {
            store.Generate(Samples.Object("a"), 32);
        }

        BackupFile.Write(from, _temp["backup"], _passphrase);
        var bytes = File.ReadAllBytes(_temp["backup"]);
        var to = StateFolder.Create(_temp["to"]);
        foreach (var change in new Action[] { () => bytes[100] ^= 1, () => bytes = bytes[..^1], () => bytes = bytes[..50] })
        {
            change();
            File.WriteAllBytes(_temp["edited"], bytes);
            Assert.Throws<KmsException>(() => BackupFile.Restore(to, _temp["edited"], _passphrase));
        }

        Assert.Empty(Directory.EnumerateFiles(to.Objects));
        Assert.False(File.Exists(to.RootKey));
    }

    public void Dispose()
    {
        _passphrase.Dispose();
        _temp.Dispose();
    }
}
