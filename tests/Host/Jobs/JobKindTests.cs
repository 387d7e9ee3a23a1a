using Lorica.Contracts.Host;
using Lorica.Disks;
using Lorica.Host.Home;
using Lorica.Host.Jobs;
using Lorica.Host.Keys;

namespace Lorica.Host.Tests.Jobs;

/// <summary>Each kind of job is itself: one that nobody knows is an error, never another one.</summary>
public sealed class JobKindTests
{
    private const JobKind Unknown = (JobKind)99;

    [Fact]
    public void Every_kind_has_a_name_a_word_and_work_of_its_own()
    {
        using var keys = new KeyCache(_ => false);
        var kinds = Enum.GetValues<JobKind>();
        Assert.Equal(kinds.Length, kinds.Select(k => k.Name()).Distinct().Count());
        Assert.Equal(kinds.Length, kinds.Select(k => k.Word()).Distinct().Count());
        Assert.Equal(kinds.Length, kinds.Select(k => JobService.WorkOf(k, keys).GetType()).Distinct().Count());
        Assert.All(kinds, k => Assert.Equal(k, JobKinds.From(k.ToMessage())));
    }

    [Fact]
    public void A_kind_that_nobody_knows_has_none_of_them()
    {
        using var keys = new KeyCache(_ => false);
        Assert.Throws<ArgumentOutOfRangeException>(() => Unknown.Name());
        Assert.Throws<ArgumentOutOfRangeException>(() => Unknown.Word());
        Assert.Throws<ArgumentOutOfRangeException>(() => JobService.WorkOf(Unknown, keys));
        Assert.Throws<ArgumentOutOfRangeException>(() => DiskProvisioning.ToMessage((Provisioning)99));
        Assert.Throws<ArgumentOutOfRangeException>(() => Unknown.ToMessage());
        Assert.Throws<ArgumentOutOfRangeException>(() => Unknown.ToUnfinished());
        Assert.Null(JobKinds.From(HostJobKind.Unspecified));
        Assert.Null(JobKinds.From((HostJobKind)99));
    }
}
