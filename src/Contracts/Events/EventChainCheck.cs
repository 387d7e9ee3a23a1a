using System.Security.Cryptography;
using Lorica.Contracts.Rest;

namespace Lorica.Contracts.Events;

/// <summary>
/// Walks a chain of events, as the center does over its table and anybody can over an export. It begins at any event (whose own
/// link is then taken as it is) and stops at the first trouble.
/// </summary>
public sealed class EventChainCheck
{
    private byte[]? _previous;
    private int _form = EventChain.FirstForm;

    /// <summary>Number of the last good event; 0 before the first.</summary>
    public long Number { get; private set; }

    /// <summary>Its hash, hex.</summary>
    public string Hash => Convert.ToHexStringLower(_previous ?? EventChain.Start);

    /// <summary>What is wrong; null as long as all is well.</summary>
    public string? Trouble { get; private set; }

    /// <summary>Events walked.</summary>
    public long Count { get; private set; }

    /// <summary>Takes the next event.</summary>
    /// <returns>Whether all is well so far.</returns>
    public bool Next(EventModel e)
    {
        if (Trouble is not null)
        {
            return false;
        }

        if (!TryParse(e.Hash, out byte[]? hash))
        {
            Trouble = $"Event {e.Number} has no hash.";
        }
        else if (TroubleOfForm(e) is { } form)
        {
            Trouble = form;
        }
        else if (_previous is null && e.Number > 1)
        {
            // Nothing is known of what came before: this one is where trust begins.
        }
        else if (e.Number != Number + 1)
        {
            Trouble = e.Number > Number
                ? $"Events {Number + 1} to {e.Number - 1} are missing." : $"Event {e.Number} stands after {Number}.";
        }
        else if (!CryptographicOperations.FixedTimeEquals(EventChain.Next(_previous ?? EventChain.Start, e), hash))
        {
            Trouble = $"Event {e.Number} was changed, or one before it was.";
        }

        if (Trouble is not null)
        {
            return false;
        }

        (_previous, _form, Number, Count) = (hash, e.Form, e.Number, Count + 1);
        return true;
    }

    /// <summary>Notes a trouble that the walk itself cannot see.</summary>
    public void Fail(string trouble) => Trouble ??= trouble;

    /// <summary>
    /// A newer form never gives way to an older one, and an older one has no room for what came with a newer one: else origin and
    /// outcome could be taken off an event, or put beside it.
    /// </summary>
    private string? TroubleOfForm(EventModel e) => e.Form switch
    {
        < EventChain.FirstForm or > EventChain.Form =>
            $"Event {e.Number} has form {e.Form}, and this program knows {EventChain.FirstForm} to {EventChain.Form}.",
        _ when e.Form < _form => $"Event {e.Number} has form {e.Form} and stands after one of form {_form}.",
        _ when EventChain.CarriesMore(e) => $"Event {e.Number} has form {e.Form} and carries what its hash does not cover.",
        _ => null,
    };

    private static bool TryParse(string hex, out byte[] hash)
    {
        hash = new byte[EventChain.HashSize];
        return hex.Length == 2 * EventChain.HashSize
            && Convert.FromHexString(hex, hash, out _, out _) == System.Buffers.OperationStatus.Done;
    }
}
