namespace Lorica.Disks.Storage;

/// <summary>The end of a side file.</summary>
internal static class ConversionJournalFile
{
    private const int Chunk = 256 * 1024;
    private const long MaxOverwritten = 1L << 30;

    /// <summary>
    /// Removes a side file that the descriptor, as read, does not name. The descriptor is made durable anew first: if an earlier
    /// sync failed, the one on stable storage might still be the one that needs the file.
    /// </summary>
    public static void RemoveStray(IDiskStore store, string name)
    {
        if (!store.Exists(DiskName.Side(name)))
            return;
        DescriptorFile.Replace(store, name, DescriptorFile.Read(store, name));
        Remove(store, name);
    }

    /// <summary>
    /// Overwrites and removes the side file, if there is one. Only called when the durable descriptor does not name it: a crash
    /// in between leaves a file of ciphertext that the next <see cref="RemoveStray"/> removes.
    /// </summary>
    public static void Remove(IDiskStore store, string name)
    {
        string side = DiskName.Side(name);
        if (!store.Exists(side))
            return;
        using (var file = store.Open(side, writable: true))
        {
            var stat = file.Stat();

            // A planted file: a second name of something else is not overwritten, an absurd size not waited for.
            long length = stat.Links > 1 || stat.Length > MaxOverwritten ? 0 : stat.Length;
            byte[] zeros = new byte[Chunk];
            for (long at = 0; at < length; at += Chunk)
                file.Write(at, zeros.AsSpan(0, (int)Math.Min(Chunk, length - at)));
            file.Sync();
        }

        store.Remove(side);
        store.Sync();
    }
}
