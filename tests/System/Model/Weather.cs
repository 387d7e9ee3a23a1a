namespace Lorica.SystemTests.Model;

/// <summary>What an act meets.</summary>
/// <param name="Kms">The embedded key server answers.</param>
/// <param name="Wrong">PyKMIP answers with other keys under known ids.</param>
/// <param name="FirstSafe">The first host is in encryption mode: its own key, which is the
/// embedded server's, is on it or can be had.</param>
/// <param name="SecondSafe">The second one, too.</param>
/// <param name="SourceKeys">Which VMs have the key of what they would be cloned from on its host.</param>
internal sealed record Weather(bool Kms, bool Wrong, bool FirstSafe, bool SecondSafe, IReadOnlyList<bool> SourceKeys)
{
    /// <summary>Nothing is wrong.</summary>
    public static Weather Fine { get; } = new(
        Kms: true, Wrong: false, FirstSafe: true, SecondSafe: true, [.. Enumerable.Repeat(true, Plans.Vms)]);

    /// <summary>New keys can be made there.</summary>
    public bool Makes(string provider) => provider == Providers.Py || Kms;

    /// <summary>Known keys can be fetched there.</summary>
    public bool Gives(string provider) => provider == Providers.Py ? !Wrong : Kms;

    public bool Safe(int host) => host == 0 ? FirstSafe : SecondSafe;
}
