using Lorica.Cli.Commands.Kms;
using Lorica.Cli.Commands.Vms;
using Lorica.Cli.Output;
using Lorica.Cli.Up;
using Lorica.Contracts.Faults;
using Lorica.Contracts.Rest;

namespace Lorica.Cli.Tests;

public sealed class OutputTests
{
    [Theory]
    [InlineData("1", 1L)]
    [InlineData("512M", 512L << 20)]
    [InlineData("10G", 10L << 30)]
    [InlineData("10GiB", 10L << 30)]
    [InlineData("2t", 2L << 40)]
    public void Sizes_are_read_as_people_write_them(string text, long bytes) => Assert.Equal(bytes, Sizes.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("G")]
    [InlineData("1X")]
    [InlineData("1.5G")]
    [InlineData("9999999999T")]
    [InlineData("99999999999999999999")]
    public void What_is_no_size_is_refused(string text) => Assert.Null(Sizes.Parse(text));

    [Theory]
    [InlineData(512, "512 B")]
    [InlineData(1024, "1 KiB")]
    [InlineData(1536, "1.5 KiB")]
    [InlineData(10L << 30, "10 GiB")]
    public void Sizes_are_shown_short(long bytes, string text) => Assert.Equal(text, Sizes.Format(bytes));

    [Theory]
    [InlineData("kms1", "kms1", 5696)]
    [InlineData("kms1:1234", "kms1", 1234)]
    [InlineData("[::1]:1234", "::1", 1234)]
    [InlineData("[::1]", "::1", 5696)]
    public void Servers_are_named_with_or_without_port(string text, string host, int port)
        => Assert.Equal(new ServerAddress(host, port), ServerAddress.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("kms1:")]
    [InlineData("kms1:0")]
    [InlineData("kms1:65536")]
    [InlineData("kms1:12:34")]
    [InlineData("[::1")]
    [InlineData("a b")]
    public void What_is_no_server_is_refused(string text)
        => Assert.Equal(ExitCode.Usage, Assert.Throws<CliException>(() => ServerAddress.Parse(text)).Kind);

    [Theory]
    [InlineData("x")]
    [InlineData("漢")]
    [InlineData("a b")]
    public void A_table_has_one_line_a_row_however_long_a_name_is(string letter)
    {
        string name = string.Concat(Enumerable.Repeat(letter, 4000));
        using var text = new StringWriter { NewLine = "\n" };
        var terminal = new Terminal { Out = text, Error = TextWriter.Null, OutStream = Stream.Null };

        terminal.Table(["NAME", "STATE"], [[name, "on"], ["a\nb", "off"], ["c\td", "off"]]);

        string[] lines = text.ToString().TrimEnd('\n').Split('\n');
        Assert.Equal(4, lines.Length);
        Assert.Equal($"{name}  on", lines[1]);
        Assert.EndsWith("  off", lines[2], StringComparison.Ordinal);
        Assert.StartsWith("c d ", lines[3], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("The center's log has more under 0123456789abcdef.")]
    [InlineData("")]
    public void A_failure_says_once_under_which_number_the_log_has_more(string hint)
    {
        var failure = FaultText.ToException(new ProblemModel(
            "urn:lorica:fault:SystemError", FaultTypes.SystemError, 500, "Something failed.", "lorica.systemError", "", hint,
            CorrelationId: "0123456789abcdef"));

        Assert.Equal("The center's log has more under 0123456789abcdef.", failure.Hint);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_provider_is_suggested_only_while_there_is_none(bool registered)
    {
        using var text = new StringWriter();
        var report = new UpReport(new Terminal { Out = text, Error = TextWriter.Null, OutStream = Stream.Null }, json: false);

        report.Ready(new UpEvent { Phase = "ready", Ready = true, ProviderRegistered = registered });

        Assert.Equal(!registered, text.ToString().Contains("kms add default", StringComparison.Ordinal));
    }

    [Fact]
    public void Fingerprints_may_have_colons_and_capitals()
        => Assert.Equal(string.Concat(Enumerable.Repeat("ab", 32)),
            Fingerprint.Parse(string.Join(':', Enumerable.Repeat("AB", 32))));

    [Fact]
    public void A_fingerprint_of_another_length_is_refused()
        => Assert.Equal(ExitCode.Usage, Assert.Throws<CliException>(() => Fingerprint.Parse("abcd")).Kind);

    [Theory]
    [InlineData(FaultTypes.NotFound, 404, ExitCode.NotFound)]
    [InlineData(FaultTypes.NoPermission, 403, ExitCode.NoPermission)]
    [InlineData(FaultTypes.NotAuthenticated, 401, ExitCode.NotSignedIn)]
    [InlineData(FaultTypes.InvalidArgument, 400, ExitCode.Usage)]
    [InlineData(FaultTypes.HostCommunication, 502, ExitCode.Unreachable)]
    [InlineData(FaultTypes.SystemError, 500, ExitCode.Other)]
    [InlineData(FaultTypes.InvalidPowerState, 409, ExitCode.Refused)]
    [InlineData(FaultTypes.GenericVmConfigFault, 409, ExitCode.Refused)]
    [InlineData(FaultTypes.NoDiskSpace, 507, ExitCode.Refused)]
    [InlineData(FaultTypes.AlreadyExists, 409, ExitCode.Refused)]
    [InlineData("SomethingNew", 404, ExitCode.NotFound)]
    [InlineData("SomethingNew", 503, ExitCode.Unreachable)]
    [InlineData("SomethingNew", 500, ExitCode.Other)]
    internal void EachKindOfFaultHasItsExitCode(string type, int status, ExitCode code)
        => Assert.Equal(code, FaultText.ToException(new ProblemModel("", type, status, "no", "k", "o", "h")).Kind);

    [Fact]
    public void Reasons_of_keys_are_kept_apart()
    {
        string[] all =
        [
            KeyReasons.MissingOnHost, KeyReasons.MissingOnKms, KeyReasons.NotActiveOnKms, KeyReasons.ProviderUnreachable,
            KeyReasons.ProviderUnknown, KeyReasons.NoPermission, KeyReasons.WrongKey,
        ];
        Assert.Equal(all.Length, all.Select(FaultText.Reason).Distinct().Count());
        Assert.DoesNotContain(all, r => FaultText.Reason(r) == r);
    }

    [Fact]
    public void What_could_steer_a_terminal_is_replaced() => Assert.Equal("a\uFFFD[31mb", Terminal.Clean("a\u001b[31mb"));

    [Fact]
    public void A_text_is_found_however_it_is_cut_and_its_line_is_taken_to_the_end()
    {
        byte[] stream = "noise data okay\nmore data ok 1234\nbehind"u8.ToArray();
        byte[] wanted = "data ok 1"u8.ToArray();
        int end = "noise data okay\nmore data ok 1234\n".Length;
        for (int piece = 1; piece <= stream.Length; piece++)
        {
            var watch = new TextWatch(wanted);
            int? found = null;
            for (int at = 0; at < stream.Length && found is null; at += piece)
            {
                if (watch.Feed(stream.AsSpan(at, Math.Min(piece, stream.Length - at))) is { } enough)
                    found = at + enough;
            }
            Assert.Equal(end, found);
        }
    }
}
