namespace Lorica.Crypto;

/// <summary>What the pages that hold keys are made of.</summary>
public enum KeyMemoryKind
{
    /// <summary>
    /// <c>memfd_secret</c>: absent from the kernel's own map, unreadable through <c>/proc/PID/mem</c> even for root.
    /// </summary>
    SecretMemory,

    /// <summary>Anonymous pages, locked (no swap), left out of core dumps and of forked children.</summary>
    LockedMemory,
}
