using System.Runtime.InteropServices;
using Lorica.Platform.Native;

namespace Lorica.Vmx.Native;

/// <summary>The change from root to the virtual machine's own user, which cannot be undone.</summary>
internal static unsafe class Identity
{
    /// <summary>Drops to the user and group; supplementary groups are <paramref name="groups"/> and no other.</summary>
    public static void Drop(uint uid, uint gid, params ReadOnlySpan<uint> groups)
    {
        if (uid == 0 || gid == 0)
            throw new VmxException(VmxErrorKind.Usage, "The virtual machine's user and group must not be root's.");

        // Groups first: without root they could no longer be changed.
        // SAFETY: the span is pinned for the call and its length is passed with it.
        fixed (uint* list = groups)
        {
            if (Libc.EffectiveUser() == 0)
                Check(Libc.SetGroups((nuint)groups.Length, list), "setgroups");
        }

        Check(Libc.SetGroup(gid, gid, gid), "setresgid");
        Check(Libc.SetUser(uid, uid, uid), "setresuid");
        Check(Libc.ProcessControl(Libc.SetNoNewPrivileges, 1, 0, 0, 0), "prctl(PR_SET_NO_NEW_PRIVS)");
        Check(Libc.ChangeDirectory("/"), "chdir");
        _ = Libc.Umask(0x3f); // 077: sockets and files of this machine are its user's alone

        if (Libc.EffectiveUser() != uid || Libc.SetUser(0, 0, 0) == 0)
            throw new VmxException(VmxErrorKind.Usage, "The process could not let go of its privileges.");
    }

    private static void Check(int result, string call)
    {
        if (result != 0)
            throw new VmxException(VmxErrorKind.Usage, $"{call} failed: {Marshal.GetLastPInvokeErrorMessage()}.");
    }
}
