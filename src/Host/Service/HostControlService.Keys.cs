using Grpc.Core;
using Lorica.Contracts;
using Lorica.Contracts.Faults;
using Lorica.Contracts.Host;
using Lorica.Host.Keys;
using Lorica.Host.Refusals;

namespace Lorica.Host.Service;

/// <summary>Keys.</summary>
internal sealed partial class HostControlService
{
    private const int MaximumKeys = 1024;

    public override Task<AddKeysReply> AddKeys(AddKeysRequest request, ServerCallContext context)
    {
        if (request.Keys.Count > MaximumKeys)
            throw Refuse.Argument("keys", $"At most {MaximumKeys} keys are taken at once.");
        var reply = new AddKeysReply();
        foreach (var delivery in request.Keys)
        {
            var added = new AddedKey { Key = delivery.Key ?? new KeyRef() };
            try
            {
                added.Kcv = node.Receiver.Receive(delivery);
                node.Log.KeyAdded(added.Key.Provider, added.Key.KeyId, added.Kcv, delivery.Operation);
            }
            catch (Exception e) when (FaultMap.Find(e, added.Key.ToId().ToString()) is { } fault)
            {
                added.Fault = FaultCodec.ToMessage(fault);
                node.Log.KeyRefused(added.Key.Provider, added.Key.KeyId, fault.Key, fault.Message);
            }

            reply.Keys.Add(added);
        }

        return Task.FromResult(reply);
    }

    public override Task<RemoveKeysReply> RemoveKeys(RemoveKeysRequest request, ServerCallContext context)
    {
        var reply = new RemoveKeysReply();
        foreach (var key in request.Keys)
        {
            if (node.Keys.Remove(key.ToId()) is not false)
            {
                reply.Removed.Add(key);
                node.Log.KeyRemoved(key.Provider, key.KeyId);
            }
            else
            {
                reply.Pinned.Add(key);
                node.Log.KeyPinned(key.Provider, key.KeyId);
            }
        }

        return Task.FromResult(reply);
    }
}
