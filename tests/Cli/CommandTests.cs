using System.CommandLine;
using System.Text;
using Lorica.Cli.Commands;
using Lorica.Cli.Output;
using Lorica.Cli.Tests.Support;

namespace Lorica.Cli.Tests;

public sealed class CommandTests : IDisposable
{
    private readonly CliRun _cli = new();

    public void Dispose() => _cli.Dispose();

    /// <summary>
    /// The help of every command is an approved surface; LORICA_APPROVE=tests/Cli/Data/help.txt accepts what is there now.
    /// </summary>
    [Fact]
    public async Task The_help_is_what_was_approved()
    {
        var all = new StringBuilder();
        foreach (string[] path in Paths(Tree(), []))
        {
            Assert.Equal(ExitCode.Success, await _cli.RunAsync([.. path, "--help"]));
            all.Append("$ lorica ").Append(string.Concat(path.Select(p => p + " "))).Append("--help\n").Append(_cli.Out);
        }
        string approved = Path.Combine(AppContext.BaseDirectory, "Data", "help.txt");
        if (Environment.GetEnvironmentVariable("LORICA_APPROVE") is { Length: > 0 } accept)
            await File.WriteAllTextAsync(accept, all.ToString());
        else
            Assert.Equal(await File.ReadAllTextAsync(approved), all.ToString());
    }

    [Fact]
    public void Every_command_that_does_something_has_an_example()
    {
        foreach (var command in Commands(Tree()).Where(c => c.Action is not null && c is not RootCommand))
            Assert.True(CommandExamples.Of(command).Count > 0, command.Name);
    }

    [Theory]
    [InlineData("vm")]
    [InlineData("vm", "shw", "x")]
    [InlineData("vm", "show")]
    [InlineData("vm", "create", "x", "--size", "1G", "--memory", "lots")]
    [InlineData("vm", "create", "x", "--size", "1G", "--cpus", "0")]
    [InlineData("vm", "recrypt", "x")]
    [InlineData("up", "--center-port", "70000")]
    [InlineData("up", "ctl", "stop", "qemu")]
    public async Task Bad_usage_is_exit_code_2_with_a_hint(params string[] arguments)
    {
        Assert.Equal(ExitCode.Usage, await _cli.RunAsync(arguments));
        Assert.StartsWith("error: ", _cli.Error, StringComparison.Ordinal);
        Assert.Contains("\nhint: lorica " + arguments[0], _cli.Error, StringComparison.Ordinal);
        Assert.Equal("", _cli.Out);
    }

    [Fact]
    public async Task A_mistyped_command_is_answered_with_the_one_that_was_meant()
    {
        Assert.Equal(ExitCode.Usage, await _cli.RunAsync("vm", "shw", "web1"));
        Assert.EndsWith("hint: lorica vm show\n", _cli.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Disk_info_tells_foreign_images()
    {
        string image = _cli.File("a.raw", new byte[1024 * 1024]);
        Assert.Equal(ExitCode.Success, await _cli.RunAsync("disk", "info", image));
        Assert.Contains("1 MiB (1048576 bytes)", _cli.Out, StringComparison.Ordinal);
        Assert.Equal(ExitCode.NotFound, await _cli.RunAsync("disk", "info", image + "x"));
    }

    [Fact]
    public async Task Disk_info_tells_own_disks_without_secrets()
    {
        using var folder = Disks.DiskFolder.Open(_cli.Folder);
        await Disks.Vmdk.CreateAsync(folder, "own", 1 << 20, Disks.Provisioning.Thin, null, CancellationToken.None);
        Assert.Equal(ExitCode.Success, await _cli.RunAsync("disk", "info", Path.Combine(_cli.Folder, "own.vmdk"), "--json"));
        Assert.Contains("\"kind\":\"lorica\"", _cli.Out, StringComparison.Ordinal);
        Assert.Contains("\"encrypted\":false", _cli.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Completion_for_bash_is_a_script_that_bash_accepts()
    {
        Assert.Equal(ExitCode.Success, await _cli.RunAsync("completion", "bash"));
        await Tool.OutputAsync("bash", "-n", _cli.File("completion", _cli.Out));
    }

    private Command Tree() => CommandTree.Create(new CliContext
    {
        Terminal = new Terminal { Out = TextWriter.Null, Error = TextWriter.Null, OutStream = Stream.Null },
        Input = TextReader.Null, Environment = _ => null,
    }, _cli.Interrupts);

    private static IEnumerable<string[]> Paths(Command command, string[] path)
        => new[] { path }.Concat(command.Subcommands.SelectMany(c => Paths(c, [.. path, c.Name])));

    private static IEnumerable<Command> Commands(Command command)
        => new[] { command }.Concat(command.Subcommands.SelectMany(Commands));
}
