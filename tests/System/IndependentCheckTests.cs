using Lorica.SystemTests.Support;

namespace Lorica.SystemTests;

/// <summary>
/// An outsider who has the documents, the KEK and the files can read a disk: nothing is our secret but the key.
/// </summary>
public sealed class IndependentCheckTests
{
    [Fact]
    public async Task A_python_program_with_py_kmip_and_cryptography_decrypts_the_disk()
    {
        await using var up = await LoricaUp.StartAsync();
        await up.AddEmbeddedKmsAsync();
        string image = await GuestImage.PathAsync();
        await up.JsonAsync("vm", "import", "web", "--disk", image);
        await up.JsonAsync("vm", "policy", "set", "web", "VM Encryption Policy");
        var ports = System.Text.Json.Nodes.JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(up.State, "up.json")))!;
        string pki = Path.Combine(up.State, "broker/pki");
        string decrypted = Path.Combine(up.Folder, "decrypted.img");
        string said = await Tool.OutputAsync("/usr/bin/python3", "-W", "ignore", Layout.Data("decrypt-disk.py"),
            Path.Combine(up.Datastore, "web/web.vmdk"), decrypted,
            "127.0.0.1", ports["kmsPort"]!.GetValue<int>().ToString(), Path.Combine(pki, "node.crt"),
            Path.Combine(pki, "node.key"), Path.Combine(pki, "ca.crt"));
        Assert.Contains("seal ok", said, StringComparison.Ordinal);
        Assert.Equal(Files.Sha256(image), Files.Sha256(decrypted));
        string vmx = await Tool.OutputAsync("/usr/bin/python3", "-W", "ignore", Layout.Data("decrypt-disk.py"),
            Path.Combine(up.Datastore, "web/web.vmx"), "-",
            "127.0.0.1", ports["kmsPort"]!.GetValue<int>().ToString(), Path.Combine(pki, "node.crt"),
            Path.Combine(pki, "node.key"), Path.Combine(pki, "ca.crt"));
        Assert.Contains("seal ok", vmx, StringComparison.Ordinal);
    }
}
