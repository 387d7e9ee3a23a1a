using Grpc.Core;
using Lorica.Contracts.Host;
using Lorica.Host.Keys;
using Lorica.Host.Refusals;

namespace Lorica.Host.Service;

/// <summary>Encryption mode.</summary>
internal sealed partial class HostControlService
{
    private const int MaximumName = 1024;

    public override Task<HostDescription> PrepareCrypto(PrepareCryptoRequest request, ServerCallContext context)
    {
        node.Crypto.Prepare();
        return Changed();
    }

    public override Task<HostDescription> EnableCrypto(EnableCryptoRequest request, ServerCallContext context)
    {
        if (request.Key is not { Provider.Length: > 0 and <= MaximumName, KeyId.Length: > 0 and <= MaximumName }
            || request.Kcv.Length != 16)
        {
            throw Refuse.Argument("EnableCrypto", "The host key is named by its provider, its identifier and its check value.");
        }

        node.Crypto.Enable(request.Key.ToId(), request.Kcv);
        return Changed();
    }

    public override Task<HostDescription> DisableCrypto(DisableCryptoRequest request, ServerCallContext context)
    {
        node.Crypto.Disable();
        return Changed();
    }

    private Task<HostDescription> Changed()
    {
        node.Log.CryptoModeChanged(node.Crypto.Mode.Name(), node.Crypto.Key?.ToString() ?? "none");
        return Task.FromResult(node.Describe());
    }
}
