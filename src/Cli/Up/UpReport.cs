using Lorica.Cli.Output;

namespace Lorica.Cli.Up;

/// <summary>What <c>lorica up</c> says: lines for a person, or one JSON line per event.</summary>
internal sealed class UpReport(Terminal terminal, bool json)
{
    /// <summary>Name of the key provider that is suggested for the key server of <c>lorica up</c>.</summary>
    public const string Provider = "default";

    private readonly Lock _lock = new();

    public void Say(UpEvent what)
    {
        lock (_lock)
        {
            if (json)
                terminal.Json(what, UpJson.Default.UpEvent);
            else if (what.Message is { } message)
                terminal.Note(message);
        }
    }

    public void Say(string phase, string message, string? part = null, int? pid = null)
        => Say(new UpEvent { Phase = phase, Message = message, Part = part, Pid = pid });

    /// <summary>Everything answers.</summary>
    public void Ready(UpEvent ready)
    {
        if (json)
        {
            Say(ready);
            return;
        }
        lock (_lock)
        {
            terminal.Line();
            terminal.Line($"Lorica runs at {ready.Server}");
            if (ready.Password is not null)
                terminal.Line($"First administrator: {ready.User}   password: {ready.Password}   (shown this once)");
            terminal.Line();
            terminal.Line($"  lorica login --profile {ready.Profile}");
            if (ready.ProviderRegistered != true)
                terminal.Line($"  lorica kms add {Provider} --server {ready.Kms} --accept {ready.KmsCertificateSha256}");
            terminal.Line();
            terminal.Line(
                "Keys and data are on one machine here: that protects against nothing but copies of the datastore's files.");
            terminal.Line("Ctrl-C stops it; virtual machines that run go on running.");
            terminal.Out.Flush();
        }
    }
}
