using Lorica.Contracts.Faults;
using Microsoft.Data.Sqlite;

namespace Lorica.Store;

/// <summary>Finds out that a full disk under the center's state is what failed.</summary>
public static class StorageFull
{
    private const int SqliteFull = 13; // SQLITE_FULL

    /// <summary>The fault of <paramref name="exception"/>, when a full disk under <paramref name="folder"/> caused it.</summary>
    public static Fault? Find(Exception? exception, string folder)
    {
        for (var e = exception; e is not null; e = e.InnerException)
        {
            if (e is SqliteException { SqliteErrorCode: SqliteFull } || DiskFull.Is(e))
            {
                return DiskFull.Of(folder);
            }
        }

        return null;
    }
}
