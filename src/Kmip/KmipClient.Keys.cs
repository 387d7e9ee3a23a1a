using Lorica.Kmip.Messages;
using Lorica.Kmip.Ttlv;

namespace Lorica.Kmip;

/// <summary>The life of a key.</summary>
public sealed partial class KmipClient
{
    private const int AlgorithmAes = 3;
    private const int KeyBits = 256;
    private const int EncryptAndDecrypt = 0x4 | 0x8;
    private const int NameUninterpreted = 1;
    private const int MaximumIdentifierLength = 1024;

    /// <summary>
    /// Creates an AES-256 key for Encrypt and Decrypt and returns its unique identifier. Only Algorithm, Length, Usage Mask and
    /// (if given) Name are sent: that is what every server takes.
    /// </summary>
    /// <param name="name">
    /// A name no other key has (hold a UUID in it). With it a Create whose answer got lost with its connection is not repeated
    /// blindly: the server is searched for the name first and what it made is taken over. Without it, or when the server did not
    /// answer in time, the failure is thrown, with <see cref="KmipException.MayHaveBeenCarriedOut"/>. A server that takes no Name
    /// gets the Create without it.
    /// </param>
    /// <param name="ct">Cancels.</param>
    public async Task<string> CreateSymmetricKeyAsync(string? name, CancellationToken ct)
    {
        try
        {
            return await CreateOnceAsync(name, ct);
        }
        catch (KmipException e) when (name is not null
            && e is { Kind: not KmipErrorKind.Refused, MayHaveBeenCarriedOut: true, IsTimeOut: false })
        {
            try
            {
                return await AdoptAsync(name, ct) ?? await CreateOnceAsync(name, ct);
            }
            catch (KmipException again) when (!again.IsAnswer)
            {
                throw Client.Failure.StillLost(again);
            }
        }
        catch (KmipException e) when (name is not null && e.Reason == KmipResultReason.InvalidField)
        {
            // Either the name is taken, which is the caller's affair, or this server takes no names.
            if ((await LocateByNameAsync(name, ct)).Count > 0)
            {
                throw;
            }

            return await CreateOnceAsync(name: null, ct);
        }
    }

    /// <summary>
    /// Takes over the key of this name where there is one, else creates it: for a Create whose answer was lost, perhaps at
    /// another server over the same objects.
    /// </summary>
    /// <exception cref="KmipException">Also Unusable, when it is not exactly one AES-256 key that carries the name.</exception>
    public async Task<string> AdoptOrCreateSymmetricKeyAsync(string name, CancellationToken ct) =>
        await AdoptAsync(name, ct) ?? await CreateSymmetricKeyAsync(name, ct);

    /// <summary>Makes a key Active. One that is Active already is a success.</summary>
    public async Task ActivateAsync(string uniqueIdentifier, CancellationToken ct)
    {
        try
        {
            await OnObjectAsync(Operation.Activate, uniqueIdentifier, static _ => { }, ct);
        }
        catch (KmipException e) when (IsAboutState(e))
        {
            if (await StateOrNullAsync(uniqueIdentifier, ct) != KmipKeyState.Active)
            {
                throw;
            }
        }
    }

    /// <summary>
    /// Gives the raw 32 bytes of an AES-256 key to <paramref name="sink"/>, once. The buffers of this library that held them are
    /// zeroed before the task ends; what the platform's TLS keeps is beyond it (a process that fetches keys should be
    /// short-lived).
    /// </summary>
    public Task GetKeyAsync(string uniqueIdentifier, KeySink sink, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(sink);
        CheckIdentifier(uniqueIdentifier);
        return RequestAsync(
            Operation.Get, repeatable: true,
            w => w.Text(Tags.UniqueIdentifier, uniqueIdentifier),
            payload =>
            {
                sink(KeyBlockReader.Material(Present(payload), uniqueIdentifier, KeyBits / 8));
                return true;
            },
            ct);
    }

    /// <summary>
    /// Revokes a key. One that is revoked already counts as success; a compromise reported for a key that is only deactivated is
    /// sent all the same.
    /// </summary>
    public async Task RevokeAsync(string uniqueIdentifier, KmipRevocationReason reason, string? message, CancellationToken ct)
    {
        try
        {
            await OnObjectAsync(Operation.Revoke, uniqueIdentifier, w => Revocation(w, reason, message), ct);
        }
        catch (KmipException e) when (IsAboutState(e))
        {
            var state = await StateOrNullAsync(uniqueIdentifier, ct);
            bool done = reason == KmipRevocationReason.KeyCompromise
                ? state is KmipKeyState.Compromised or KmipKeyState.DestroyedCompromised
                : state is KmipKeyState.Deactivated or KmipKeyState.Compromised or KmipKeyState.Destroyed
                    or KmipKeyState.DestroyedCompromised;
            if (!done)
            {
                throw;
            }
        }
    }

    /// <summary>
    /// Destroys a key. One that is gone already counts as success. An Active key is refused by servers: revoke it first.
    /// </summary>
    public async Task DestroyAsync(string uniqueIdentifier, CancellationToken ct)
    {
        try
        {
            await OnObjectAsync(Operation.Destroy, uniqueIdentifier, static _ => { }, ct);
        }
        catch (KmipException e) when (e.Reason == KmipResultReason.ItemNotFound)
        {
            // Some servers forget destroyed objects, others keep a tombstone: gone is gone.
        }
        catch (KmipException e) when (IsAboutState(e))
        {
            if (await StateOrNullAsync(uniqueIdentifier, ct) is not (KmipKeyState.Destroyed or KmipKeyState.DestroyedCompromised))
            {
                throw;
            }
        }
    }

    private Task<string> CreateOnceAsync(string? name, CancellationToken ct) => RequestAsync(
        Operation.Create, repeatable: false,
        w =>
        {
            w.Enumeration(Tags.ObjectType, (int)KmipObjectType.SymmetricKey);
            w.Begin(Tags.TemplateAttribute);
            Attribute(w, AttributeNames.CryptographicAlgorithm, static w => w.Enumeration(Tags.AttributeValue, AlgorithmAes));
            Attribute(w, AttributeNames.CryptographicLength, static w => w.Integer(Tags.AttributeValue, KeyBits));
            Attribute(w, AttributeNames.CryptographicUsageMask, static w => w.Integer(Tags.AttributeValue, EncryptAndDecrypt));
            if (name is not null)
            {
                Attribute(w, AttributeNames.Name, w => NameValue(w, name));
            }

            w.End();
        },
        static payload => Identifier(Present(payload).Need(Tags.UniqueIdentifier)), ct);

    /// <summary>The key that a Create with a lost answer left behind, or null; it must be exactly what was asked for.</summary>
    private async Task<string?> AdoptAsync(string name, CancellationToken ct)
    {
        var found = await LocateByNameAsync(name, ct);
        if (found.Count == 0)
        {
            return null;
        }

        if (found.Count > 1)
        {
            throw Client.Failure.Unusable(Server, $"{found.Count} objects carry one name that was to be unique");
        }

        var attributes = await GetAttributesAsync(
            found[0], [AttributeNames.CryptographicAlgorithm, AttributeNames.CryptographicLength, AttributeNames.ObjectType], ct);
        long? Value(string attribute) => attributes.FirstOrDefault(a => a.Name == attribute)?.Number;
        return Value(AttributeNames.CryptographicAlgorithm) == AlgorithmAes
            && Value(AttributeNames.CryptographicLength) == KeyBits
            && Value(AttributeNames.ObjectType) == (int)KmipObjectType.SymmetricKey
            ? found[0]
            : throw Client.Failure.Unusable(Server, "an object that is no AES-256 key carries the name of the key to be made");
    }

    private Task OnObjectAsync(Operation operation, string uniqueIdentifier, Action<TtlvWriter> more, CancellationToken ct)
    {
        CheckIdentifier(uniqueIdentifier);
        return RequestAsync(
            operation, repeatable: true,
            w =>
            {
                w.Text(Tags.UniqueIdentifier, uniqueIdentifier);
                more(w);
            },
            static _ => true, ct);
    }

    private static void Revocation(TtlvWriter w, KmipRevocationReason reason, string? message)
    {
        w.Begin(Tags.RevocationReason);
        w.Enumeration(Tags.RevocationReasonCode, (int)reason);
        if (message is not null)
        {
            w.Text(Tags.RevocationMessage, message);
        }

        w.End();
    }

    /// <summary>Refusals behind which "it is in that state already" can hide; servers differ in the reason they give.</summary>
    private static bool IsAboutState(KmipException e) => e.Kind == KmipErrorKind.Refused
        && e.Reason is not (KmipResultReason.ItemNotFound or KmipResultReason.AuthenticationNotSuccessful);

    private static TtlvItem Present(TtlvItem payload) =>
        payload.IsPresent ? payload : throw KmipException.Malformed("the answer has no payload");

    private static string Identifier(TtlvItem item)
    {
        string text = item.Text();
        return text.Length is > 0 and <= MaximumIdentifierLength
            ? text
            : throw KmipException.Malformed($"a unique identifier of {text.Length} characters");
    }

    private static void CheckIdentifier(string uniqueIdentifier)
    {
        if (string.IsNullOrEmpty(uniqueIdentifier) || uniqueIdentifier.Length > MaximumIdentifierLength)
        {
            throw new KmipException(KmipErrorKind.Misuse, $"a unique identifier has 1 to {MaximumIdentifierLength} characters");
        }
    }
}
