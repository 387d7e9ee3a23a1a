using Lorica.Contracts.Events;
using Lorica.ControlPlane.Audit;
using Lorica.ControlPlane.Tasks;
using Lorica.Model;
using Lorica.Store;
using Lorica.Store.Rows;

namespace Lorica.ControlPlane.Access;

/// <summary>
/// Work that is taken up again is checked against what its caller may now: a user who was removed, a token that was revoked or
/// has expired, a permission that was withdrawn end it with NoPermission.
/// <code>
/// resumed ─ caller still holds everything ──────────► goes on
///    └ they do not ┬ nothing stands half-done ──────► NoPermission; nothing was changed
///                  └ files are in transition ───────► goes on to the end, with an audit event
/// </code>
/// The last is deliberate: a disk that is encrypted to one half can neither be run nor be given back, and the way back needs the
/// same keys and the same privileges as the way on. What goes on is only what had been allowed when it began. A session that has
/// ended in between ends nothing: who signs out does not cancel what they asked for.
/// </summary>
internal sealed class ResumeCheck(IAuthorizer authorizer, CenterStore store, EventLog events)
{
    /// <summary>Who asked for a task.</summary>
    public static Caller CallerOf(TaskRow task) => task.ToCaller();

    /// <summary>Returns when the work may go on.</summary>
    /// <param name="context">The work; nothing is asked unless it is taken up again.</param>
    /// <param name="halfDone">Whether its VM would be stuck without it; asked only when a privilege is missing.</param>
    /// <param name="ct">The center stops.</param>
    public async Task RequireAsync(WorkContext context, Func<Task<bool>>? halfDone, CancellationToken ct)
    {
        if (!context.Resumed)
        {
            return;
        }

        var (caller, vm) = (CallerOf(context.Task), ObjectRef.Of(context.Vm));
        var needed = await store.ReadAsync(
            db => BeginCheck.NeededAsync(db, context.Needs, context.Vm, ct), ct);
        foreach (var (privilege, target) in needed)
        {
            if (await authorizer.HoldsAsync(caller, privilege, target, ct))
            {
                continue;
            }

            if (halfDone is null || !await halfDone())
            {
                await events.AddAsync(EventIds.AccessRefused, caller, vm,
                    $"Task {context.Task.Id} ({context.Task.Kind}) was not taken up again: {caller.User} no longer "
                        + $"holds {privilege}.", ct);
                throw AccessFaults.NoPermission(caller, privilege, target);
            }

            await events.AddAsync(EventIds.AccessRefused, caller, vm,
                $"Task {context.Task.Id} ({context.Task.Kind}) goes on although {caller.User} no longer holds {privilege}: its "
                    + "files are in transition.", EventOutcome.Noticed, ct);
            return;
        }
    }
}
