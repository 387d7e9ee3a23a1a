using Lorica.ControlPlane.Placement;
using Lorica.ControlPlane.Policies;

namespace Lorica.ControlPlane.Tests.Policies;

/// <summary>
/// Deciding by policy when no key is named, and what a request that expects something comes to: a test for each row.
/// </summary>
public sealed class PolicyDecisionTests
{
    [Fact]
    public void No_key_and_encryption_policy_and_plain_object_encrypts() =>
        Row(CryptoRequest.None, true, false, PolicyVerdict.Encrypt);

    [Fact]
    public void No_key_and_encryption_policy_and_encrypted_object_does_nothing() =>
        Row(CryptoRequest.None, true, true, PolicyVerdict.Nothing);

    [Fact]
    public void No_key_and_other_policy_and_plain_object_does_nothing() =>
        Row(CryptoRequest.None, false, false, PolicyVerdict.Nothing);

    [Fact]
    public void No_key_and_other_policy_and_encrypted_object_decrypts() =>
        Row(CryptoRequest.None, false, true, PolicyVerdict.Decrypt);

    [Fact]
    public void Encrypt_under_an_encryption_policy_encrypts_what_is_plain() =>
        Row(CryptoRequest.Encrypt, true, false, PolicyVerdict.Encrypt);

    [Fact]
    public void Encrypt_of_what_is_encrypted_is_refused() =>
        Row(CryptoRequest.Encrypt, true, true, PolicyVerdict.AlreadyEncrypted);

    [Fact]
    public void Encrypt_under_a_policy_without_encryption_is_a_bad_policy()
    {
        Row(CryptoRequest.Encrypt, false, false, PolicyVerdict.BadPolicy);
        Row(CryptoRequest.Encrypt, false, true, PolicyVerdict.BadPolicy);
    }

    [Fact]
    public void Decrypt_under_an_encryption_policy_is_a_bad_policy()
    {
        Row(CryptoRequest.Decrypt, true, false, PolicyVerdict.BadPolicy);
        Row(CryptoRequest.Decrypt, true, true, PolicyVerdict.BadPolicy);
    }

    [Fact]
    public void Decrypt_under_a_policy_without_encryption_decrypts_what_is_encrypted() =>
        Row(CryptoRequest.Decrypt, false, true, PolicyVerdict.Decrypt);

    [Fact]
    public void Decrypt_of_what_is_plain_is_refused() => Row(CryptoRequest.Decrypt, false, false, PolicyVerdict.NotEncrypted);

    private static void Row(CryptoRequest request, bool encryptionPolicy, bool encrypted, PolicyVerdict expected) =>
        Assert.Equal(expected, PolicyDecision.Of(request, encryptionPolicy, encrypted));
}
