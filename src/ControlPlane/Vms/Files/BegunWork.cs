using Lorica.ControlPlane.Tasks;
using Lorica.Model;
using Lorica.Store.Rows;

namespace Lorica.ControlPlane.Vms.Files;

/// <summary>
/// Whether a crypto job has changed files already. The files alone say so: what a process remembers of its own run, or of the one
/// before, counts for nothing.
/// </summary>
internal static class BegunWork
{
    /// <summary>Judges by the files: the job's own marks, or an object that is already as the job will leave it.</summary>
    public static WorkBegun Of(WorkContext context, VmFiles files, IReadOnlyCollection<KeyRecordRow> records)
    {
        if (files.PendingJob is not null || files.Disks.Any(d => d.Transition is not null))
        {
            return WorkBegun.Yes;
        }

        // A file that could not be read says neither "encrypted" nor "plain".
        if (RecordCheck.SuspectOf(files) is not null)
        {
            return WorkBegun.Unknown;
        }

        return context.Arguments.Objects.Any(id => IsChanged(context, files, records, id)) ? WorkBegun.Yes : WorkBegun.No;
    }

    private static bool IsChanged(
        WorkContext context, VmFiles files, IReadOnlyCollection<KeyRecordRow> records, string id)
    {
        var disk = files.Disks.FirstOrDefault(d => d.ObjectId == id);
        var (encrypted, key) = id == files.VmId ? (files.Encrypted, files.Key) : (disk?.Encrypted ?? false, disk?.Key);
        return context.Task.Kind switch
        {
            TaskKinds.Encrypt => encrypted,
            TaskKinds.Decrypt => (disk is not null || id == files.VmId) && !encrypted,
            TaskKinds.Recrypt => encrypted && key is not null
                && records.Any(r => r.ObjectId == id && r.InUse && (r.Provider != key.Provider || r.KeyId != key.KeyId)),
            _ => throw new ArgumentException($"Tasks of kind {context.Task.Kind} change no file in place.", nameof(context)),
        };
    }
}
