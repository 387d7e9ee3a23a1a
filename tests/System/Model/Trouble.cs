namespace Lorica.SystemTests.Model;

/// <summary>What goes wrong in a round.</summary>
internal enum Trouble
{
    None,

    /// <summary>The first host is killed in the middle.</summary>
    HostKilled,

    /// <summary>The second host is.</summary>
    SecondHostKilled,

    /// <summary>The center is killed in the middle.</summary>
    CenterKilled,

    /// <summary>The key server stops before the round, and stays away until it returns.</summary>
    KmsLeaves,

    /// <summary>The key server returns before the round.</summary>
    KmsReturns,

    /// <summary>
    /// The other key server answers with other keys under known ids, and the VM's host has forgotten the right ones.
    /// </summary>
    WrongKey,

    /// <summary>The datastore is full during the round.</summary>
    DiskFull,

    /// <summary>The center and the first host die together; who asked may not put a host into encryption mode.</summary>
    PowerCut,

    /// <summary>The same, and who asked may nothing any more when they return.</summary>
    Withdrawn,

    /// <summary>
    /// A power cut after which the host does not know any more that it was in encryption mode: nothing but the work that its
    /// files say is begun brings it back, and at last a person does.
    /// </summary>
    StateLost,

    /// <summary>Nothing dies, but who asked may nothing any more in the middle.</summary>
    Refused,

    /// <summary>The key server is away for a moment in the middle.</summary>
    KmsRefuses,

    /// <summary>The same, and the first host dies meanwhile: nobody has its keys.</summary>
    KeylessHost,
}
