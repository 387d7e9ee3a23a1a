using System.Text;

namespace Lorica.Crypto.Tests;

public sealed class LocatorFuzzing(ITestOutputHelper output)
{
    [Fact(Explicit = true)]
    public void Locators_and_bundles()
    {
        string[] corpus =
        [
            "vmware:key/fqid/<VMWARE-NULL>/kms1/key%2d1",
            "vmware:key/phrase/id/pass2key%3dPBKDF2%3acipher%3dAES%2d256%3arounds%3d1000%3asalt%3dAA",
            "vmware:key/list/(pair/(fqid/<VMWARE-NULL>/kms1/key%2d1,AES%2d256%2dGCM,AAECAwQFBgcICQoLDA0ODw%3d%3d))",
            "vmware:key/list/(fqid/<VMWARE-NULL>/a/b,pair/(fqid/<VMWARE-NULL>/c/d,HMAC%2dSHA%2d1,AAAA))",
        ];
        output.WriteLine($"{TimedFuzz.Run(corpus.Select(Encoding.ASCII.GetBytes), Target)} inputs");
    }

    private static bool Target(byte[] input)
    {
        LocatorFuzzTarget.Run(input);
        return input.AsSpan().StartsWith("vmware:key/"u8);
    }
}
