using Grpc.Core;
using Lorica.Contracts;
using Lorica.Contracts.Faults;
using Lorica.Contracts.Host;

namespace Lorica.ControlPlane.Tests.Support;

/// <summary>Encryption mode. A fake host begins in it, without a host key, so that tests of other things need none.</summary>
internal sealed partial class FakeHost
{
    public string CryptoMode { get; set; } = "safe";

    public KeyRef? HostKey { get; set; }

    public override Task<HostDescription> PrepareCrypto(PrepareCryptoRequest request, ServerCallContext context)
    {
        if (CryptoMode != "incapable")
        {
            throw FaultCodec.ToRpc(new Fault(FaultTypes.InvalidState, "lorica.cryptoMode", "host", $"The host is {CryptoMode}."));
        }

        CryptoMode = "prepared";
        return Describe(new DescribeHostRequest(), context);
    }

    public override Task<HostDescription> EnableCrypto(EnableCryptoRequest request, ServerCallContext context)
    {
        if (CryptoMode == "incapable" || !Keys.TryGetValue(Name(request.Key), out string? kcv) || kcv != request.Kcv)
        {
            throw FaultCodec.ToRpc(new Fault(
                FaultTypes.InvalidState, "lorica.cryptoMode", "host", "not prepared, or no such key"));
        }

        (CryptoMode, HostKey) = ("safe", request.Key);
        return Describe(new DescribeHostRequest(), context);
    }

    public override Task<HostDescription> DisableCrypto(DisableCryptoRequest request, ServerCallContext context)
    {
        CryptoMode = "pendingIncapable";
        return Describe(new DescribeHostRequest(), context);
    }
}
