using Lorica.Kmip.Messages;
using Lorica.Kmip.Ttlv;

namespace Lorica.Kmip.Tests.Server;

/// <summary>The state machine: each state with each operation.</summary>
public sealed class LifecycleTests
{
    private readonly Asker _asker = new();

    public static TheoryData<KmipKeyState, string, KmipKeyState?> Transitions => new()
    {
        { KmipKeyState.PreActive, "activate", KmipKeyState.Active },
        { KmipKeyState.PreActive, "revoke", null },
        { KmipKeyState.PreActive, "compromise", KmipKeyState.Compromised },
        { KmipKeyState.PreActive, "destroy", KmipKeyState.Destroyed },
        { KmipKeyState.Active, "activate", null },
        { KmipKeyState.Active, "revoke", KmipKeyState.Deactivated },
        { KmipKeyState.Active, "compromise", KmipKeyState.Compromised },
        { KmipKeyState.Active, "destroy", null },
        { KmipKeyState.Deactivated, "activate", null },
        { KmipKeyState.Deactivated, "revoke", null },
        { KmipKeyState.Deactivated, "compromise", KmipKeyState.Compromised },
        { KmipKeyState.Deactivated, "destroy", KmipKeyState.Destroyed },
        { KmipKeyState.Compromised, "activate", null },
        { KmipKeyState.Compromised, "revoke", null },
        { KmipKeyState.Compromised, "compromise", null },
        { KmipKeyState.Compromised, "destroy", KmipKeyState.DestroyedCompromised },
        { KmipKeyState.Destroyed, "activate", null },
        { KmipKeyState.Destroyed, "revoke", null },
        { KmipKeyState.Destroyed, "compromise", KmipKeyState.DestroyedCompromised },
        { KmipKeyState.Destroyed, "destroy", null },
        { KmipKeyState.DestroyedCompromised, "activate", null },
        { KmipKeyState.DestroyedCompromised, "revoke", null },
        { KmipKeyState.DestroyedCompromised, "compromise", null },
        { KmipKeyState.DestroyedCompromised, "destroy", null },
    };

    [Theory]
    [MemberData(nameof(Transitions))]
    public void Only_the_ten_transitions_of_the_specification_exist(KmipKeyState from, string act, KmipKeyState? to)
    {
        string id = _asker.Create();
        string[] path = from switch
        {
            KmipKeyState.PreActive => [],
            KmipKeyState.Active => ["activate"],
            KmipKeyState.Deactivated => ["activate", "revoke"],
            KmipKeyState.Compromised => ["compromise"],
            KmipKeyState.Destroyed => ["destroy"],
            _ => ["compromise", "destroy"],
        };
        Assert.All(path, step => Assert.Null(Act(id, step).Reason));
        Assert.Equal(from, State(id));
        var answer = Act(id, act);
        Assert.Equal(to is null, answer.Reason is not null);
        Assert.Equal(to ?? from, State(id));
        var got = _asker.Ask(Operation.Get, id);
        Assert.Equal(State(id) is KmipKeyState.Destroyed or KmipKeyState.DestroyedCompromised,
            got.Reason == KmipResultReason.ItemNotFound);
        Assert.Empty(_asker.Faults);
    }

    [Fact]
    public void Dates_that_come_change_the_state()
    {
        long now = _asker.Time.GetUtcNow().ToUnixTimeSeconds();
        string id = _asker.Create(Asker.Date("Activation Date", now + 10), Asker.Date("Deactivation Date", now + 20));
        Assert.Equal(KmipKeyState.PreActive, State(id));
        _asker.Time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(KmipKeyState.Active, State(id));
        Assert.Equal(KmipResultReason.PermissionDenied, Act(id, "destroy").Reason);
        _asker.Time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(KmipKeyState.Deactivated, State(id));
        Assert.Null(Act(id, "destroy").Reason);
    }

    [Fact]
    public void An_activation_date_in_the_past_makes_an_active_key() =>
        Assert.Equal(KmipKeyState.Active, State(_asker.Create(Asker.Date("Activation Date", 1))));

    private Answered Act(string id, string act) => act switch
    {
        "activate" => _asker.Ask(Operation.Activate, id),
        "destroy" => _asker.Ask(Operation.Destroy, id),
        "compromise" => _asker.Ask(Operation.Revoke, id, Asker.Revocation(KmipRevocationReason.KeyCompromise)),
        _ => _asker.Ask(Operation.Revoke, id, Asker.Revocation(KmipRevocationReason.Superseded)),
    };

    private KmipKeyState State(string id) =>
        (KmipKeyState)_asker.Ask(Operation.GetAttributes, id, w => w.Text(Tags.AttributeName, "State")).Attributes()[0].Number!;
}
