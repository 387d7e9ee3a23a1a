using Lorica.Contracts.Faults;
using Lorica.ControlPlane.Audit;

namespace Lorica.ControlPlane.Access;

/// <summary>
/// Tells of operations that were refused for want of a privilege: every one of them, in <see cref="RefusalLog"/>.
/// </summary>
public sealed class RefusalAudit(RefusalLog log)
{
    /// <summary>Notes a refusal, outside of any unit of work; nothing for an exception that is none.</summary>
    public Task NoteAsync(FaultException e) => Refusal.Take(e) is { } refusal
        ? log.NoteAsync(EventIds.PrivilegeRefused, refusal.Caller, refusal.Privilege, refusal.Target,
            $"{refusal.Caller.User} was refused: {e.Fault.Message}")
        : Task.CompletedTask;

    /// <summary>The same of a change of who may what; <paramref name="what"/> says which.</summary>
    public Task NoteAsync(FaultException e, string what) => Refusal.Take(e) is { } refusal
        ? log.NoteAsync(EventIds.AccessRefused, refusal.Caller, refusal.Privilege, refusal.Target,
            $"{refusal.Caller.User} was refused to {what}: {e.Fault.Message}")
        : Task.CompletedTask;
}
