using Lorica.Kmip.Messages;
using Lorica.Kmip.Ttlv;

namespace Lorica.Kmip.Tests.Server;

/// <summary>Attributes and Locate.</summary>
public sealed class AttributeTests
{
    private readonly Asker _asker = new();

    [Fact]
    public void AddModifyAndDeleteEchoTheAttribute()
    {
        var id = _asker.Create();
        Assert.Equal("one", Assert.Single(_asker.Ask(Operation.AddAttribute, id, Asker.Text("x-Tag", "one")).Attributes()).Text);
        Assert.Equal(1, Assert.Single(_asker.Ask(Operation.AddAttribute, id, Asker.Text("x-Tag", "two")).Attributes()).Index);
        Assert.Equal("three",
            Assert.Single(_asker.Ask(Operation.ModifyAttribute, id, Asker.Text("x-Tag", "three", 1)).Attributes()).Text);
        var deleted = _asker.Ask(Operation.DeleteAttribute, id, w =>
        {
            w.Text(Tags.AttributeName, "x-Tag");
            w.Integer(Tags.AttributeIndex, 0);
        });
        Assert.Equal("one", Assert.Single(deleted.Attributes()).Text);
        Assert.Equal("three", Assert.Single(Read(id, "x-Tag")).Text);
    }

    [Fact]
    public void AnAttributeThatThereIsNotHasTheReasonOfEachOperation()
    {
        var id = _asker.Create();
        Assert.Equal(
            KmipResultReason.PermissionDenied, _asker.Ask(Operation.AddAttribute, id, Asker.Text("Nonsense", "v")).Reason);
        Assert.Equal(
            KmipResultReason.InvalidField, _asker.Ask(Operation.ModifyAttribute, id, Asker.Text("Nonsense", "v")).Reason);
        Assert.Equal(KmipResultReason.ItemNotFound,
            _asker.Ask(Operation.DeleteAttribute, id, w => w.Text(Tags.AttributeName, "Nonsense")).Reason);
    }

    [Theory]
    [InlineData("Activation Date", "Deactivation Date")]
    [InlineData("Activation Date", "Protect Stop Date")]
    [InlineData("Protect Stop Date", "Deactivation Date")]
    [InlineData("Process Start Date", "Deactivation Date")]
    public void DatesOutOfOrderAreRefusedAtTheStartAndLater(string earlier, string later)
    {
        static Action<TtlvWriter> Date(string name, long value) => w =>
        {
            w.Begin(Tags.Attribute);
            w.Text(Tags.AttributeName, name);
            w.DateTime(Tags.AttributeValue, value);
            w.End();
        };
        const long Far = 4_000_000_000;
        Assert.Equal(KmipResultReason.InvalidField,
            _asker.Ask(Operation.Create, Asker.Template(Date(earlier, Far + 1), Date(later, Far))).Reason);
        var id = _asker.Create();
        Assert.Null(_asker.Ask(Operation.AddAttribute, id, Date(earlier, Far)).Reason);
        Assert.Equal(KmipResultReason.InvalidField, _asker.Ask(Operation.AddAttribute, id, Date(later, Far - 1)).Reason);
        Assert.Null(_asker.Ask(Operation.AddAttribute, id, Date(later, Far)).Reason);
        Assert.Equal(KmipResultReason.InvalidField, _asker.Ask(Operation.ModifyAttribute, id, Date(earlier, Far + 1)).Reason);
    }

    [Fact]
    public void WhatMayLeaveTheServerIsAlwaysSaidIn14()
    {
        var found = Read(_asker.Create(), "Sensitive").Concat(Read(_asker.Create(), "Extractable")).ToList();
        Assert.Equal([0, 1], found.Select(a => a.Number));
    }

    [Theory]
    [InlineData("State")]
    [InlineData("Unique Identifier")]
    [InlineData("Initial Date")]
    [InlineData("Object Type")]
    [InlineData("Digest")]
    [InlineData("y-Thing")]
    [InlineData("Nonsense")]
    public void WhatIsTheServersIsNotTheClientsToSet(string name)
    {
        Assert.Equal(KmipResultReason.InvalidField, _asker.Ask(Operation.Create, Asker.Template(Asker.Text(name, "v"))).Reason);
        Assert.Equal(KmipResultReason.PermissionDenied,
            _asker.Ask(Operation.AddAttribute, _asker.Create(), Asker.Text(name, "v")).Reason);
    }

    [Fact]
    public void WhatANewVersionBroughtIsHiddenFromAnOldClient()
    {
        var id = _asker.Create(Asker.Text("Comment", "new"));
        Assert.Single(Read(id, "Comment"));
        _asker.Version = KmipVersion.V13;
        Assert.Empty(Read(id, "Comment"));
        Assert.DoesNotContain("Comment", _asker.Ask(Operation.GetAttributeList, id).Texts(Tags.AttributeName));
        Assert.Equal(KmipResultReason.InvalidField,
            _asker.Ask(Operation.Create, Asker.Template(Asker.Text("Comment", "x"))).Reason);
    }

    [Theory]
    [InlineData(0, "")]
    [InlineData(1, "42004205000000040000000100000000")]
    [InlineData(4, "42004205000000040000000100000000")]
    public void TheDigestIsTheSha256OfTheKeyAndFollowsTheVersion(int minor, string format)
    {
        _asker.Version = new(1, minor);
        var id = _asker.Create();
        var sha = "";
        _asker.Store.Read(id, material => sha = Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(material)));

        // The whole structure: hashing algorithm SHA-256, value, and nothing but the format after it.
        var inner = "42003805000000040000000600000000" + "4200350800000020" + sha + format;
        var expected = "42000B01" + (inner.Length / 2).ToString("X8", System.Globalization.CultureInfo.InvariantCulture) + inner;
        foreach (var named in new[] { false, true })
        {
            var answer = _asker.Ask(Operation.GetAttributes, id, w =>
            {
                if (named)
                {
                    w.Text(Tags.AttributeName, "Digest");
                }
            });
            Assert.Equal(
                named || minor > 0, Convert.ToHexString(answer.Payload).Contains(expected, StringComparison.Ordinal));
        }

        Assert.Contains("Digest", _asker.Ask(Operation.GetAttributeList, id).Texts(Tags.AttributeName));
        _asker.Client = new("b", "CN=b");
        Assert.Equal(KmipResultReason.ItemNotFound, _asker.Ask(Operation.GetAttributes, id).Reason);
        _asker.Client = new("a", "CN=a");
        Assert.Null(_asker.Ask(Operation.Destroy, id).Reason);
        Assert.Empty(Read(id, "Digest"));
        Assert.DoesNotContain("Digest", _asker.Ask(Operation.GetAttributeList, id).Texts(Tags.AttributeName));
    }

    [Fact]
    public void ASensitiveKeyIsNotGiven()
    {
        var sensitive = _asker.Create(Asker.Attribute("Sensitive", w => w.Boolean(Tags.AttributeValue, true)));
        Assert.Equal(KmipResultReason.Sensitive, _asker.Ask(Operation.Get, sensitive).Reason);
        var stuck = _asker.Create(Asker.Attribute("Extractable", w => w.Boolean(Tags.AttributeValue, false)));
        Assert.Equal(KmipResultReason.NotExtractable, _asker.Ask(Operation.Get, stuck).Reason);
    }

    [Fact]
    public void AnObjectHasSoManyAttributesAndNoMore()
    {
        var full = Asker.Template([.. Enumerable.Range(0, 98).Select(i => Asker.Text($"x-{i}", "v"))]);
        Assert.Equal(KmipResultReason.IndexOutOfBounds, _asker.Ask(Operation.Create, full).Reason);
        var large = Asker.Template(Asker.Text("x-large", new string('x', 8192)));
        Assert.Equal(KmipResultReason.InvalidField, _asker.Ask(Operation.Create, large).Reason);
    }

    [Fact]
    public void IndexesFromZeroOnEveryAttributeAreTaken()
    {
        // As one well-known database does.
        var id = _asker.Create(Asker.Name("one", 0), Asker.Name("two", 1), Asker.Text("Contact Information", "c", 0));
        Assert.Equal(["one", "two"], Read(id, "Name").Select(a => a.Text));
        Assert.Equal(KmipResultReason.InvalidField, _asker.Ask(Operation.Create, Asker.Template(Asker.Name("three", 1))).Reason);
    }

    [Fact]
    public void LocateAndsItsFilters()
    {
        var a = _asker.Create(Asker.Name("a"), Asker.Text("x-Group", "g"));
        var b = _asker.Create(Asker.Name("b"), Asker.Text("x-Group", "g"));
        Assert.Equal([b, a], Locate(Asker.Text("x-Group", "g")));
        Assert.Equal([a], Locate(Asker.Text("x-Group", "g"), Asker.Name("a")));
        Assert.Empty(Locate(Asker.Text("x-Group", "h")));
        Assert.Equal([b], Locate(w => w.Integer(Tags.MaximumItems, 1)));
        Assert.Empty(Locate(w => w.Integer(Tags.MaximumItems, 0)));
        Assert.Equal([a], Locate(w => w.Integer(Tags.OffsetItems, 1)));
        Assert.Equal([b, a], Locate(Asker.Attribute("Cryptographic Usage Mask", w => w.Integer(Tags.AttributeValue, 4))));
        Assert.Empty(Locate(Asker.Attribute("Cryptographic Usage Mask", w => w.Integer(Tags.AttributeValue, 4 | 0x10))));
        _asker.Client = new("b", "CN=b");
        Assert.Empty(Locate());
    }

    [Fact]
    public void AFilterWrappedInATemplateAttributeCounts()
    {
        _asker.Create(Asker.Name("a"));
        var b = _asker.Create(Asker.Name("b"));
        Assert.Equal([b], Locate(w =>
        {
            w.Begin(Tags.TemplateAttribute);
            Asker.Name("b")(w);
            w.End();
        }));
    }

    [Fact]
    public void ADateGivenTwiceIsARange()
    {
        var now = _asker.Clock.GetUtcNow().ToUnixTimeSeconds();
        var a = _asker.Create();
        _asker.Clock.Advance(TimeSpan.FromSeconds(100));
        var b = _asker.Create();
        Assert.Equal([a], Locate(Asker.Date("Initial Date", now)));
        Assert.Equal([b], Locate(Asker.Date("Initial Date", now + 50), Asker.Date("Initial Date", now + 150)));
        Assert.Equal([b, a], Locate(Asker.Date("Initial Date", now + 150), Asker.Date("Initial Date", now - 1)));
    }

    [Fact]
    public void DestroyedObjectsAreFoundOnlyByTheirState()
    {
        var id = _asker.Create();
        _asker.Ask(Operation.Destroy, id);
        Assert.Empty(Locate());
        Assert.Equal([id], Locate(
            Asker.Attribute("State", w => w.Enumeration(Tags.AttributeValue, (int)KmipKeyState.Destroyed))));
    }

    [Fact]
    public void QueryListsOperationsAndObjectTypes()
    {
        var answer = _asker.Ask(Operation.Query, w =>
        {
            w.Enumeration(Tags.QueryFunction, (int)QueryFunction.Operations);
            w.Enumeration(Tags.QueryFunction, (int)QueryFunction.Objects);
            w.Enumeration(Tags.QueryFunction, (int)QueryFunction.ServerInformation);
        });
        var payload = TtlvItem.ReadValid(answer.Payload);
        Assert.True(payload.Find(Tags.Operation).IsPresent && payload.Find(Tags.ObjectType).IsPresent);
        Assert.Equal("Lorica KMS", answer.Text(Tags.VendorIdentification));
    }

    private List<string> Locate(params Action<TtlvWriter>[] filters)
    {
        var answer = _asker.Ask(Operation.Locate, w => Array.ForEach(filters, f => f(w)));
        Assert.True(answer.Reason is null, answer.Message);
        return answer.Texts(Tags.UniqueIdentifier);
    }

    private List<KmipAttribute> Read(string id, string name) =>
        _asker.Ask(Operation.GetAttributes, id, w => w.Text(Tags.AttributeName, name)).Attributes();
}
