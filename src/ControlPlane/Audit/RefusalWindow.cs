using Lorica.Model;

namespace Lorica.ControlPlane.Audit;

/// <summary>Refusals of one user from the first to <paramref name="endsAt"/>; used under the lock of its owner.</summary>
internal sealed class RefusalWindow(string user, DateTimeOffset endsAt)
{
    private readonly Dictionary<object, RefusalTally> _tallies = [];

    /// <summary>Whose.</summary>
    public string User => user;

    /// <summary>When what was counted is told.</summary>
    public DateTimeOffset EndsAt => endsAt;

    /// <summary>The subjects that have events of their own.</summary>
    public IEnumerable<RefusalTally> Tallies => _tallies.Values;

    /// <summary>All others together; null while there is none.</summary>
    public RefusalTally? Beyond { get; private set; }

    /// <summary>Counts a refusal.</summary>
    /// <returns>Whether it is the first of its subject, and has an event of its own.</returns>
    public bool Count(RefusalTally refusal)
    {
        if (_tallies.TryGetValue(refusal.Subject, out var known))
        {
            known.More++;
            return false;
        }

        if (_tallies.Count < RefusalLog.MaximumSubjects)
        {
            _tallies[refusal.Subject] = refusal;
            return true;
        }

        Beyond ??= refusal with { EventId = EventIds.PrivilegeRefused, Target = ObjectRef.Root };
        Beyond.More++;
        return false;
    }
}
