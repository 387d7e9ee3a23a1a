using Lorica.Contracts.Faults;
using Microsoft.Data.Sqlite;

namespace Lorica.ControlPlane.Store;

/// <summary>Tells a full disk from what should not fail.</summary>
public static class StorageFull
{
    private const int SqliteFull = 13; // SQLITE_FULL
    private const int NoSpace = 28; // ENOSPC
    private const int QuotaExceeded = 122; // EDQUOT
    private const int DiskFull = 0x70; // what .NET makes of ENOSPC when a file is extended

    /// <summary>The fault of <paramref name="exception"/>, when a full disk under <paramref name="folder"/> caused it.</summary>
    public static Fault? Find(Exception? exception, string folder)
    {
        for (var e = exception; e is not null; e = e.InnerException)
        {
            if (e is SqliteException { SqliteErrorCode: SqliteFull }
                || (e is IOException && (e.HResult is NoSpace or QuotaExceeded || (e.HResult & 0xffff) == DiskFull)))
            {
                return new Fault(FaultTypes.NoDiskSpace, "lorica.stateFull", folder, $"No space left on {folder}.",
                    "Make room there, then ask again: what could not be written was not done.");
            }
        }

        return null;
    }
}
