using Lorica.Kms.Configs;

namespace Lorica.Kms.Tests.Configs;

public sealed class KmsConfigFileTests : IDisposable
{
    private readonly TestFolder _temp = new();

    [Fact]
    public void What_is_left_out_has_its_default()
    {
        var config = Read("""{"listen":"127.0.0.1:1","stateFolder":"s"}""");
        Assert.Equal(_temp.Path("s"), config.StateFolder);
        Assert.Equal(_temp.Path("s/server.crt"), config.Certificate);
        Assert.Equal(_temp.Path("s/server.key"), config.Key);
        Assert.Equal(_temp.Path("s/trust"), config.PinnedClientsFolder);
        Assert.Empty(config.TrustedClientCa);
        Assert.True(config.UniqueNames);
        Assert.Equal((256, 64), (config.MaximumConnections, config.MaximumConnectionsPerClient));
    }

    [Fact]
    public void The_centers_ca_stands_for_its_brokers()
    {
        var config = Read("""{"listen":"127.0.0.1:1","stateFolder":"s","ca":"pki/ca.crt"}""");
        Assert.Equal([_temp.Path("pki/ca.crt")], config.TrustedClientCa);
        Assert.Equal("broker", config.RequiredClientOrganizationalUnit);
    }

    [Theory]
    [InlineData("""{"listen":"127.0.0.1:1","stateFolder":"s","ca":"a","trustedClientCa":["b"]}""")]
    [InlineData("""{"listen":"127.0.0.1:1","stateFolder":"s","ca":"a","requiredClientOrganizationalUnit":"host"}""")]
    [InlineData("""{"listen":"127.0.0.1","stateFolder":"s"}""")]
    [InlineData("""{"listen":"127.0.0.1:1","stateFolder":"s","maximumConnections":0}""")]
    public void What_cannot_be_is_refused(string json) =>
        Assert.Equal(KmsErrorKind.Configuration, Assert.Throws<KmsException>(() => Read(json)).Kind);

    public void Dispose() => _temp.Dispose();

    private KmsConfig Read(string json)
    {
        File.WriteAllText(_temp.Path("kms.json"), json);
        return KmsConfigFile.Read(_temp.Path("kms.json"));
    }
}
