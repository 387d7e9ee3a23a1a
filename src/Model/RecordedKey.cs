namespace Lorica.Model;

/// <summary>What the center's record says of one encrypted object; a file that differs is suspect.</summary>
/// <param name="ObjectId">The VM's id for its home, else the disk's object id.</param>
/// <param name="IsHome">VM home; a disk otherwise.</param>
/// <param name="Key">Its key, with the check value of the record.</param>
/// <param name="Generation">Highest one seen; a lower one in the file is older than known.</param>
public sealed record RecordedKey(string ObjectId, bool IsHome, ExpectedKey Key, long Generation);
