namespace Lorica.Host.Tests.Support;

/// <summary>Files of which somebody removed what says that they are encrypted.</summary>
internal static class Stripped
{
    public static string Descriptor(string descriptor) => string.Join('\n', descriptor.Split('\n').Where(l =>
        !l.StartsWith("encryptionKeys", StringComparison.Ordinal) && !l.StartsWith("keyID", StringComparison.Ordinal)
        && !l.StartsWith("ddb.objectId", StringComparison.Ordinal) && !l.StartsWith("ddb.kekCheck", StringComparison.Ordinal)
        && !l.StartsWith("ddb.iofilters", StringComparison.Ordinal) && !l.StartsWith("ddb.seal", StringComparison.Ordinal)));
}
