namespace Lorica.Disks.Storage;

/// <summary>
/// The folder of a disk as its descriptors and jobs need it: few primitives, each either done, or durable after the sync that is
/// named. Exists as a seam so that power cuts between and inside all of them can be simulated.
/// </summary>
internal interface IDiskStore
{
    /// <summary>Opens an existing regular file.</summary>
    IStoredFile Open(string name, bool writable);

    /// <summary>Makes a new, empty file; AlreadyExists otherwise. Its name is durable after <see cref="Sync"/>.</summary>
    IStoredFile CreateNew(string name);

    /// <summary>Whether the name exists.</summary>
    bool Exists(string name);

    /// <summary>Replaces <paramref name="to"/> atomically. Durable after <see cref="Sync"/>.</summary>
    void Rename(string from, string to);

    /// <summary>Removes a name; false when there was none. Durable after <see cref="Sync"/>.</summary>
    bool Remove(string name);

    /// <summary>Makes names durable.</summary>
    void Sync();
}
