using Lorica.Kmip;
using Lorica.Kms.Audit;
using Lorica.Kms.Clients;
using Lorica.Kms.Store;
using Lorica.Kms.Tests.Store;
using Lorica.Platform.Files;

namespace Lorica.Kms.Tests.Clients;

public sealed class HandOverTests : IDisposable
{
    private static readonly string From = new('a', 64);
    private static readonly string To = new('b', 64);
    private readonly TestFolder _temp = new();
    private readonly StateFolder _folder;

    public HandOverTests() => _folder = StateFolder.Create(_temp.Path("state"));

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void All_objects_of_one_client_go_to_the_other_with_their_material_and_the_audit_has_each()
    {
        Dictionary<string, byte[]> material = [];
        using (var store = Samples.Open(_folder))
        {
            Make(store, "1", From);
            Make(store, "2", From);
            Make(store, "3", "somebody else");
            foreach (string id in new[] { "1", "2", "3" })
                material[id] = Samples.Material(store, id);
            Assert.Equal(2, HandOver.Run(_folder, store, From, To, TimeProvider.System));
        }

        using var again = Samples.Open(_folder);
        Assert.Equal([To, To, "somebody else"], again.All.Select(o => o.Owner));
        Assert.All(material, m => Assert.Equal(m.Value, Samples.Material(again, m.Key)));
        Assert.Equal((3, null), AuditLog.Verify(_folder.Audit));
        string lines = File.ReadAllText(_folder.Audit);
        Assert.Contains($"\"operation\":\"HandOver\",\"object\":\"1\",\"result\":\"Success\",\"detail\":\"from {From}\"", lines,
            StringComparison.Ordinal);
        Assert.Contains($"2 objects from {From}", lines, StringComparison.Ordinal);
        Assert.False(File.Exists(_folder.HandOver));
    }

    [Fact]
    public void Names_that_both_use_for_live_objects_are_refused_before_anything_moves()
    {
        using var store = Samples.Open(_folder);
        Make(store, "1", From, "other");
        Make(store, "2", From, "same");
        Make(store, "3", To, "same");
        var refused = Assert.Throws<KmsException>(() => HandOver.Run(_folder, store, From, To, TimeProvider.System));
        Assert.Contains("live object named 'same'", refused.Message, StringComparison.Ordinal);
        Assert.Equal([From, From, To], store.All.Select(o => o.Owner));
        Assert.False(File.Exists(_folder.HandOver));
        Assert.False(File.Exists(_folder.Audit));

        var destroyed = store.Find("3")!;
        store.Destroy(destroyed with { State = KmipKeyState.Destroyed });
        Assert.Equal(2, HandOver.Run(_folder, store, From, To, TimeProvider.System));
    }

    [Fact]
    public void Servers_find_the_objects_under_their_names_at_the_new_owner_and_not_at_the_old_one()
    {
        using var store = Samples.Open(_folder);
        Make(store, "1", From, "web");
        Make(store, "2", To, "mail");
        DurableFile.Replace(_folder.HandOver, System.Text.Encoding.UTF8.GetBytes($$"""{"from":"{{From}}","to":"{{To}}"}"""));

        // What a server does at its start with one that was interrupted, over the store that it then serves.
        HandOver.Finish(_folder, store, TimeProvider.System);
        Assert.Equal("1", Assert.Single(store.OfName(To, "web")).UniqueIdentifier);
        Assert.Equal("2", Assert.Single(store.OfName(To, "mail")).UniqueIdentifier);
        Assert.Empty(store.OfName(From, "web"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    public void One_that_was_interrupted_goes_on_where_it_was(int moved)
    {
        using (var store = Samples.Open(_folder))
        {
            for (int i = 1; i <= 3; i++)
                Make(store, $"{i}", From);
            DurableFile.Replace(_folder.HandOver, System.Text.Encoding.UTF8.GetBytes($$"""{"from":"{{From}}","to":"{{To}}"}"""));
            foreach (var o in store.OfOwner(From).Take(moved).ToList())
                store.Update(o with { Owner = To });
        }

        using var next = Samples.Open(_folder);
        Assert.Equal(3 - moved, HandOver.Finish(_folder, next, TimeProvider.System));
        Assert.All(next.All, o => Assert.Equal(To, o.Owner));
        Assert.False(File.Exists(_folder.HandOver));
        Assert.Equal(0, HandOver.Finish(_folder, next, TimeProvider.System));
    }

    private static void Make(ObjectStore store, string id, string owner, string? name = null)
    {
        var o = Samples.Object(id, owner);
        if (name is not null)
        {
            // An Attribute Value with Name Value and Name Type, as the server keeps it.
            byte[] text = System.Text.Encoding.UTF8.GetBytes(name);
            byte[] padded = new byte[(text.Length + 7) / 8 * 8];
            text.CopyTo(padded, 0);
            byte[] item =
            [
                0x42, 0x00, 0x0b, 0x01, 0, 0, 0, (byte)(8 + padded.Length + 16),
                0x42, 0x00, 0x55, 0x07, 0, 0, 0, (byte)text.Length, .. padded,
                0x42, 0x00, 0x54, 0x05, 0, 0, 0, 4, 0, 0, 0, 1, 0, 0, 0, 0,
            ];
            o = o with { Attributes = o.Attributes.Add(new KmipStoredAttribute("Name", 0, item)) };
        }

        store.Generate(o, 32);
    }
}
