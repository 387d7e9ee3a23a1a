namespace Lorica.Host.Home;

/// <summary>Keys of a VMX file that Lorica reads and writes; docs/formats/vmx.md describes them.</summary>
internal static class VmxKeys
{
    public const string Encoding = ".encoding";
    public const string ConfigVersion = "config.version";
    public const string DisplayName = "displayName";
    public const string Cpus = "numvcpus";
    public const string MemoryMib = "memSize";
    public const string Firmware = "firmware";
    public const string VmId = "lorica.vmId";
    public const string Job = "lorica.job";
    public const string Bundle = "encryption.bundle";
    public const string KekCheck = "encryption.kekCheck";
    public const string NewKekCheck = "encryption.newKekCheck";
    public const string Rekey = "encryption.rekey";
    public const string Seal = "encryption.seal";

    /// <summary>Never a line of a file: the secret lies in the bundle.</summary>
    public const string DataFileKey = "dataFileKey";

    public static string DiskFile(string label) => label + ".fileName";

    public static string DiskObject(string label) => label + ".objectId";

    public static string DiskEncrypted(string label) => label + ".encrypted";
}
