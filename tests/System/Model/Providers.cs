namespace Lorica.SystemTests.Model;

/// <summary>The two key providers: lorica-kms, the default, and a real PyKMIP.</summary>
internal static class Providers
{
    public const string Embedded = "kms1", Py = "py";

    /// <summary>The VM whose keys are PyKMIP's: it is one only, since that server is no friend of crowds.</summary>
    public const int PyVm = Plans.Vms - 1;

    /// <summary>Whether a request names it; the default provider is what a request without keys gets.</summary>
    public static bool Named(string provider) => provider == Py;

    /// <summary>Which provider makes the new key of an act, or made that of the VM that is cloned.</summary>
    public static string Of(int vm, Act act) =>
        vm == PyVm && act is not (Act.ImportEncrypted or Act.Create or Act.Clone) ? Py : Embedded;
}
