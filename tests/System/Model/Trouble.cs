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
}
