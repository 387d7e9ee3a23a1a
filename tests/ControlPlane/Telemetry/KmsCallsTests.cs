using Grpc.Core;
using Lorica.Contracts.Telemetry;

namespace Lorica.ControlPlane.Tests.Telemetry;

/// <summary>What the broker tells of its requests to key servers.</summary>
public sealed class KmsCallsTests
{
    [Fact]
    public void What_is_told_is_read_again_and_fits_into_a_trailer_of_ASCII()
    {
        KmsCall[] calls = [new("kms1.example:5696", "Create", "ok", 0.0123), new("[::1]:5696", "GetBatch", "transport", 10),
            new("größe, x:1", "Get", "refused", 0)];
        string text = KmsCalls.Encode(calls);
        Assert.True(text.All(c => c is >= ' ' and <= '~'), text);
        Assert.Equal(calls, KmsCalls.Decode(text));
        _ = new Metadata { { KmsCalls.Trailer, text } };
    }

    [Fact]
    public void No_more_is_told_or_read_than_there_may_be()
    {
        var many = Enumerable.Repeat(new KmsCall("kms1:5696", "Get", "ok", 0.001), KmsCalls.Maximum + 50).ToList();
        Assert.Equal(KmsCalls.Maximum, KmsCalls.Decode(KmsCalls.Encode(many)).Count);
        Assert.Equal(KmsCalls.Maximum, KmsCalls.Decode(string.Join(',', Enumerable.Repeat("a:1 Get ok 1", 3000))).Count);
        Assert.Empty(KmsCalls.Decode(new string('a', 1 << 20)));
    }

    [Theory]
    [InlineData("")]
    [InlineData(",,,")]
    [InlineData("kms1:5696 Get ok")]
    [InlineData("kms1:5696 Get ok NaN")]
    [InlineData("kms1:5696 Get ok -1")]
    [InlineData("kms1:5696 Get ok 1e9")]
    [InlineData("kms1:5696 Get unheardOf 1")]
    [InlineData("kms1:5696 Ge\"t ok 1")]
    [InlineData("kms1:5696 Get ok 99999999999")]
    public void What_is_not_as_it_should_be_is_left_out(string text)
    {
        Assert.Empty(KmsCalls.Decode(text));
        Assert.Single(KmsCalls.Decode(text + ",kms1:5696 Get ok 1"));
    }
}
