using Lorica.Contracts.Vmx;

namespace Lorica.Vmx.Startup;

/// <summary>
/// The command line: <c>lorica-vmx --uid U --gid G</c> runs a machine, all else comes on standard input;
/// <c>lorica-vmx --uid U --gid G --try ACCELERATOR QEMU FOLDER</c> finds out whether guests run under an accelerator.
/// </summary>
internal readonly record struct Arguments(uint Uid, uint Gid)
{
    /// <summary>Set when an accelerator is to be tried.</summary>
    public TrialArguments? Trial { get; private init; }

    public static Arguments Parse(IReadOnlyList<string> args)
    {
        if (args.Count is not (4 or 8) || args[0] != "--uid" || args[2] != "--gid"
            || !uint.TryParse(args[1], out uint uid) || !uint.TryParse(args[3], out uint gid))
        {
            throw Usage();
        }

        if (args.Count == 4)
            return new Arguments(uid, gid);
        if (args[4] != "--try" || !Enum.TryParse(args[5], out VmxAccelerator accelerator) || !Enum.IsDefined(accelerator)
            || !Path.IsPathRooted(args[6]) || !Path.IsPathRooted(args[7]))
        {
            throw Usage();
        }

        return new Arguments(uid, gid) { Trial = new TrialArguments(accelerator, args[6], args[7]) };
    }

    private static VmxException Usage() => new(VmxErrorKind.Usage,
        "usage: lorica-vmx --uid U --gid G [--try ACCELERATOR QEMU FOLDER]  (started by lorica-host; reads its task from "
            + "standard input)");
}
