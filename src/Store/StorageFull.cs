using Lorica.Contracts.Faults;
using Lorica.Store.Engines;

namespace Lorica.Store;

/// <summary>Finds out that a full disk under the center's state is what failed.</summary>
public static class StorageFull
{
    /// <summary>The fault of <paramref name="exception"/>, when a full disk under <paramref name="folder"/> caused it.</summary>
    public static Fault? Find(Exception? exception, string folder)
    {
        for (var e = exception; e is not null; e = e.InnerException)
        {
            if (SqliteEngine.IsFull(e) || DiskFull.Is(e))
            {
                return DiskFull.Of(folder);
            }
        }

        return null;
    }
}
