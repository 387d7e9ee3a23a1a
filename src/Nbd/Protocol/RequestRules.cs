using Lorica.Disks;

namespace Lorica.Nbd.Protocol;

/// <summary>
/// Every rule about a request, once, in the order of the specification: type, flags, permission, shape, range.
/// What passes is safe to hand to the device.
/// </summary>
internal static class RequestRules
{
    public static NbdErrno Check(in RequestHeader request, in NegotiatedExport negotiated)
    {
        if (request.Command > NbdCommand.BlockStatus || request.Command == NbdCommand.Disconnect)
            return NbdErrno.Invalid;

        // Flags: only those that were offered, only where they mean something.
        if ((request.Flags & ~AllowedFlags(request.Command, negotiated)) != CommandFlags.None)
            return NbdErrno.Invalid;

        // Capabilities that were not offered must not be used.
        if (request.Command == NbdCommand.BlockStatus && !negotiated.AllocationContext)
            return NbdErrno.Invalid;

        bool changes = request.Command is NbdCommand.Write or NbdCommand.WriteZeroes or NbdCommand.Trim;
        if (changes && negotiated.Export.ReadOnly)
            return NbdErrno.NotPermitted;
        if (request.Command == NbdCommand.Trim && negotiated.Export.Device is not ISparse)
            return NbdErrno.NotSupported;

        if (request.Command == NbdCommand.Flush)
            return request is { Offset: 0, Length: 0 } ? NbdErrno.None : NbdErrno.Invalid;
        if (request.Length == 0)
            return NbdErrno.Invalid;
        if (request.Command == NbdCommand.Read && request.Length > NbdServerOptions.MaximumPayload)
            return NbdErrno.Overflow;

        ulong size = (ulong)negotiated.Export.Device.Length;
        if (request.Offset > size || request.Length > size - request.Offset)
            return changes ? NbdErrno.NoSpace : NbdErrno.Invalid;
        return ((request.Offset | request.Length) & (Wire.MinimumBlock - 1)) != 0 ? NbdErrno.Invalid : NbdErrno.None;
    }

    private static CommandFlags AllowedFlags(NbdCommand command, in NegotiatedExport negotiated) => command switch
    {
        // FUA is accepted on every command, as the specification asks of servers that offer it.
        NbdCommand.Read => CommandFlags.ForceUnitAccess
            | (negotiated.StructuredReplies ? CommandFlags.DontFragment : CommandFlags.None),
        NbdCommand.WriteZeroes => CommandFlags.ForceUnitAccess | CommandFlags.NoHole,
        NbdCommand.BlockStatus => CommandFlags.ForceUnitAccess | CommandFlags.RequestOne,
        _ => CommandFlags.ForceUnitAccess,
    };
}
