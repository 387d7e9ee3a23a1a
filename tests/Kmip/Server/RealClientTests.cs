using Lorica.Kmip.Tests.Codec;

namespace Lorica.Kmip.Tests.Server;

/// <summary>Requests that real programs sent, given to our server: none may be found malformed.</summary>
public sealed class RealClientTests
{
    /// <summary>
    /// Refused on purpose: what the message asks for cannot be, or is a kind of object this server does not take.
    /// </summary>
    private static readonly string[] Refused =
    [
        "kmip_10_use_case_3_1_basic_functionality.rs:53", "use case 03140", "use case 0821", // templates, public keys
        "create-bad-length", "create-no-length", "batch-count-too-high",
    ];

    [Fact]
    public void What_real_clients_send_is_understood()
    {
        var misunderstood = new List<string>();
        int answered = 0;
        foreach (var vector in Vectors.All.Where(
            v => v is { Kind: "message", Direction: "request", IsOne: true, Derived: false }))
        {
            if (Array.Exists(Refused, r => vector.Name.Contains(r, StringComparison.Ordinal)))
            {
                continue;
            }

            var asker = new Asker();
            foreach (var item in asker.Send(vector.Bytes))
            {
                answered++;
                if (item.Reason is KmipResultReason.InvalidMessage or KmipResultReason.InvalidField
                    or KmipResultReason.GeneralFailure or KmipResultReason.PermissionDenied)
                {
                    misunderstood.Add($"{vector.Name} | {vector.Source} | {item.Operation} | {item.Reason}: {item.Message}");
                }
            }
        }

        Assert.True(answered > 300, $"{answered}");
        Assert.True(misunderstood.Count == 0, string.Join('\n', misunderstood));
    }
}
