using System.Diagnostics;
using Lorica.Cli.Output;
using Lorica.Cli.Tests.Support;

namespace Lorica.Cli.Tests;

/// <summary>Completion in the shells themselves, with the program itself behind it.</summary>
public sealed class CompletionTests : IDisposable
{
    private readonly CliRun _cli = new();

    public void Dispose() => _cli.Dispose();

    [Fact]
    public async Task Bash_offers_what_may_come_next()
    {
        const string Ask = """
            ask() {
              COMP_LINE=$1; COMP_POINT=${#1}; COMP_WORDS=($1); [[ $1 != *" " ]] || COMP_WORDS+=("")
              COMP_CWORD=$(( ${#COMP_WORDS[@]} - 1 ))
              COMPREPLY=(); _lorica; printf '%s\n' "${COMPREPLY[@]}"
            }
            """;
        string[] shown = await RunAsync(
            "bash", ["--norc", "-c"], $"source \"$1\"; {Ask}\nask 'lorica task c'; ask 'lorica vm create a --fi'");
        Assert.Equal(["cancel", "--firmware"], shown);
    }

    /// <summary>A terminal of zsh's own: a person types a word's beginning and the tabulator.</summary>
    [Fact]
    public async Task Zsh_completes_a_word_that_is_typed()
    {
        const string Terminal = """
            zmodload zsh/zpty
            zpty shell zsh -f -i
            zpty -w shell "PS1=; autoload -U compinit; compinit -u -D; source $1; print READ''Y"
            zpty -r -m shell seen '*READY*'
            zpty -w -n shell $'lorica task canc\t'
            zpty -r -m shell seen '*lorica task cancel*'
            zpty -w -n shell $'\C-ulorica vm create a --firmw\t'
            zpty -r -m shell seen '*--firmware*'
            print completed
            zpty -d shell
            """;
        Assert.Equal(["completed"], await RunAsync("zsh", ["-f", "-c"], Terminal));
    }

    [Fact]
    public async Task Fish_offers_what_may_come_next_and_files_where_only_they_can()
    {
        _cli.File("image.vmdk", "x");
        string[] shown = await RunAsync(
            "fish", ["--no-config", "-c"], "source $argv[1]; complete -C 'lorica task c'; complete -C 'lorica vm create a --fi'; "
                + "complete -C 'lorica disk info ima'");
        Assert.Equal(["cancel", "--firmware", "image.vmdk"], shown.Select(l => l.Split('\t')[0]));
    }

    /// <summary>
    /// Lines that a script prints; it finds the completion in the file that is its argument, and lorica on its path.
    /// </summary>
    private async Task<string[]> RunAsync(string shell, string[] arguments, string script)
    {
        Assert.Equal(ExitCode.Success, await _cli.RunAsync("completion", shell));
        var start = new ProcessStartInfo(shell, [.. arguments, script, .. shell == "fish" ? Array.Empty<string>() : [shell],
            _cli.File("completion." + shell, _cli.Out)])
        {
            RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = _cli.Folder,
        };
        start.Environment["PATH"] = AppContext.BaseDirectory + ":" + start.Environment["PATH"];
        start.Environment["HOME"] = _cli.Folder;
        start.Environment["LORICA_PROFILE"] = Path.Combine(_cli.Folder, "none.json");
        start.Environment["TERM"] = "dumb";
        using var process = Process.Start(start)!;
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        try
        {
            var (output, error) = (process.StandardOutput.ReadToEndAsync(limit.Token),
                process.StandardError.ReadToEndAsync(limit.Token));
            await process.WaitForExitAsync(limit.Token);
            Assert.True(process.ExitCode == 0, await output + await error);
            return (await output).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
    }
}
