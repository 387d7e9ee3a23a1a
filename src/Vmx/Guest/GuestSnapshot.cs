using Lorica.Contracts.Vmx;

namespace Lorica.Vmx.Guest;

/// <summary>What everybody may know of the guest at one moment. The version grows with each change.</summary>
internal sealed record GuestSnapshot(long Version, GuestState State, GuestEnd End, int QemuPid, string Detail);
