using Lorica.Contracts.Faults;
using Lorica.Disks.Locks;
using Lorica.Host.Files;
using Lorica.Host.Refusals;
using Lorica.Platform.Native;
using Microsoft.Win32.SafeHandles;

namespace Lorica.Host.Home;

/// <summary>
/// The right to run or change a VM: an OFD lock on <c>.FILE.vmx.lock</c> in its folder (the disks have locks of their own), a
/// file that is never renamed and goes, under its lock, as the last one of the VM (<see cref="Remove"/>), and in it a <see
/// cref="WriterRecord"/> for hosts elsewhere. The lock lasts as long as any copy of <see cref="Handle"/> is open: the vmx gets
/// one, so the lock of a running VM outlives its host.
/// </summary>
/// <remarks>
/// Taken in these steps: 1 the lock · 2 the record read: a higher epoch is a newer operation elsewhere · 3 a record that another
/// host holds is taken over only if it let go, if an operator says that it is fenced, or if its counter stands still for 45 s · 4
/// own record written, unless 15 s passed since the last read; the right counts from before that. A crash before step 4 changes
/// nothing; after it the record is one of this host, whose next start takes it over at once, since on its own machine the lock
/// alone tells. The lock itself is never waited for. A lock file that was removed together with its VM between its opening and
/// its lock is no lock: the one that has the name now is taken.
/// <para>The home that it is taken for, and the disks that are opened through it, are changed under its lease from then on: each
/// single change is refused once the lease is lost, and after the lock was given up.</para>
/// </remarks>
internal sealed class VmLock : IAsyncDisposable
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(5);

    private VmLock(SafeFileHandle handle, WriterRecord record, WriterLease lease) =>
        (Handle, Record, Lease) = (handle, record, lease);

    public SafeFileHandle Handle { get; }

    /// <summary>What stands in the file.</summary>
    public WriterRecord Record { get; }

    /// <summary>Work that takes long looks at it: when it is lost, I/O ends.</summary>
    public WriterLease Lease { get; }

    /// <summary>Set once another process has a copy that shall go on holding the lock, and renews it.</summary>
    public bool Shared { get; set; }

    public static async Task<VmLock> TakeAsync(
        VmHome home, WriterIdentity me, long epoch, bool fenced, TimeProvider time, CancellationToken ct)
    {
        string about = home.Registration.DisplayPath;

        // Step 1
        var handle = Lock(home);
        try
        {
            // Step 2
            long seen = time.GetTimestamp();
            var found = WriterLockFile.Read(handle);
            if (found is not null && found.Epoch > epoch)
                throw Refuse.StaleEpoch(about, epoch, found.Epoch);

            // Step 3
            if (found is { Held: true } && found.HostId != me.HostId && !fenced)
                seen = await RequireStillAsync(handle, found, about, time, ct);

            // Step 4
            return Hold(home, handle, me, epoch, time, seen);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>
    /// The same for removing what this host left behind, by itself and unasked: only when nobody has the lock, and the record is
    /// one that this host wrote, of no newer operation than it knows, or none was ever written. Never waits.
    /// </summary>
    /// <returns>Null when the files have come to be used by another host, or under a newer operation: they are not this host's to
    /// remove any more.</returns>
    /// <exception cref="FaultException">Somebody has the lock now, or the record cannot be read; nothing tells.</exception>
    public static VmLock? TakeOwn(VmHome home, WriterIdentity me, long epoch, TimeProvider time)
    {
        var handle = Lock(home);
        try
        {
            long seen = time.GetTimestamp();
            var found = WriterLockFile.Read(handle);
            if (found is null && RandomAccess.GetLength(handle) > 0)
                throw NotReadable(home.Registration.DisplayPath);
            if (found is null || (found.HostId == me.HostId && found.Epoch <= epoch))
                return Hold(home, handle, me, epoch, time, seen);
            handle.Dispose();
            return null;
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Writes the lock file of a copy of the VM's files: free, by this host, of the same operation. So whoever comes to the copy
    /// later finds the epoch that the VM has had.
    /// </summary>
    public void CopyTo(Folder folder, string file)
    {
        using var copy = folder.OpenLockFile(VmFiles.LockOf(file));
        WriterLockFile.Write(copy, Record with { Held = false });
    }

    /// <summary>
    /// Removes the lock file as the last of the VM's files; the caller holds the lock. Who opened it before finds that it has no
    /// name any more. Durable with the folder's next sync.
    /// </summary>
    public static void Remove(VmHome home) => home.Folder.Delete(NameOf(home));

    /// <summary>What the lock file says, without taking the lock.</summary>
    public static (WriterRecord? Record, bool Locked) Peek(VmHome home)
    {
        if (!home.Folder.Has(NameOf(home)))
            return (null, false);
        using var handle = home.Folder.OpenLockFileToRead(NameOf(home));
        return (WriterLockFile.Read(handle), PosixFile.IsLocked(handle, home.Registration.DisplayPath));
    }

    /// <summary>What the lock file says now; null for no record.</summary>
    /// <exception cref="IOException">There is no lock file, or it cannot be read.</exception>
    public static WriterRecord? Read(VmHome home)
    {
        using var handle = home.Folder.OpenLockFileToRead(NameOf(home));
        return WriterLockFile.Read(handle);
    }

    /// <summary>
    /// Gives the lock up, unless it is shared. A lock that only this process has is released at once and by name: a child that is
    /// just being started has copies of all descriptors for a moment.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        if (!Shared && !Handle.IsClosed)
        {
            await Lease.ReleaseAsync();
            PosixFile.Unlock(Handle);
        }

        await Lease.DisposeAsync();
        Handle.Dispose();
    }

    private static string NameOf(VmHome home) => VmFiles.LockOf(home.Registration.File);

    // The lock file is a means: on storage that is mounted read-only the refusal is about the VM.
    private static SafeFileHandle OpenFile(VmHome home, string about)
    {
        try
        {
            return home.Folder.OpenLockFile(NameOf(home));
        }
        catch (IOException e) when (Errno.Of(e) == Errno.ReadOnlyStorage)
        {
            throw Refuse.StorageReadOnly(about, e);
        }
    }

    private static SafeFileHandle Lock(VmHome home)
    {
        string about = home.Registration.DisplayPath;
        while (true)
        {
            var handle = OpenFile(home, about);
            try
            {
                if (!PosixFile.TryLock(handle, about))
                    throw Refuse.VmLocked(about, WriterLockFile.Read(handle));
                if (PosixFile.KindOf(handle).Links > 0)
                    return handle;
            }
            catch
            {
                handle.Dispose();
                throw;
            }

            handle.Dispose();
        }
    }

    // Seen: before what stands in the file was read last. From there on the right counts, since a machine may sleep between that
    // and the end of the write while another one takes over.
    private static VmLock Hold(
        VmHome home, SafeFileHandle handle, WriterIdentity me, long epoch, TimeProvider time, long seen)
    {
        var record = new WriterRecord { HostId = me.HostId, BootId = me.BootId, Epoch = epoch };
        if (time.GetElapsedTime(seen) >= WriterLease.Expiry)
        {
            throw Refuse.LockLost(home.Registration.DisplayPath,
                "15 s passed, or the machine slept, between reading its lock file and writing it");
        }

        WriterLockFile.Write(handle, record);
        var held = new VmLock(handle, record, new WriterLease(handle, record, time, seen));
        home.ChangeUnder(held.Lease);
        return held;
    }

    private static FaultException NotReadable(string about) => Refuse.With(FaultTypes.InvalidState, "lorica.lockFile", about,
        $"The lock file of {about} cannot be read, so nothing says whose its files are.",
        "See who uses them. If nobody does, remove the lock file.");

    /// <returns>Before the last look.</returns>
    private static async Task<long> RequireStillAsync(
        SafeFileHandle handle, WriterRecord found, string about, TimeProvider time, CancellationToken ct)
    {
        // By looks, not by the clock: time that this machine slept is none in which it saw the counter stand still.
        long seen = time.GetTimestamp();
        for (var still = TimeSpan.Zero; still < WriterLease.Takeover; still += Look)
        {
            await Task.Delay(Look, time, ct);
            seen = time.GetTimestamp();
            if (WriterLockFile.Read(handle) is not { } now || !now.IsSameHolding(found) || now.Counter != found.Counter)
                throw Refuse.VmLocked(about, found);
        }

        return seen;
    }
}
