using Lorica.Kmip;
using Lorica.Kms.Commands;
using Lorica.Kms.Store;
using Microsoft.Extensions.Time.Testing;

namespace Lorica.Kms.Tests.Store;

public sealed class BackupRuleTests : IDisposable
{
    private readonly TestFolder _temp = new();
    private readonly FakeTimeProvider _time = new(TimeProvider.System.GetUtcNow());
    private readonly StateFolder _folder;

    public BackupRuleTests()
    {
        _folder = StateFolder.Create(_temp.Path("state"));
        Samples.Open(_folder).Dispose();
    }

    [Fact]
    public void A_store_of_a_day_makes_keys_without_a_backup()
    {
        using var store = Open();
        store.Generate(Samples.Object("a"), 32);
        Assert.NotNull(store.Find("a"));
    }

    [Fact]
    public void An_older_store_without_a_backup_refuses_new_keys_and_still_gives_the_old_ones()
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
    public async Task A_backup_ends_the_refusal_without_a_restart()
    {
        using var store = Open();
        store.Generate(Samples.Object("a"), 32);
        Age();
        Assert.Throws<KmipException>(() => store.Generate(Samples.Object("b"), 32));

        await BackUpAsync("kms.backup");
        store.Generate(Samples.Object("b"), 32);
        Assert.NotNull(store.Find("b"));
    }

    [Fact]
    public async Task A_key_that_has_been_in_no_backup_for_a_day_ends_the_making_of_new_ones_until_the_next_backup()
    {
        using var store = Open();
        store.Generate(Samples.Object("a"), 32);
        AMinuteAgo();
        await BackUpAsync("first");
        store.Generate(Samples.Object("b"), 32);
        _time.Advance(TimeSpan.FromHours(23));
        store.Generate(Samples.Object("c"), 32);

        // b is older than a day now, c is not.
        _time.Advance(TimeSpan.FromHours(2));
        Assert.Throws<KmipException>(() => store.Generate(Samples.Object("d"), 32));
        Assert.True(new BackupRule(_folder, overridden: false, _time).IsDue);
        AMinuteAgo();
        await BackUpAsync("second");
        store.Generate(Samples.Object("d"), 32);
    }

    [Fact]
    public async Task A_store_whose_keys_are_all_in_its_backup_may_be_as_old_as_it_likes()
    {
        using var store = Open();
        store.Generate(Samples.Object("a"), 32);
        File.SetLastWriteTimeUtc(
            Directory.EnumerateFiles(_folder.Objects).Single(), TimeProvider.System.GetUtcNow().UtcDateTime.AddDays(-3));
        Age();
        await BackUpAsync("only");
        _time.Advance(TimeSpan.FromDays(400));
        store.Generate(Samples.Object("b"), 32);
    }

    [Fact]
    public void The_rule_can_be_overridden()
    {
        Age();
        using var store = Open(overridden: true);
        store.Generate(Samples.Object("a"), 32);
        Assert.NotNull(store.Find("a"));
    }

    public void Dispose() => _temp.Dispose();

    private async Task BackUpAsync(string name)
    {
        File.WriteAllText(_temp.Path("pass"), "a long enough passphrase\n");
        var (output, errors) = (new StringWriter(), new StringWriter());
        Assert.Equal(0, await CommandLine.RunAsync(
            ["backup", _temp.Path(name), "--state", _folder.Root, "--passphrase-file", _temp.Path("pass")], output, errors));
    }

    /// <summary>The keys of now are older than a backup of now, which knows seconds only.</summary>
    private void AMinuteAgo()
    {
        foreach (string file in Directory.EnumerateFiles(_folder.Objects))
        {
            File.SetLastWriteTimeUtc(file, TimeProvider.System.GetUtcNow().UtcDateTime.AddMinutes(-1));
        }
    }

    private ObjectStore Open(bool overridden = false) => ObjectStore.Open(
        _folder, RootKey.OpenOrCreate(_folder), cleanUp: true, new BackupRule(_folder, overridden, _time));

    private void Age() => File.SetLastWriteTimeUtc(_folder.RootKey, TimeProvider.System.GetUtcNow().UtcDateTime.AddDays(-2));
}
