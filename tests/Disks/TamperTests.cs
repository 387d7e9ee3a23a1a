using System.Text.RegularExpressions;
using Lorica.Crypto;

namespace Lorica.Disks.Tests;

/// <summary>
/// Everything that somebody who writes the datastore can do to a descriptor: each has its own reason, nothing changes.
/// </summary>
public sealed class TamperTests : IAsyncLifetime
{
    private readonly TestFolder _folder = new();
    private readonly TestKeks _keks = new();
    private DiskExpectation _recorded = null!;

    public async ValueTask InitializeAsync()
    {
        await Vmdk.CreateAsync(_folder.Folder, "d", TestData.MiB, Provisioning.Thin, null, default);
        _folder.Write("plain", _folder.Bytes("d.vmdk"));
        var result = await DiskJob.EncryptAsync(_folder.Folder, "d", TestKeks.First, _keks[TestKeks.First], 1, null, default);
        _recorded = new DiskExpectation
        {
            Encrypted = true, ObjectId = result.Model.ObjectId, KeyId = TestKeks.First, Kcv = result.Model.Kcv,
            Generation = result.Generation,
        };
        await Vmdk.CreateAsync(_folder.Folder, "other", TestData.MiB, Provisioning.Thin, _keks.Keys(), default);
        Open().Dispose();
    }

    [Fact]
    public void Encryption_lines_stripped()
    {
        _folder.Write("d.vmdk", _folder.Bytes("plain"));
        Refused(DiskErrorKind.WeakerThanRecorded);
    }

    [Theory]
    [InlineData("keyID")]
    [InlineData("encryptionKeys")]
    [InlineData("ddb.iofilters")]
    [InlineData("ddb.objectId")]
    [InlineData("ddb.kekCheck")]
    [InlineData("ddb.seal")]
    public void One_encryption_line_stripped(string key)
    {
        Edit($"(?m)^{Regex.Escape(key)}.*\n", "");
        Refused(DiskErrorKind.WeakerThanRecorded);
        DiskErrors.Expect(DiskErrorKind.Malformed, () => Vmdk.Open(_folder.Folder, "d", null, _keks).Dispose());
    }

    [Fact]
    public void Plain_where_encrypted_is_not_recorded()
    {
        _recorded = new DiskExpectation { Encrypted = false };
        Refused(DiskErrorKind.DiffersFromRecord);
    }

    [Fact]
    public void Descriptor_of_another_disk_copied_over()
    {
        _folder.Write("d.vmdk", _folder.Text("other.vmdk").Replace("other-flat", "d-flat"));
        var e = Refused(DiskErrorKind.ForeignBundle);
        Assert.Contains(_recorded.ObjectId.ToString()!, e.Message);
        Assert.Contains(Vmdk.ReadModel(_folder.Folder, "other").ObjectId.ToString()!, e.Message);
    }

    [Fact]
    public void Descriptor_of_another_disk_copied_over_with_its_data_file_name()
    {
        _folder.Write("d.vmdk", _folder.Text("other.vmdk"));
        Refused(DiskErrorKind.ForeignBundle);
    }

    [Fact]
    public void Bundle_of_another_disk_pasted_in()
    {
        string other = Vmdk.ReadModel(_folder.Folder, "other").Bundle!;
        Edit("encryptionKeys=\"[^\"]*\"", $"encryptionKeys=\"{other}\"");
        Refused(DiskErrorKind.ForeignBundle);
    }

    [Fact]
    public void Bundle_edited()
    {
        // A letter that is no hex digit is a digit of base64 itself, not part of an escape.
        Edit("(AES%2d256%2dGCM,.{40}.*?)([G-Z])", m => m.Groups[1].Value + (m.Groups[2].Value == "Q" ? "R" : "Q"));
        Refused(DiskErrorKind.BundleEdited);
    }

    [Theory]
    [InlineData("ddb.geometry.heads = \"255\"", "ddb.geometry.heads = \"16\"")]
    [InlineData("ddb.thinProvisioned = \"1\"", "ddb.thinProvisioned = \"0\"")]
    [InlineData("# Disk DescriptorFile\n", "# Disk DescriptorFile\n\n")]
    [InlineData("ddb.iofilters", "ddb.new = \"1\"\nddb.iofilters")]
    public void Any_other_line_edited(string from, string to)
    {
        Edit(Regex.Escape(from), to);
        Refused(DiskErrorKind.SealBroken);
    }

    [Fact]
    public void Check_value_line_edited()
    {
        Edit("ddb.kekCheck = \"[^\"]*\"", "ddb.kekCheck = \"0000000000000000\"");
        Refused(DiskErrorKind.SealBroken);
    }

    [Fact]
    public void Transition_line_added()
    {
        Edit("ddb.seal", "ddb.transition = \"decrypt:1:journal:.d.transition\"\nddb.seal");
        Refused(DiskErrorKind.SealBroken);
    }

    [Fact]
    public void Lines_after_the_seal()
    {
        _folder.Write("d.vmdk", _folder.Text("d.vmdk") + "ddb.comment = \"x\"\n");
        Refused(DiskErrorKind.Malformed);
    }

    [Fact]
    public void A_key_twice()
    {
        Edit("ddb.seal", "DDB.OBJECTID = \"x\"\nddb.seal");
        Refused(DiskErrorKind.Malformed);
    }

    [Fact]
    public async Task An_older_descriptor_put_back()
    {
        byte[] old = _folder.Bytes("d.vmdk");
        ShallowRecrypt.AddPair(_folder.Folder, "d", _keks[TestKeks.First], TestKeks.Second, _keks[TestKeks.Second]);
        long generation = ShallowRecrypt.DropPair(_folder.Folder, "d", TestKeks.First, _keks[TestKeks.Second]);
        _recorded = _recorded with
        {
            KeyId = TestKeks.Second,
            Kcv = KeyCheckValue.Compute(_keks[TestKeks.Second]),
            Generation = generation,
        };
        Open().Dispose();
        _folder.Write("d.vmdk", old);
        Refused(DiskErrorKind.OlderThanKnown);
        _keks.Lose(TestKeks.First);
        Refused(DiskErrorKind.WrongKey);
        await Task.CompletedTask;
    }

    [Fact]
    public void The_same_key_but_an_older_generation()
    {
        _recorded = _recorded with { Generation = _recorded.Generation + 1 };
        Refused(DiskErrorKind.OlderThanKnown);
    }

    [Fact]
    public void Another_key_under_the_known_name()
    {
        _keks.Replace(TestKeks.First, 0x77);
        Refused(DiskErrorKind.WrongKey);
    }

    [Fact]
    public void The_key_is_not_here()
    {
        _keks.Lose(TestKeks.First);
        var e = Refused(DiskErrorKind.KeyNotFound);
        Assert.Contains("a required key was not found", e.Message);
    }

    [Fact]
    public void Another_filter()
    {
        Edit("lorica-crypt", "vmwarevmcrypt");
        Refused(DiskErrorKind.Unsupported);
    }

    [Theory]
    [InlineData("../../etc/passwd")]
    [InlineData("/etc/passwd")]
    [InlineData("other-flat.vmdk")]
    public void Another_data_file_named(string file)
    {
        Edit("\"d-flat.vmdk\"", $"\"{file}\"");
        Refused(DiskErrorKind.EscapesFolder);
    }

    [Fact]
    public void Data_file_replaced_by_a_link()
    {
        File.Move(_folder.Path("d-flat.vmdk"), _folder.Path("moved"));
        File.CreateSymbolicLink(_folder.Path("d-flat.vmdk"), _folder.Path("moved"));
        Refused(DiskErrorKind.EscapesFolder);
    }

    [Fact]
    public void Descriptor_replaced_by_a_link()
    {
        File.Move(_folder.Path("d.vmdk"), _folder.Path("moved"));
        File.CreateSymbolicLink(_folder.Path("d.vmdk"), _folder.Path("moved"));
        Refused(DiskErrorKind.EscapesFolder);
    }

    [Fact]
    public void Data_file_cut()
    {
        using (var file = new FileStream(_folder.Path("d-flat.vmdk"), FileMode.Open))
            file.SetLength(TestData.MiB - 512);
        Refused(DiskErrorKind.Malformed);
    }

    [Fact]
    public void A_parent_named()
    {
        Edit("parentCID=ffffffff", "parentCID=12345678");
        Refused(DiskErrorKind.HasParent);
    }

    [Fact]
    public void Data_file_missing()
    {
        File.Delete(_folder.Path("d-flat.vmdk"));
        Refused(DiskErrorKind.NotFound);
    }

    [Fact]
    public void A_descriptor_that_is_a_pipe_does_not_block()
    {
        File.Delete(_folder.Path("d.vmdk"));
        Tool.Output("mkfifo", _folder.Path("d.vmdk"));
        Refused(DiskErrorKind.NotADisk);
    }

    [Fact]
    public void A_descriptor_of_a_megabyte()
    {
        _folder.Write("d.vmdk", _folder.Text("d.vmdk") + new string('#', TestData.MiB));
        Refused(DiskErrorKind.TooLarge);
    }

    public ValueTask DisposeAsync()
    {
        _keks.Dispose();
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    private OpenedDisk Open() => Vmdk.Open(_folder.Folder, "d", _recorded, _keks);

    private DiskException Refused(DiskErrorKind kind)
    {
        var e = DiskErrors.Expect(kind, () => Open().Dispose());

        // Not kept locked by the refusal.
        DiskLock.TakeExclusive(_folder.Folder, "d").Dispose();
        return e;
    }

    private void Edit(string pattern, string replacement) => Edit(pattern, _ => replacement);

    private void Edit(string pattern, MatchEvaluator replacement)
    {
        string before = _folder.Text("d.vmdk");
        string after = Regex.Replace(before, pattern, replacement);
        Assert.NotEqual(before, after);
        _folder.Write("d.vmdk", after);
    }
}
