using Lorica.Contracts.Host;
using Lorica.ControlPlane.Store;
using Lorica.ControlPlane.Tasks;

namespace Lorica.ControlPlane.Inventory;

/// <summary>Whether a crypto job has changed files already.</summary>
internal static class HalfDone
{
    /// <summary>Judges by the files: the job's own marks, or an object that is already as the job will leave it.</summary>
    public static bool Is(WorkContext context, VmDescription files, IReadOnlyCollection<KeyRecordRow> records)
    {
        if (files.PendingJob.Length > 0 || files.Disks.Any(d => d.Transition.Length > 0))
        {
            return true;
        }

        return context.Arguments.Objects.Any(id =>
        {
            var disk = files.Disks.FirstOrDefault(d => d.ObjectId == id);
            var (encrypted, key) = id == files.VmId ? (files.Encrypted, files.Key) : (disk?.Encrypted ?? false, disk?.Key);
            return context.Task.Kind switch
            {
                TaskKinds.Encrypt => encrypted,
                TaskKinds.Decrypt => disk is not null || id == files.VmId ? !encrypted : false,
                TaskKinds.Recrypt => encrypted && key is not null
                    && records.Any(r => r.ObjectId == id && r.InUse && (r.Provider != key.Provider || r.KeyId != key.KeyId)),
                _ => throw new ArgumentException($"A task of kind {context.Task.Kind} is never half done.", nameof(context)),
            };
        });
    }
}
