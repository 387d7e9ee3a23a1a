using System.Text;
using Lorica.Cli.Output;
using Lorica.Cli.Rest;

namespace Lorica.Cli.Commands.Vms;

/// <summary>One use of a console: show, follow, type, wait for a text.</summary>
internal sealed class ConsoleSession(CliContext cli, CenterClient center, string vm)
{
    private const int BufferLength = 16 * 1024;

    /// <summary>Shows the log so far (not when only typing), and what follows.</summary>
    public async Task ShowAsync(string? send, bool follow, CancellationToken ct)
    {
        long from = 0;
        if (send is not null)
        {
            from = await EndAsync(ct);
            await TypeAsync(send, ct);
            if (!follow)
                return;
        }
        using var log = await center.OpenConsoleAsync(vm, from, follow, ct);
        await CopyAsync(log, ct);
    }

    /// <summary>
    /// Shows what the guest writes until it wrote <paramref name="wanted"/>. The stream is opened before the text is typed, so
    /// that no answer is missed.
    /// </summary>
    public async Task UntilAsync(string? send, string wanted, TimeSpan timeout, CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(timeout);
        try
        {
            long from = send is null ? 0 : await EndAsync(limit.Token);
            if (send is not null)
                await TypeAsync(send, limit.Token);
            using var log = await center.OpenConsoleAsync(vm, from, follow: true, limit.Token);
            if (!await CopyUntilAsync(log, Encoding.UTF8.GetBytes(wanted), limit.Token))
                throw new CliException(ExitCode.Other, $"The console of {vm} ended before the guest wrote \"{wanted}\".");
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            throw new CliException(
                ExitCode.Other, $"The guest of {vm} did not write \"{wanted}\" within {timeout.TotalSeconds} s.");
        }
    }

    private Task TypeAsync(string text, CancellationToken ct)
        => center.WriteConsoleAsync(vm, Encoding.UTF8.GetBytes(text + "\n"), ct);

    /// <summary>Offset behind the last byte of the log so far.</summary>
    private async Task<long> EndAsync(CancellationToken ct)
    {
        using var log = await center.OpenConsoleAsync(vm, 0, follow: false, ct);
        byte[] buffer = new byte[BufferLength];
        while (await log.ReadAsync(buffer, ct) > 0)
        {
            // Only its length matters.
        }
        return log.Offset;
    }

    private async Task CopyAsync(ConsoleLog log, CancellationToken ct)
    {
        byte[] buffer = new byte[BufferLength];
        int read;
        while ((read = await log.ReadAsync(buffer, ct)) > 0)
            await ShowAsync(buffer.AsMemory(0, read), ct);
    }

    private async Task<bool> CopyUntilAsync(ConsoleLog log, byte[] wanted, CancellationToken ct)
    {
        var text = new TextWatch(wanted);
        byte[] buffer = new byte[BufferLength];
        int read;
        while ((read = await log.ReadAsync(buffer, ct)) > 0)
        {
            int? enough = text.Feed(buffer.AsSpan(0, read));
            await ShowAsync(buffer.AsMemory(0, enough ?? read), ct);
            if (enough is not null)
                return true;
        }
        return text.Seen;
    }

    /// <summary>Raw: a console is for a terminal, and a person chose to look at this guest's.</summary>
    private async Task ShowAsync(ReadOnlyMemory<byte> bytes, CancellationToken ct)
    {
        await cli.Terminal.OutStream.WriteAsync(bytes, ct);
        await cli.Terminal.OutStream.FlushAsync(ct);
    }
}
