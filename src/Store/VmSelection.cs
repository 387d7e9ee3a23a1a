namespace Lorica.Store;

/// <summary>Which VMs a page is of; what is null does not matter.</summary>
/// <param name="Scope">Those that count for who asks.</param>
public sealed record VmSelection(VmScope Scope)
{
    /// <summary>Their names, without regard to the case of letters that are not ASCII.</summary>
    public TextPattern? Name { get; init; }

    /// <summary>Whether they are locked, in a word.</summary>
    public TextPattern? CryptoState { get; init; }

    /// <summary>Hosts on one of which they are.</summary>
    public IReadOnlyCollection<string>? Hosts { get; init; }

    /// <summary>Policies one of which their home has.</summary>
    public IReadOnlyCollection<string>? Policies { get; init; }

    /// <summary>Policies none of which their home has.</summary>
    public IReadOnlyCollection<string>? NotPolicies { get; init; }
}
