using Lorica.Cli.Output;
using Lorica.Cli.Rest;
using Lorica.Contracts.Rest;

namespace Lorica.Cli.Import;

/// <summary>
/// Imports images: 1 open them all, 2 count their data (so that a datastore without room refuses at once), 3 send it.
/// </summary>
internal sealed class Importer(CenterClient center, Terminal terminal)
{
    /// <summary>Disks of one virtual machine; the stream numbers them in one byte, and hosts take fewer.</summary>
    private const int MaximumDisks = 60;

    /// <summary>The task that finishes the import.</summary>
    public async Task<TaskModel> ImportAsync(
        CreateVmBody body, IReadOnlyList<string> images, bool raw, string provisioning, CancellationToken ct)
    {
        if (images.Count > MaximumDisks)
            throw new CliException(ExitCode.Usage, $"A virtual machine has at most {MaximumDisks} disks.");
        var sources = new List<ImportSource>();
        try
        {
            // Step 1
            foreach (string image in images)
                sources.Add(await ImportSource.OpenAsync(image, raw, ct));
            return await ProgressScope.RunAsync(terminal, $"Importing {body.Name}", async view =>
            {
                // Step 2
                var disks = new List<CreateDiskBody>();
                foreach (var source in sources)
                    disks.Add(new CreateDiskBody(source.Capacity, provisioning, await CountAsync(source, view, ct)));
                // Step 3
                long total = disks.Sum(d => d.Data);
                using var content = new DiskStreamContent(
                    body with { Disks = disks }, sources, sent => Report(view, body.Name, sent, total));
                return await center.ImportVmAsync(content, ct);
            });
        }
        finally
        {
            foreach (var source in sources)
                await source.DisposeAsync();
        }
    }

    private static async Task<long> CountAsync(ImportSource source, IProgressView view, CancellationToken ct)
    {
        string name = Path.GetFileName(source.Path);
        long data = 0;
        await foreach (var run in source.DataAsync(ct))
        {
            data += run.Data.Length;
            view.Report($"Examining {name}", 100.0 * run.Offset / source.Capacity, "");
        }
        return data;
    }

    private static void Report(IProgressView view, string name, long sent, long total)
        => view.Report($"Sending {name}", total == 0 ? 100 : 100.0 * sent / total,
            $"{Sizes.Format(sent)} of {Sizes.Format(total)}");
}
