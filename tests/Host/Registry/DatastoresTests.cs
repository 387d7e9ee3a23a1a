using Lorica.Contracts.Configs;
using Lorica.Contracts.Faults;
using Lorica.Host.Registry;

namespace Lorica.Host.Tests.Registry;

public sealed class DatastoresTests
{
    [Fact]
    public void Two_hosts_that_see_one_folder_see_one_datastore()
    {
        using var folder = new TestFolder();
        var (one, two) = (Open(folder, "one"), Open(folder, "two"));
        string id = Assert.Single(one.Describe()).Id;
        Assert.True(Guid.TryParse(id, out _));
        Assert.Equal(id, Assert.Single(two.Describe()).Id);
        Assert.Equal([DatastoreMarker.FileName], Directory.GetFileSystemEntries(folder.Path("ds")).Select(Path.GetFileName));
    }

    [Fact]
    public void A_folder_without_its_marker_is_not_mounted_and_is_not_used()
    {
        using var folder = new TestFolder();
        var datastores = Open(folder, "one");
        Assert.Equal(folder.Path("ds"), datastores.PathOf("ds1"));
        File.Delete(Path.Combine(folder.Path("ds"), DatastoreMarker.FileName));
        Assert.Equal(
            "lorica.datastoreNotThere", Assert.Throws<FaultException>(() => Open(folder, "one").PathOf("ds1")).Fault.Key);
        Assert.Contains("not mounted", Assert.Single(datastores.Describe()).Problem, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path("ds")));
    }

    [Fact]
    public void Another_datastore_under_the_same_folder_is_not_taken_for_the_first()
    {
        using var folder = new TestFolder();
        Assert.Equal("", Assert.Single(Open(folder, "one").Describe()).Problem);
        File.WriteAllText(Path.Combine(folder.Path("ds"), DatastoreMarker.FileName), $$"""{"id":"{{Guid.NewGuid()}}"}""");
        Assert.Contains("another datastore", Assert.Single(Open(folder, "one").Describe()).Problem, StringComparison.Ordinal);
        File.WriteAllText(Path.Combine(folder.Path("ds"), DatastoreMarker.FileName), "{");
        Assert.Contains("damaged", Assert.Single(Open(folder, "one").Describe()).Problem, StringComparison.Ordinal);
    }

    private static Datastores Open(TestFolder folder, string host)
    {
        Directory.CreateDirectory(folder.Path("ds"));
        Directory.CreateDirectory(folder.Path(host));
        return new Datastores([new DatastoreConfig("ds1", folder.Path("ds"))], folder.Root, folder.Path(host));
    }
}
