using Lorica.Kmip;
using Lorica.Kms.Commands;
using Lorica.Kms.Store;

namespace Lorica.Kms.Tests.Store;

public sealed class BackupRuleTests : IDisposable
{
    private readonly TempFolder _temp = new();
    private readonly StateFolder _folder;

    public BackupRuleTests()
    {
        _folder = StateFolder.Create(_temp["state"]);
        Samples.Open(_folder).Dispose();
    }

    [Fact]
    public void AStoreOfADayMakesKeysWithoutABackup()
    {
        using var store = Open();
        store.Generate(Samples.Object("a"), 32);
        Assert.NotNull(store.Find("a"));
    }

    [Fact]
    public void AnOlderStoreWithoutABackupRefusesNewKeysAndStillGivesTheOldOnes()
    {
        using var store = Open();
        store.Generate(Samples.Object("a"), 32);
        Age();

        var refused = Assert.Throws<KmipException>(() => store.Generate(Samples.Object("b"), 32));
        Assert.Equal(KmipResultReason.PermissionDenied, refused.Reason);
        Assert.Contains("lorica-kms backup", refused.Message, StringComparison.Ordinal);
        Assert.Throws<KmipException>(() => store.Register(Samples.Object("c"), new byte[32]));
        Assert.Equal(32, Samples.Material(store, "a").Length);
        Assert.Null(store.Find("b"));
    }

    [Fact]
    public async Task ABackupEndsTheRefusalWithoutARestart()
    {
        using var store = Open();
        store.Generate(Samples.Object("a"), 32);
        Age();
        Assert.Throws<KmipException>(() => store.Generate(Samples.Object("b"), 32));

        File.WriteAllText(_temp["pass"], "a long enough passphrase\n");
        var (output, errors) = (new StringWriter(), new StringWriter());
        Assert.Equal(0, await CommandLine.RunAsync(
            ["backup", _temp["kms.backup"], "--state", _folder.Root, "--passphrase-file", _temp["pass"]], output, errors));

        store.Generate(Samples.Object("b"), 32);
        Assert.NotNull(store.Find("b"));
    }

    [Fact]
    public void TheRuleCanBeOverridden()
    {
        Age();
        using var store = Open(overridden: true);
        store.Generate(Samples.Object("a"), 32);
        Assert.NotNull(store.Find("a"));
    }

    public void Dispose() => _temp.Dispose();

    private ObjectStore Open(bool overridden = false) => ObjectStore.Open(
        _folder, RootKey.OpenOrCreate(_folder), cleanUp: true, new BackupRule(_folder, overridden, TimeProvider.System));

    private void Age() => File.SetLastWriteTimeUtc(_folder.RootKey, TimeProvider.System.GetUtcNow().UtcDateTime.AddDays(-2));
}
