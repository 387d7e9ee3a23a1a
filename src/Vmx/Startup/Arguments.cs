using Lorica.Contracts.Vmx;

namespace Lorica.Vmx.Startup;

/// <summary>
/// The command line: <c>lorica-vmx --uid U --gid G --start FD</c> runs the machine of which the host tells over that socket;
/// without <c>--start</c>, as hosts of before do, that of standard input;
/// <c>lorica-vmx --uid U --gid G --try ACCELERATOR QEMU FOLDER</c> finds out whether guests run under an accelerator.
/// </summary>
internal readonly record struct Arguments(uint Uid, uint Gid)
{
    /// <summary>The socket over which the host tells what to start; null: by standard input.</summary>
    public int? Start { get; private init; }

    /// <summary>Set when an accelerator is to be tried.</summary>
    public TrialArguments? Trial { get; private init; }

    public static Arguments Parse(IReadOnlyList<string> args)
    {
        if (args.Count is not (4 or 6 or 8) || args[0] != "--uid" || args[2] != "--gid"
            || !uint.TryParse(args[1], out uint uid) || !uint.TryParse(args[3], out uint gid))
        {
            throw Usage();
        }

        return args.Count switch
        {
            4 => new Arguments(uid, gid),
            6 => new Arguments(uid, gid) { Start = StartOf(args) },
            8 => new Arguments(uid, gid) { Trial = TrialOf(args) },
            _ => throw Usage(),
        };
    }

    private static int StartOf(IReadOnlyList<string> args) =>
        args[4] == "--start" && int.TryParse(args[5], out int fd) && fd >= 0 ? fd : throw Usage();

    private static TrialArguments TrialOf(IReadOnlyList<string> args)
    {
        if (args[4] != "--try" || !Enum.TryParse(args[5], out VmxAccelerator accelerator) || !Enum.IsDefined(accelerator)
            || !Path.IsPathRooted(args[6]) || !Path.IsPathRooted(args[7]))
        {
            throw Usage();
        }

        return new TrialArguments(accelerator, args[6], args[7]);
    }

    private static VmxException Usage() => new(VmxErrorKind.Usage,
        "usage: lorica-vmx --uid U --gid G [--start FD | --try ACCELERATOR QEMU FOLDER]  (started by lorica-host, which tells it "
            + "what to do)");
}
