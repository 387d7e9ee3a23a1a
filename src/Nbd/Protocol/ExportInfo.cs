using Lorica.Disks;

namespace Lorica.Nbd.Protocol;

/// <summary>What an export offers, derived from its device's capabilities.</summary>
internal static class ExportInfo
{
    public static ExportFlags FlagsOf(NbdExport export, bool structuredReplies)
    {
        // Several connections see one device: a flush on one covers what was answered on all.
        var flags = ExportFlags.HasFlags | ExportFlags.SendFlush | ExportFlags.SendForceUnitAccess
            | ExportFlags.CanMultiConnection | ExportFlags.SendCache;
        if (export.ReadOnly)
            flags |= ExportFlags.ReadOnly;
        else
            flags |= ExportFlags.SendWriteZeroes | (export.Device is ISparse ? ExportFlags.SendTrim : ExportFlags.None);
        if (structuredReplies)
            flags |= ExportFlags.SendDontFragment;
        return flags;
    }
}
