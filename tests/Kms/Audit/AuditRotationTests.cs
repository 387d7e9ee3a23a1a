using Lorica.Kmip;
using Lorica.Kms.Audit;
using Lorica.Kms.Configs;

namespace Lorica.Kms.Tests.Audit;

/// <summary>One audit over several files.</summary>
public sealed class AuditRotationTests : IDisposable
{
    private static readonly AuditLimits Small = new(1000, 0);

    private readonly TestFolder _temp = new();

    private string Current => _temp.Path("audit.log");

    [Fact]
    public void The_chain_goes_on_over_the_files_and_over_restarts()
    {
        Write(Small, 20);
        Write(Small, 20);
        var check = AuditReader.Check(Current);
        Assert.True(check.Files > 3);
        Assert.Equal((40 + check.Files - 1, null), (check.Lines, check.Broken));
        Assert.Empty(check.Missing);
        Assert.Equal(40, Lines().Count(l => l.Contains("\"Create\"", StringComparison.Ordinal)));
        Assert.Equal("owner", Assert.Single(AuditReader.LastSeen(Current)).Owner);
        Assert.All(Files(), f => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(f)));
    }

    [Fact]
    public void A_file_that_is_taken_away_is_named()
    {
        Write(Small, 40);
        File.Delete(_temp.Path("audit-0000000002.log"));
        var check = AuditReader.Check(Current);
        Assert.Null(check.Broken);
        Assert.Equal(["audit-0000000002.log"], check.Missing);
        File.Delete(_temp.Path("audit-0000000001.log"));
        Assert.Equal(["audit-0000000001.log", "audit-0000000002.log"], AuditReader.Check(Current).Missing);
        File.Delete(Current);
        Assert.Contains("audit.log", AuditReader.Check(Current).Missing);
    }

    [Fact]
    public void Lines_cut_from_the_end_of_a_closed_file_break_the_chain()
    {
        Write(Small, 40);
        string second = _temp.Path("audit-0000000002.log");
        string[] lines = File.ReadAllLines(second);
        File.WriteAllLines(second, lines[..^1]);
        var check = AuditReader.Check(Current);
        Assert.Equal("audit-0000000003.log", check.BrokenIn);
        Assert.NotNull(check.Broken);
    }

    [Fact]
    public void Files_that_are_too_many_are_removed_and_the_audit_says_so()
    {
        Write(new(1000, 2), 60);
        var check = AuditReader.Check(Current);
        Assert.Equal(3, check.Files);
        Assert.True(check.RemovedUpTo > 2);
        Assert.Null(check.Broken);
        Assert.Empty(check.Missing);
    }

    [Theory]
    [InlineData("2 made")]
    [InlineData("3 closed")]
    [InlineData("4 switched")]
    public void A_rotation_cut_after_any_step_loses_no_line_and_the_chain_goes_on(string cutAfter)
    {
        int told = 0;
        using (var log = AuditLog.Open(Current, TimeProvider.System, Small, afterStep: s => Cut(s == cutAfter)))
        {
            // The line that fills the file is durable before anything else is done.
            void Fill()
            {
                while (told < 100)
                {
                    told++;
                    log.Write(Event());
                }
            }

            Assert.Throws<InvalidOperationException>(Fill);
        }

        Write(Small, 10);
        var check = AuditReader.Check(Current);
        Assert.Null(check.Broken);
        Assert.Empty(check.Missing);
        Assert.Equal(told + 10, Lines().Count(l => l.Contains("\"Create\"", StringComparison.Ordinal)));
        Assert.False(File.Exists(Current + ".tmp"));
    }

    [Theory]
    [InlineData("2 made")]
    [InlineData("3 closed")]
    public void A_rotation_that_fails_is_a_warning_and_the_lines_go_on(string failAt)
    {
        var warnings = new List<string>();
        bool failing = true;
        using (var log = AuditLog.Open(Current, TimeProvider.System, Small, warnings.Add, s => Fail(failing && s == failAt)))
        {
            for (int i = 0; i < 10; i++)
            {
                log.Write(Event());
            }

            Assert.NotEmpty(warnings);
            failing = false;
            for (int i = 0; i < 10; i++)
            {
                log.Write(Event());
            }
        }

        var check = AuditReader.Check(Current);
        Assert.Null(check.Broken);
        Assert.Empty(check.Missing);
        Assert.True(check.Files > 1);
        Assert.Equal(20, Lines().Count(l => l.Contains("\"Create\"", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Many_writers_rotate_without_losing_a_line()
    {
        using (var log = AuditLog.Open(Current, TimeProvider.System, new(4000, 0)))
        {
            await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() =>
            {
                for (int i = 0; i < 50; i++)
                {
                    log.Write(Event());
                }
            })));
        }

        var check = AuditReader.Check(Current);
        Assert.Equal((400 + check.Files - 1, null), (check.Lines, check.Broken));
        Assert.Empty(check.Missing);
    }

    [Theory]
    [InlineData("\"auditFileBytes\": 1000")]
    [InlineData("\"auditFilesKept\": -1")]
    public void Limits_that_make_no_sense_are_refused(string setting)
    {
        File.WriteAllText(_temp.Path("kms.json"), $$"""{"listen":"127.0.0.1:0","stateFolder":".",{{setting}}}""");
        var e = Assert.Throws<KmsException>(() => KmsConfigFile.Read(_temp.Path("kms.json")));
        Assert.Contains("auditFileBytes", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void By_default_a_file_has_64_MiB_and_all_are_kept()
    {
        File.WriteAllText(_temp.Path("kms.json"), """{"listen":"127.0.0.1:0","stateFolder":"."}""");
        var config = KmsConfigFile.Read(_temp.Path("kms.json"));
        Assert.Equal((64L << 20, 0), (config.AuditFileBytes, config.AuditFilesKept));
    }

    public void Dispose() => _temp.Dispose();

    private void Write(AuditLimits limits, int lines)
    {
        using var log = AuditLog.Open(Current, TimeProvider.System, limits);
        for (int i = 0; i < lines; i++)
        {
            log.Write(Event());
        }
    }

    private IEnumerable<string> Files() => Directory.EnumerateFiles(_temp.Root, "audit*");

    private IEnumerable<string> Lines() => Files().SelectMany(File.ReadAllLines);

    private static void Cut(bool now)
    {
        if (now)
        {
            throw new InvalidOperationException("cut");
        }
    }

    private static void Fail(bool now)
    {
        if (now)
        {
            throw new IOException("No space left on device");
        }
    }

    private static KmipAuditEvent Event() =>
        new(DateTimeOffset.UnixEpoch, new("owner", "CN=a"), "127.0.0.1:1", "Create", "id", null, "");
}
