namespace Lorica.Vmx.Startup;

/// <summary>The command line: <c>lorica-vmx --uid U --gid G</c>. All else comes on standard input.</summary>
internal readonly record struct Arguments(uint Uid, uint Gid)
{
    public static Arguments Parse(IReadOnlyList<string> args)
    {
        if (args.Count != 4 || args[0] != "--uid" || args[2] != "--gid"
            || !uint.TryParse(args[1], out uint uid) || !uint.TryParse(args[3], out uint gid))
            throw new VmxException(VmxErrorKind.Usage,
                "usage: lorica-vmx --uid U --gid G  (started by lorica-host; reads its task from standard input)");
        return new Arguments(uid, gid);
    }
}
