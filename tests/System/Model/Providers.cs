namespace Lorica.SystemTests.Model;

/// <summary>The two key providers: lorica-kms, the default, and a real PyKMIP.</summary>
internal static class Providers
{
    public const string Embedded = "kms1", Py = "py";

    /// <summary>Which provider makes the new key of an act. One VM has its keys from PyKMIP, which is no friend of crowds.</summary>
    public static string Of(int vm, Act act) => vm == Plans.Vms - 1 && act != Act.ImportEncrypted ? Py : Embedded;
}
