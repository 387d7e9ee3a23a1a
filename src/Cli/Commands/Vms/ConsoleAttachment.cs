using Lorica.Cli.Native;
using Lorica.Cli.Output;
using Lorica.Cli.Rest;

namespace Lorica.Cli.Commands.Vms;

/// <summary>This terminal connected with a guest's serial port, both ways, until Ctrl-] or the guest's end.</summary>
internal sealed class ConsoleAttachment(CliContext cli, CenterClient center, string vm)
{
    private const byte Leave = 0x1d;

    public async Task RunAsync(CancellationToken ct)
    {
        using var raw = RawTerminal.Take()
            ?? throw new CliException(
                ExitCode.Usage, "Standard input is no terminal.", "In a script: lorica vm console NAME --send TEXT --until TEXT");
        using var end = CancellationTokenSource.CreateLinkedTokenSource(ct);
        cli.Terminal.Error.Write($"Connected to {Terminal.Clean(vm)}; Ctrl-] leaves.\r\n");
        using var log = await center.OpenConsoleAsync(vm, 0, follow: true, end.Token);
        var (output, input) = (ShowAsync(log, end.Token), TypeAsync(end.Token));
        var first = await Task.WhenAny(output, input);
        await end.CancelAsync();
        cli.Terminal.Error.Write("\r\n");
        await first;
    }

    private async Task ShowAsync(ConsoleLog log, CancellationToken ct)
    {
        byte[] buffer = new byte[16 * 1024];
        int read;
        while ((read = await log.ReadAsync(buffer, ct)) > 0)
        {
            await cli.Terminal.OutStream.WriteAsync(buffer.AsMemory(0, read), ct);
            await cli.Terminal.OutStream.FlushAsync(ct);
        }
    }

    private async Task TypeAsync(CancellationToken ct)
    {
        await using var input = Console.OpenStandardInput();
        byte[] buffer = new byte[1024];
        while (true)
        {
            // A read of a terminal cannot be cancelled; whoever ends the attachment leaves it behind with its thread.
            int read = await Task.Run(() => input.Read(buffer), CancellationToken.None).WaitAsync(ct);
            var typed = buffer.AsMemory(0, read);
            int leave = typed.Span.IndexOf(Leave);
            if (leave >= 0)
                typed = typed[..leave];
            if (typed.Length > 0)
                await center.WriteConsoleAsync(vm, typed, ct);
            if (read == 0 || leave >= 0)
                return;
        }
    }
}
