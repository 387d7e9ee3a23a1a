namespace Lorica.Kmip.Server;

/// <summary>What a client may ask of the server at most.</summary>
internal static class ServerLimits
{
    /// <summary>Items of one batch.</summary>
    public const int BatchItems = 100;

    /// <summary>Bytes of a Unique Batch Item ID.</summary>
    public const int BatchIdBytes = 64;

    /// <summary>Attributes of one object, instances counted.</summary>
    public const int Attributes = 100;

    /// <summary>Bytes of one attribute value with its header.</summary>
    public const int AttributeBytes = 8 << 10;

    /// <summary>Characters of an attribute's name.</summary>
    public const int AttributeNameLength = 256;

    /// <summary>Objects in one answer to Locate.</summary>
    public const int Located = 1000;

    /// <summary>Bytes of registered material.</summary>
    public const int MaterialBytes = 64 << 10;

    /// <summary>
    /// Room that the answer to one item may need although it holds no variable part: where the client leaves less, the item fails
    /// before anything is carried out, so that no key is made whose identifier cannot be told.
    /// </summary>
    public const int FixedAnswerBytes = 512;

    /// <summary>Bytes of an answer in successful items; what is left up to the cap of a message is for failures.</summary>
    public const int AnswerBytes = (1 << 20) - (64 << 10);

    /// <summary>The last second of the year 9999.</summary>
    public const long LatestDate = 253_402_300_799;
}
