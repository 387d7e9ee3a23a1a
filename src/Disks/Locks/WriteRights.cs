namespace Lorica.Disks.Locks;

/// <summary>What this library does with a right.</summary>
internal static class WriteRights
{
    /// <summary>Refuses (LockLost, WriterAway) when there is a right to ask and it was lost.</summary>
    public static void Require(this IWriteRight? right, string about)
    {
        if (right is null or { IsValid: true })
            return;
        if (right.IsAway)
        {
            throw new DiskException(DiskErrorKind.WriterAway, $"{about} cannot be changed now: {right.Reason}.", about)
            {
                WayOut = "Ask again.",
            };
        }

        throw new DiskException(
            DiskErrorKind.LockLost, $"The right to change {about} was lost: {right.Reason}. Nothing more is written.", about)
        {
            WayOut = "See that the datastore answers; then start the operation again.",
        };
    }
}
