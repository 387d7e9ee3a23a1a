using System.Text;

namespace Lorica.Crypto.Tests;

/// <summary>
/// What a fuzzer runs on each input: nothing but the library's exception escapes, and what parses is written again as
/// it was.
/// </summary>
public static class LocatorFuzzTarget
{
    public static void Run(ReadOnlySpan<byte> input)
    {
        string text = Encoding.Latin1.GetString(input);
        try
        {
            var locator = KeyLocator.Parse(text);
            if (!locator.ToString().Equals("vmware:key/" + text["vmware:key/".Length..], StringComparison.Ordinal))
            {
                throw new InvalidOperationException("What was parsed is written in another way.");
            }

            _ = Bundle.KeyIds(text);
        }
        catch (CryptoException)
        {
        }
    }
}
