using Lorica.Contracts.Events;
using Lorica.Contracts.Rest;
using Lorica.Store.Rows;

namespace Lorica.Store;

/// <summary>Rows of events as REST tells them and as the chain hashes them: the same.</summary>
public static class EventMapping
{
    /// <summary>As REST tells it.</summary>
    public static EventModel ToModel(this EventRow e) => new(
        e.Number, DateTimeOffset.FromUnixTimeMilliseconds(e.Time), e.EventId, e.UserName, e.Target, e.Message, e.ObjectKind,
        e.ObjectId, e.Outcome, e.Address, e.SessionId, e.TokenId, e.CorrelationId, e.Form, Convert.ToHexStringLower(e.Hash));

    internal static byte[] Hash(ReadOnlySpan<byte> previous, EventRow e) => EventChain.Next(previous, e.ToModel());
}
