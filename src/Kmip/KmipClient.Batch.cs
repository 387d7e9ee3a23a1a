using System.Buffers.Binary;
using Lorica.Kmip.Messages;
using Lorica.Kmip.Telemetry;
using Lorica.Kmip.Ttlv;

namespace Lorica.Kmip;

/// <summary>Many keys in one message.</summary>
public sealed partial class KmipClient
{
    /// <summary>Keys of one message: two items each, and servers that limit batches take at least a hundred.</summary>
    public const int MaximumKeysAtOnce = 48;

    /// <summary>The server showed that it takes one item a message only, or was said to.</summary>
    private bool _oneByOne;

    /// <summary>
    /// Whether the server is asked for one key at a time: it refused several items in one message as a whole, or answered them in
    /// an unusual way.
    /// </summary>
    public bool OneByOne => _oneByOne;

    /// <summary>
    /// State and material of several keys: one message, Get Attributes and Get for each, in order, going on after failures. A
    /// server that answers such a message otherwise (refuses it, stops at the first failure, gives fewer items, no item IDs or
    /// another order, hangs up) is asked one by one from then on.
    /// </summary>
    /// <param name="uniqueIdentifiers">At most <see cref="MaximumKeysAtOnce"/>.</param>
    /// <param name="sink">Takes a key; when it is given one for the second time, that one counts.</param>
    /// <param name="ct">Gives up.</param>
    /// <returns>
    /// Per key what the server answered instead (<see cref="KmipException.IsAnswer"/>); null where it was given to
    /// <paramref name="sink"/>.
    /// </returns>
    /// <exception cref="KmipException">The whole failed: transport, malformed answer, misuse.</exception>
    public async Task<IReadOnlyList<KmipException?>> GetKeysAsync(
        IReadOnlyList<string> uniqueIdentifiers, KeyBatchSink sink, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(uniqueIdentifiers);
        ArgumentNullException.ThrowIfNull(sink);
        if (uniqueIdentifiers.Count > MaximumKeysAtOnce)
        {
            throw new KmipException(KmipErrorKind.Misuse, $"at most {MaximumKeysAtOnce} keys are asked for at once");
        }

        foreach (string identifier in uniqueIdentifiers)
        {
            CheckIdentifier(identifier);
        }

        if (uniqueIdentifiers.Count > 1 && !_oneByOne)
        {
            if (await GetBatchAsync(uniqueIdentifiers, sink, ct) is { } refusals)
            {
                return refusals;
            }

            _oneByOne = true;
        }

        var one = new KmipException?[uniqueIdentifiers.Count];
        for (int i = 0; i < one.Length; i++)
        {
            one[i] = await GetOneAsync(i, uniqueIdentifiers[i], sink, ct);
        }

        return one;
    }

    private async Task<KmipException?> GetOneAsync(int index, string identifier, KeyBatchSink sink, CancellationToken ct)
    {
        try
        {
            var state = await GetStateAsync(identifier, ct);
            await GetKeyAsync(identifier, material => sink(index, state, material), ct);
            return null;
        }
        catch (KmipException e) when (e.IsAnswer)
        {
            return e;
        }
    }

    /// <returns>Null when the server answered in an unusual way, or hung up.</returns>
    private async Task<KmipException?[]?> GetBatchAsync(
        IReadOnlyList<string> identifiers, KeyBatchSink sink, CancellationToken ct)
    {
        await _one.WaitAsync(ct);
        try
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            var version = _version ??= await NegotiateNeedsLockAsync(ct);
            using var writer = new TtlvWriter();
            RequestEncoder.EncodeBatch(writer, version, _options.UserName, _options.Password, identifiers.Count * 2, (w, item) =>
            {
                string identifier = identifiers[item / 2];
                w.Enumeration(Tags.Operation, (int)OperationOf(item));
                w.Bytes(Tags.UniqueBatchItemID, ItemId(item));
                w.Begin(Tags.RequestPayload);
                w.Text(Tags.UniqueIdentifier, identifier);
                if (OperationOf(item) == Operation.GetAttributes)
                {
                    w.Text(Tags.AttributeName, AttributeNames.State);
                }

                w.End();
            });
            var (began, failure) = (KmipTelemetry.Begin(), (KmipErrorKind?)null);
            try
            {
                int length = await ExchangeNeedsLockAsync(writer.Written, repeatable: true, ct);
                return ReadBatch(_response.Span[..length], identifiers, sink);
            }
            catch (KmipException e) when (
                e.Kind == KmipErrorKind.Protocol || e is { MayHaveBeenCarriedOut: true, IsTimeOut: false })
            {
                failure = e.Kind;
                await DropConnectionAsync();
                return null;
            }
            catch (KmipException e)
            {
                failure = e.Kind;
                throw Client.Failure.At(Server, "a batch of keys", e);
            }
            catch (OperationCanceledException)
            {
                failure = KmipErrorKind.Transport;
                throw;
            }
            finally
            {
                _response.Clear();
                KmipTelemetry.Ended(began, Server, "GetBatch", failure);
            }
        }
        finally
        {
            _one.Release();
        }
    }

    private KmipException?[]? ReadBatch(ReadOnlySpan<byte> message, IReadOnlyList<string> identifiers, KeyBatchSink sink)
    {
        if (!IsUsual(message, identifiers.Count * 2))
        {
            return null;
        }

        var states = new KmipKeyState?[identifiers.Count];
        var refusals = new KmipException?[identifiers.Count];
        int next = 0;
        foreach (var item in TtlvItem.Parse(message, Tags.ResponseMessage).Children())
        {
            if (item.Tag != Tags.BatchItem)
            {
                continue;
            }

            int number = next++;
            int key = number / 2;
            try
            {
                if (ResponseDecoder.Refused(item) is { } refused)
                {
                    throw refused;
                }

                if (OperationOf(number) == Operation.GetAttributes)
                {
                    states[key] = StateOf(ReadAttributes(item.Need(Tags.ResponsePayload), identifiers[key]));
                }
                else if (refusals[key] is null)
                {
                    sink(key, states[key]!.Value,
                        KeyBlockReader.Material(item.Need(Tags.ResponsePayload), identifiers[key], KeyBits / 8));
                }
            }
            catch (KmipException e)
            {
                // What one item says is about one key.
                var answer = e.Kind == KmipErrorKind.Protocol ? KmipException.Unusable(e.Message) : e;
                refusals[key] ??= Client.Failure.At(Server, OperationOf(number).ToString(), answer);
            }
        }

        // Another object's answer may be one that is out of step: each is asked for by itself.
        return refusals.Any(r => r?.Kind == KmipErrorKind.OtherObject) ? null : refusals;
    }

    /// <summary>Whether the answer has what was asked for: every item, in order, by its ID, of its operation.</summary>
    private static bool IsUsual(ReadOnlySpan<byte> message, int count)
    {
        int next = 0;
        if (ResponseDecoder.Items(message) != count)
        {
            return false;
        }

        foreach (var item in TtlvItem.Parse(message, Tags.ResponseMessage).Children())
        {
            if (item.Tag != Tags.BatchItem)
            {
                continue;
            }

            int number = next++;
            var id = item.Find(Tags.UniqueBatchItemID);
            var operation = item.Find(Tags.Operation);
            if (!id.IsPresent || !id.Bytes().SequenceEqual(ItemId(number))
                || (operation.IsPresent && operation.Enumeration() != (int)OperationOf(number))
                || (!operation.IsPresent && ResponseDecoder.Refused(item) is null))
            {
                return false;
            }
        }

        return true;
    }

    private static KmipKeyState StateOf(IReadOnlyList<KmipAttribute> attributes) =>
        attributes.FirstOrDefault(a => a.Name == AttributeNames.State)?.Number is { } number
            && Enum.IsDefined((KmipKeyState)number)
            ? (KmipKeyState)number
            : throw KmipException.Unusable("the server gives no state for the object");

    private static Operation OperationOf(int item) => item % 2 == 0 ? Operation.GetAttributes : Operation.Get;

    private static byte[] ItemId(int item)
    {
        byte[] id = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(id, item + 1);
        return id;
    }
}
