namespace Lorica.Crypto.Native;

/// <summary>SubWord of FIPS 197, without table look-ups that depend on the key.</summary>
internal interface IAesWords
{
    static abstract uint Substitute(uint word);
}
