using Lorica.Contracts.Faults;

namespace Lorica.Host.Refusals;

/// <summary>The fault of what nobody foresaw: a fixed text, details only in the log under the id.</summary>
internal static class UnforeseenFault
{
    public static Fault Make(Guid correlationId) => new(FaultTypes.SystemError, "lorica.systemError", "host",
        $"Something failed on the host that should not; correlation id {correlationId}.", "See the host's log under that id.");
}
