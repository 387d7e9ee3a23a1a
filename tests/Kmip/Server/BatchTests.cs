using Lorica.Kmip.Messages;
using Lorica.Kmip.Ttlv;

namespace Lorica.Kmip.Tests.Server;

/// <summary>Header, batch and ID placeholder.</summary>
public sealed class BatchTests
{
    private readonly Asker _asker = new();

    [Fact]
    public void The_placeholder_names_the_object_made_in_the_same_request()
    {
        var items = _asker.Ask(
            null, (Operation.Create, Asker.Template()), (Operation.Activate, Asker.Nothing), (Operation.Get, Asker.Nothing));
        Assert.All(items, i => Assert.Null(i.Reason));
        Assert.Equal(items[0].Text(Tags.UniqueIdentifier), items[2].Text(Tags.UniqueIdentifier));
    }

    [Fact]
    public void The_placeholder_does_not_outlive_its_request()
    {
        _asker.Create();
        Assert.Equal(KmipResultReason.ItemNotFound, _asker.Ask(Operation.Get, Asker.Nothing).Reason);
    }

    [Fact]
    public void A_locate_with_several_hits_empties_the_placeholder()
    {
        _asker.Create();
        var items = _asker.Ask(
            null, (Operation.Create, Asker.Template()), (Operation.Locate, Asker.Nothing), (Operation.Get, Asker.Nothing));
        Assert.Equal(KmipResultReason.ItemNotFound, items[2].Reason);
    }

    [Fact]
    public void A_failure_ends_the_batch_unless_continue_is_set()
    {
        var batch = new (Operation, Action<TtlvWriter>)[]
        {
            (Operation.Create, Asker.Template()), (Operation.Get, w => w.Text(Tags.UniqueIdentifier, "none")),
            (Operation.Create, Asker.Template()),
        };
        Assert.Equal(2, _asker.Ask(null, batch).Count);
        var all = _asker.Ask(w => w.Enumeration(Tags.BatchErrorContinuationOption, (int)BatchContinuation.Continue), batch);
        Assert.Equal(3, all.Count);
        Assert.Null(all[2].Reason);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(-1)]
    [InlineData(int.MaxValue)]
    public void A_batch_count_that_does_not_fit_carries_nothing_out(int count)
    {
        byte[] request = Asker.Build(
            KmipVersion.V11, null, count, (Operation.Create, Asker.Template()), (Operation.Create, Asker.Template()));
        var item = Assert.Single(_asker.Send(request));
        Assert.Equal(KmipResultReason.InvalidMessage, item.Reason);
        Assert.Null(item.Operation);
        Assert.Empty(_asker.Store.OfOwner("a"));
    }

    [Fact]
    public void Undo_and_asynchronous_are_refused_as_a_whole()
    {
        Action<TtlvWriter>[] headers =
        [
            w => w.Enumeration(Tags.BatchErrorContinuationOption, (int)BatchContinuation.Undo),
            w => w.Boolean(Tags.AsynchronousIndicator, true),
        ];
        foreach (var header in headers)
        {
            var item = Assert.Single(
                _asker.Ask(header, (Operation.Create, Asker.Template()), (Operation.Create, Asker.Template())));
            Assert.Equal(KmipResultReason.OperationNotSupported, item.Reason);
        }

        Assert.Empty(_asker.Store.OfOwner("a"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(300)]
    public void Who_leaves_no_room_for_the_answer_gets_no_key_made(int room)
    {
        var item = Assert.Single(
            _asker.Ask(w => w.Integer(Tags.MaximumResponseSize, room), (Operation.Create, Asker.Template())));
        Assert.Equal(KmipResultReason.ResponseTooLarge, item.Reason);
        Assert.Empty(_asker.Store.OfOwner("a"));
    }

    [Fact]
    public void An_answer_that_grows_too_large_becomes_a_failure()
    {
        string id = _asker.Create([.. Enumerable.Range(0, 20).Select(i => Asker.Text($"x-{i}", new string('x', 100)))]);
        var item = Assert.Single(_asker.Ask(
            w => w.Integer(Tags.MaximumResponseSize, 1024), (Operation.GetAttributes, w => w.Text(Tags.UniqueIdentifier, id))));
        Assert.Equal(KmipResultReason.ResponseTooLarge, item.Reason);
        Assert.Empty(item.Payload);
    }

    [Theory]
    [InlineData(2, 0, 1, 4)]
    [InlineData(1, 9, 1, 4)]
    [InlineData(9, 9, 1, 4)]
    [InlineData(0, 0, 1, 0)]
    [InlineData(-1, 0, 1, 0)]
    public void A_version_that_is_not_spoken_is_answered_in_the_nearest_one(
        int major, int minor, int answerMajor, int answerMinor)
    {
        _asker.Version = new(major, minor);
        var item = Assert.Single(_asker.Ask(null, (Operation.DiscoverVersions, Asker.Nothing)));
        Assert.Equal(KmipResultReason.InvalidMessage, item.Reason);
        Assert.Equal(new(answerMajor, answerMinor), item.Version);
    }

    [Fact]
    public void An_answer_comes_in_the_version_of_its_question()
    {
        foreach (var version in KmipVersion.All)
        {
            _asker.Version = version;
            var item = _asker.Ask(Operation.Query, w => w.Enumeration(Tags.QueryFunction, (int)QueryFunction.Operations));
            Assert.Equal(version, item.Version);
            Assert.Null(item.Reason);
        }
    }

    [Fact]
    public void A_defect_inside_shows_the_client_a_number_only()
    {
        _asker.OnAudit = e => throw new InvalidOperationException("the disk is full of secrets");
        var item = _asker.Ask(Operation.Create, Asker.Template());
        Assert.Equal(KmipResultReason.GeneralFailure, item.Reason);
        Assert.DoesNotContain("secret", item.Message, StringComparison.Ordinal);
        Assert.NotEmpty(_asker.Faults);
    }

    [Fact]
    public void A_full_disk_of_the_server_is_said()
    {
        _asker.OnAudit = _ =>
        {
            using var full = new FileStream("/dev/full", FileMode.Open, FileAccess.Write, FileShare.None, bufferSize: 0);
            full.Write(new byte[512]);
        };
        var item = _asker.Ask(Operation.Create, Asker.Template());
        Assert.Equal(KmipResultReason.GeneralFailure, item.Reason);
        Assert.StartsWith("no space left on the key server", item.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void No_material_leaves_without_its_audit()
    {
        string id = _asker.Create();
        _asker.OnAudit = e => throw new IOException("no space");
        Assert.Empty(_asker.Ask(Operation.Get, id).Payload);
    }
}
