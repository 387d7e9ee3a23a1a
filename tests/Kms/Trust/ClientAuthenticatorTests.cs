using System.Security.Cryptography.X509Certificates;
using Lorica.Kms.Trust;

namespace Lorica.Kms.Tests.Trust;

public sealed class ClientAuthenticatorTests(KmipPki pki) : IClassFixture<KmipPki>, IDisposable
{
    private const string ClientAuth = "1.3.6.1.5.5.7.3.2";
    private readonly TestFolder _temp = new();
    private readonly KmipPki _pki = pki;

    [Fact]
    public void A_broker_of_the_authority_is_let_in()
    {
        var verdict = Judge(_pki.ClientA);
        Assert.Null(verdict.Refusal);
        Assert.Equal(64, verdict.Identity!.Owner.Length);
        Assert.NotEqual(verdict.Identity.Owner, Judge(_pki.ClientB).Identity!.Owner);
    }

    [Theory]
    [InlineData("CN=x, OU=host")]
    [InlineData("CN=x")]
    [InlineData("CN=x, OU=broker, OU=host")]
    [InlineData("CN=x, OU=Broker")]
    [InlineData("CN=\"x, OU=broker\"")]
    public void Another_organizational_unit_is_not(string subject) =>
        Assert.Contains("organizational unit", Judge(_pki.Issue(subject, ClientAuth)).Refusal, StringComparison.Ordinal);

    [Fact]
    public void A_server_certificate_cannot_act_as_a_client() =>
        Assert.NotNull(Judge(_pki.Issue("CN=x, OU=broker", "1.3.6.1.5.5.7.3.1")).Refusal);

    [Fact]
    public void A_key_that_is_too_weak_is_refused_also_under_a_trusted_authority_and_as_a_pin()
    {
        using var weak = _pki.Issue("CN=x, OU=broker", ClientAuth, bits: 1024);
        Assert.Contains("1024 bits", Judge(weak).Refusal, StringComparison.Ordinal);
        Directory.CreateDirectory(_temp.Path("trust"));
        File.WriteAllText(_temp.Path("weak.pem"), weak.ExportCertificatePem());
        var refused = Assert.Throws<KmsException>(() => new PinnedClients(_temp.Path("trust")).Add(_temp.Path("weak.pem")));
        Assert.Contains("1024 bits", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_certificate_of_another_authority_with_the_same_names_is_not_let_in()
    {
        using var other = new KmipPki();
        Assert.NotNull(Judge(other.ClientA).Refusal);
    }

    [Fact]
    public void A_stranger_is_let_in_once_it_is_pinned_and_no_longer_after_its_removal()
    {
        var vcenter = _pki.SelfSigned("CN=vcenter");
        Directory.CreateDirectory(_temp.Path("trust"));
        var pinned = new PinnedClients(_temp.Path("trust"));
        Assert.NotNull(Judge(vcenter).Refusal);
        File.WriteAllText(_temp.Path("vcenter.pem"), vcenter.ExportCertificatePem());
        pinned.Add(_temp.Path("vcenter.pem")).Dispose();
        Assert.Null(Judge(vcenter).Refusal);
        Assert.Equal(PinnedClients.Fingerprint(vcenter), pinned.Remove(PinnedClients.Fingerprint(vcenter)[..16]));
        Assert.NotNull(Judge(vcenter).Refusal);
    }

    [Fact]
    public void A_file_under_a_foreign_name_in_the_folder_pins_nothing()
    {
        Directory.CreateDirectory(_temp.Path("trust"));
        var one = _pki.SelfSigned("CN=one");
        var two = _pki.SelfSigned("CN=two");
        File.WriteAllText(Path.Combine(_temp.Path("trust"), PinnedClients.Fingerprint(one) + ".pem"), two.ExportCertificatePem());
        Assert.NotNull(Judge(one).Refusal);
        Assert.NotNull(Judge(two).Refusal);
    }

    public void Dispose() => _temp.Dispose();

    private Kmip.KmipClientVerdict Judge(X509Certificate2 certificate) =>
        new ClientAuthenticator(new(_temp.Path("trust")), [_pki.Root], "broker", TimeProvider.System).Judge(certificate, []);
}
