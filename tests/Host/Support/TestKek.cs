using Lorica.Contracts;
using Lorica.Crypto;

namespace Lorica.Host.Tests.Support;

/// <summary>A KEK that a test plays the KMS for.</summary>
internal sealed record TestKek(KeyId Id, KeyBuffer Key, string Kcv)
{
    public KeyRef Ref => new() { Provider = Id.Provider, KeyId = Id.Id };

    public static TestKek Make(string id)
    {
        var key = KeyBuffer.Random(32);
        return new TestKek(new KeyId("kms", id), key, KeyCheckValue.Compute(key));
    }
}
