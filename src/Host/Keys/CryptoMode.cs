using System.Text.Json;
using Lorica.Contracts.Faults;
using Lorica.Crypto;
using Lorica.Host.Files;
using Lorica.Host.Refusals;
using Lorica.Host.Registry;

namespace Lorica.Host.Keys;

/// <summary>
/// Encryption mode of this host, and the name of its host key.
/// <code>
/// incapable ──Prepare──► prepared ──Enable(key)──► safe ──Enable(another key)──► safe
///     ▲                     ▲  the key is delivered │ ▲
///     │                     └──host started again───┤ └──Enable──┐
///     └──host started again── pendingIncapable ◄────┴──Disable   │
///                                    └───────────────────────────┘
/// </code>
/// <c>STATE/crypto.json</c> is replaced whole: a crash leaves the mode before a change or the one after it. The key itself is in
/// key memory only; after a start the center delivers the same one, by the name that is kept here.
/// </summary>
internal sealed class CryptoMode
{
    private const string FileName = "crypto.json";
    private const int MaximumBytes = 8 * 1024;

    private readonly Lock _gate = new();
    private readonly string _folder;
    private readonly KeyCache _keys;

    /// <summary>
    /// Replaced whole under the gate, read without it: the key cache asks for the host key while it holds its own lock.
    /// </summary>
    private volatile CryptoState? _state;

    /// <exception cref="InvalidOperationException">The file is damaged.</exception>
    public CryptoMode(string stateFolder, KeyCache keys)
    {
        (_folder, _keys) = (stateFolder, keys);
        using var folder = Folder.Open(_folder);
        try
        {
            _state = folder.Read(FileName, MaximumBytes) is { } bytes
                ? JsonSerializer.Deserialize(bytes, StateJson.Default.CryptoState) : null;
        }
        catch (JsonException e)
        {
            throw new InvalidOperationException(
                $"{Path.Combine(_folder, FileName)} is damaged: {e.Message}. Remove it: the host is then out of encryption mode.",
                e);
        }

        if (_state is { Disabled: true })
        {
            folder.Delete(FileName);
            folder.Sync();
            _state = null;
        }
    }

    public EncryptionMode Mode => _state switch
    {
        null => EncryptionMode.Incapable,
        { Disabled: true } => EncryptionMode.PendingIncapable,
        var state => KeyOf(state) is { } key && _keys.KcvOf(key) == state.Kcv ? EncryptionMode.Safe : EncryptionMode.Prepared,
    };

    /// <summary>The host key by name, held or not.</summary>
    public KeyId? Key => KeyOf(_state);

    /// <summary>From incapable to prepared.</summary>
    public void Prepare()
    {
        lock (_gate)
        {
            if (_state is not null)
                throw State($"The host is {Mode.Name()}: it can be prepared only when it is {EncryptionMode.Incapable.Name()}.");
            Save_NeedsLock(new CryptoState());
        }
    }

    /// <summary>Takes a key that was delivered as the host key.</summary>
    public void Enable(KeyId key, string kcv)
    {
        lock (_gate)
        {
            if (_state is null)
                throw State("The host is not prepared for encryption mode.");
            if (_keys.KcvOf(key) is not { } held)
                throw Refuse.KeysMissing("host", $"The host key {key} was not delivered to this host.", [key]);
            if (held != kcv)
            {
                throw Refuse.Tampered(
                    "wrongKey", key.ToString(), $"The key {key} has check value {held}, not {kcv}: it is another key.");
            }

            Save_NeedsLock(new CryptoState { Provider = key.Provider, KeyId = key.Id, Kcv = kcv });
        }
    }

    /// <summary>Out of encryption mode at the next start.</summary>
    public void Disable()
    {
        lock (_gate)
        {
            if (_state is null)
                throw State("The host is not in encryption mode.");
            Save_NeedsLock(_state with { Disabled = true });
        }
    }

    private void Save_NeedsLock(CryptoState state)
    {
        using var folder = Folder.Open(_folder);
        folder.Replace(FileName, JsonSerializer.SerializeToUtf8Bytes(state, StateJson.Default.CryptoState));
        _state = state;
    }

    private static KeyId? KeyOf(CryptoState? state) =>
        state is { Provider: { } provider, KeyId: { } id } ? new KeyId(provider, id) : null;

    private static FaultException State(string message) =>
        Refuse.With(FaultTypes.InvalidState, "lorica.cryptoMode", "host", message, "See `lorica host crypto status`.");
}
