using Lorica.Kmip;
using Lorica.Kms.Audit;

namespace Lorica.Kms.Tests.Audit;

public sealed class AuditLogTests : IDisposable
{
    private readonly TestFolder _temp = new();

    [Fact]
    public void The_chain_goes_on_over_a_restart()
    {
        Write("Create", "Get");
        Write("Destroy");
        Assert.Equal((3, null), AuditLog.Verify(_temp.Path("log")));
    }

    [Fact]
    public void A_changed_or_missing_line_breaks_the_chain()
    {
        Write("Create", "Get", "Destroy");
        string[] lines = File.ReadAllLines(_temp.Path("log"));
        File.WriteAllLines(_temp.Path("log"), [lines[0], lines[1].Replace("Get", "Xet", StringComparison.Ordinal), lines[2]]);
        Assert.Equal(2, AuditLog.Verify(_temp.Path("log")).Broken);
        File.WriteAllLines(_temp.Path("log"), [lines[0], lines[2]]);
        Assert.Equal(2, AuditLog.Verify(_temp.Path("log")).Broken);
    }

    [Fact]
    public void A_line_cut_short_is_removed_and_the_removal_is_written()
    {
        Write("Create", "Get");
        byte[] bytes = File.ReadAllBytes(_temp.Path("log"));
        File.WriteAllBytes(_temp.Path("log"), bytes[..^7]);
        Write("Destroy");
        var (lines, broken) = AuditLog.Verify(_temp.Path("log"));
        Assert.Null(broken);
        Assert.Equal(3, lines);
        Assert.Contains("Recover", File.ReadAllText(_temp.Path("log")), StringComparison.Ordinal);
    }

    [Fact]
    public void Foreign_text_cannot_forge_a_line()
    {
        Write("Get\n0000 {}", "Get");
        Assert.Equal((2, null), AuditLog.Verify(_temp.Path("log")));
        using (var log = AuditLog.Open(_temp.Path("log"), TimeProvider.System))
        {
            log.Write(Event("Get") with { UniqueIdentifier = "a\r\nb\u2028c\u001b[31m", Client = new("o", "CN=x\ny") });
        }

        Assert.Equal((3, null), AuditLog.Verify(_temp.Path("log")));
    }

    [Fact]
    public void Who_hammers_the_port_does_not_fill_the_disk()
    {
        using (var log = AuditLog.Open(_temp.Path("log"), TimeProvider.System))
        {
            var refused = Event("Connect") with
            {
                Time = DateTimeOffset.UnixEpoch,
                Reason = KmipResultReason.AuthenticationNotSuccessful,
            };
            for (int i = 0; i < 1000; i++)
            {
                log.Write(refused);
            }

            log.Write(refused with { Time = DateTimeOffset.UnixEpoch.AddMinutes(1) });
        }

        Assert.Equal((62, null), AuditLog.Verify(_temp.Path("log")));
    }

    [Fact]
    public void A_line_that_a_full_disk_cuts_is_taken_back_and_the_chain_goes_on()
    {
        var file = new FillingFile(_temp.Path("log"));
        using (var log = AuditLog.Open(file, TimeProvider.System))
        {
            log.Write(Event("Create"));
            file.Full = true;
            Assert.Throws<IOException>(() => log.Write(Event("Destroy")));
            Assert.Throws<IOException>(() => log.Write(Event("Get")));
            Assert.Equal((1, null), AuditLog.Verify(_temp.Path("log")));
            file.Stuck = true;
            Assert.Throws<IOException>(() => log.Write(Event("Get")));
            file.Full = false;
            Assert.Throws<IOException>(() => log.Write(Event("Get")));
            file.Stuck = false;
            log.Write(Event("Revoke"));
        }

        Assert.Equal((2, null), AuditLog.Verify(_temp.Path("log")));
        Assert.Contains("Revoke", File.ReadAllText(_temp.Path("log")), StringComparison.Ordinal);
    }

    public void Dispose() => _temp.Dispose();

    private void Write(params string[] operations)
    {
        using var log = AuditLog.Open(_temp.Path("log"), TimeProvider.System);
        foreach (string operation in operations)
        {
            log.Write(Event(operation));
        }
    }

    private static KmipAuditEvent Event(string operation) =>
        new(DateTimeOffset.UnixEpoch, new("owner", "CN=a"), "127.0.0.1:1", operation, "id", null, "");
}
