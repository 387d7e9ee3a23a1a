using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Lorica.Crypto;
using Lorica.Disks;
using Lorica.SystemTests.Support;

namespace Lorica.SystemTests;

/// <summary>
/// Whoever can write the datastore is an attacker: what he does to the files is named, and nothing is changed by the refusal.
/// </summary>
public sealed partial class TamperedFilesTests : IAsyncLifetime
{
    private static readonly string[][] Operations =
        [["vm", "power", "on", "web"], ["vm", "recrypt", "web", "--shallow"],
            ["vm", "policy", "set", "web", "Datastore Default"]];

    private LoricaUp _up = null!;

    private string Web => Path.Combine(_up.Datastore, "web");

    private string Other => Path.Combine(_up.Datastore, "other");

    public async ValueTask InitializeAsync()
    {
        _up = await LoricaUp.StartAsync();
        await _up.AddEmbeddedKmsAsync();
        foreach (string name in (string[])["web", "other"])
            await _up.JsonAsync("vm", "create", name, "--size", "16M", "--policy", "VM Encryption Policy");
    }

    public ValueTask DisposeAsync() => _up.DisposeAsync();

    [Fact]
    public async Task Each_edit_is_refused_under_its_own_name_and_nothing_changes()
    {
        // An older descriptor, from before a recrypt, kept for later.
        string old = await File.ReadAllTextAsync(Path.Combine(Web, "web.vmdk"));
        await _up.JsonAsync("vm", "recrypt", "web", "--shallow");

        string older = await OlderAsync(Path.Combine(Web, "web.vmdk"));

        await CaseAsync("bundleEdited", "web.vmdk", text => EditBundle(text, "encryptionKeys"));
        await CaseAsync(
            "foreignBundle", "web.vmdk", text =>
                Splice(text, Path.Combine(Other, "other.vmdk"), "encryptionKeys", "keyID", "ddb.kekCheck"));
        await CaseAsync(
            "foreign", "web.vmdk", _ =>
                File.ReadAllText(Path.Combine(Other, "other.vmdk")).Replace("other-flat", "web-flat", StringComparison.Ordinal));
        await CaseAsync("weakerThanRecorded", "web.vmdk", text => Lines(text, l => !EncryptionLine().IsMatch(l)));
        await CaseAsync("names key", "web.vmdk", _ => old);
        await CaseAsync("olderThanKnown", "web.vmdk", _ => older);
        await CaseAsync(
            "sealBroken", "web.vmdk", text =>
                text.Replace("ddb.iofilters", "ddb.uuid = \"x\"\nddb.iofilters", StringComparison.Ordinal));
        await CaseAsync(
            "sealBroken", "web.vmx", text =>
                Regex.Replace(text, "memsize = \"[0-9]+\"", "memsize = \"4096\"", RegexOptions.IgnoreCase));
        await CaseAsync(
            "weakerThanRecorded", "web.vmx", text => Lines(text, l => !l.StartsWith("encryption.", StringComparison.Ordinal)));
        await CaseAsync("bundleEdited", "web.vmx", text => EditBundle(text, "encryption.bundle"));

        await _up.JsonAsync("vm", "power", "on", "web");
        await _up.JsonAsync("vm", "power", "off", "web", "--hard");
    }

    [Fact]
    public async Task A_disk_in_use_is_not_opened_twice()
    {
        await _up.JsonAsync("vm", "power", "on", "web");
        using (var folder = DiskFolder.Open(Web))
        {
            var refused = Assert.Throws<DiskException>(() => DiskLock.TakeExclusive(folder, "web"));
            Assert.Equal(DiskErrorKind.InUse, refused.Kind);
        }

        await _up.RefusedAsync("powered on", "vm", "power", "on", "web");
        await _up.JsonAsync("vm", "power", "off", "web", "--hard");
    }

    [Fact]
    public async Task A_file_with_two_names_is_not_encrypted_in_place()
    {
        await _up.JsonAsync("vm", "create", "linked", "--size", "16M");
        string flat = Path.Combine(_up.Datastore, "linked/linked-flat.vmdk");
        await Tool.OutputAsync("/bin/ln", flat, flat + ".second");
        await _up.RefusedAsync("linked-flat.vmdk", "vm", "policy", "set", "linked", "VM Encryption Policy");
        File.Delete(flat + ".second");
    }

    private async Task CaseAsync(string reason, string file, Func<string, string> edit)
    {
        string path = Path.Combine(Web, file);
        string before = await File.ReadAllTextAsync(path);
        string edited = edit(before);
        Assert.NotEqual(before, edited);
        await File.WriteAllTextAsync(path, edited);
        var snapshot = Files.Snapshot(_up.Datastore);
        foreach (string[] operation in Operations)
        {
            var refused = await _up.RunAsync(operation);
            Assert.True(refused.ExitCode != 0, $"{file} edited ({reason}) was accepted by {string.Join(' ', operation)}");
            Assert.Contains(reason, refused.Error + refused.Output, StringComparison.OrdinalIgnoreCase);
            Assert.Equal(snapshot, Files.Snapshot(_up.Datastore));
        }

        var status = await _up.JsonAsync("vm", "power", "status", "web");
        Assert.Contains("poweredOff", status.ToJsonString(), StringComparison.Ordinal);
        await File.WriteAllTextAsync(path, before);
    }

    /// <summary>
    /// The descriptor as it was one generation before under the very same key: made with the keys, as a copy of then would be.
    /// </summary>
    private async Task<string> OlderAsync(string descriptor)
    {
        using var kek = await Keys.FetchKekAsync(_up, descriptor, "kms1");
        using var now = Keys.OpenBundle(descriptor, kek);
        var before = new BundleContents
        {
            ObjectId = now.ObjectId, Generation = now.Generation - 1, Zero = now.Zero, Key = now.Key,
        };
        string bundle = Bundle.Seal(BundleKind.Disk, Keys.Model(descriptor).Key!.Value, kek, before);
        string text = string.Concat((await File.ReadAllTextAsync(descriptor)).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Where(l => !l.StartsWith("ddb.seal", StringComparison.Ordinal))
            .Select(l => (l.StartsWith("encryptionKeys", StringComparison.Ordinal) ? $"encryptionKeys=\"{bundle}\"" : l) + "\n"));
        byte[] sealKey = HKDF.DeriveKey(
            HashAlgorithmName.SHA256, now.Key!.Span.ToArray(), 32, info: "lorica-descriptor-seal-v1"u8.ToArray());
        return $"{text}ddb.seal = \"{Convert.ToBase64String(HMACSHA256.HashData(sealKey, Encoding.UTF8.GetBytes(text)))}\"\n";
    }

    private static string Lines(string text, Func<string, bool> keep) => string.Join('\n', text.Split('\n').Where(keep));

    /// <summary>Changes one digit of the sealed payload, which is the last part of the locator.</summary>
    private static string EditBundle(string text, string name) => string.Join('\n', text.Split('\n').Select(line =>
    {
        if (!line.StartsWith(name, StringComparison.Ordinal))
            return line;
        int at = line.LastIndexOf("))", StringComparison.Ordinal) - 8;
        while (!char.IsAsciiLetter(line[at]) || line[at - 1] == '%' || line[at - 2] == '%')
            at--;
        return line[..at] + (line[at] == 'A' ? 'B' : 'A') + line[(at + 1)..];
    }));

    private static string Splice(string text, string from, params string[] names)
    {
        string[] donor = File.ReadAllLines(from);
        return string.Join('\n', text.Split('\n').Select(line =>
            names.FirstOrDefault(n => line.StartsWith(n, StringComparison.Ordinal)) is { } name
                ? donor.First(d => d.StartsWith(name, StringComparison.Ordinal)) : line));
    }

    [GeneratedRegex("^(keyID|encryptionKeys|ddb\\.iofilters|ddb\\.objectId|ddb\\.kekCheck|ddb\\.seal)")]
    private static partial Regex EncryptionLine();
}
