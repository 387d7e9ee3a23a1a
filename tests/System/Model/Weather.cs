namespace Lorica.SystemTests.Model;

/// <summary>What an act meets.</summary>
/// <param name="Kms">The embedded key server answers.</param>
/// <param name="Wrong">PyKMIP answers with other keys under known ids.</param>
/// <param name="Safe">The host is in encryption mode: its own key, which is the embedded server's, is on it or can be had.</param>
internal sealed record Weather(bool Kms, bool Wrong, bool Safe)
{
    /// <summary>New keys can be made there.</summary>
    public bool Makes(string provider) => provider == Providers.Py || Kms;

    /// <summary>Known keys can be fetched there.</summary>
    public bool Gives(string provider) => provider == Providers.Py ? !Wrong : Kms;
}
