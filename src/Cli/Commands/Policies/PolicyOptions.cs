using System.CommandLine;
using Lorica.Cli.Output;

namespace Lorica.Cli.Commands.Policies;

/// <summary>Rules of a policy, for <c>policy create</c> and <c>policy edit</c>; what is not given is null.</summary>
internal sealed class PolicyOptions
{
    private readonly Option<string?> _description = new("--description") { Description = "What it is for.", HelpName = "TEXT" };
    private readonly Option<string?> _encryption = OnOff("--encryption", "Has an encryption rule.");
    private readonly Option<string?> _filters = OnOff("--allow-cleartext-filters", "I/O filters may stand before encryption.");
    private readonly Option<string?> _strict = OnOff("--strict",
        "Whatever could reach into an encrypted VM (console, media, firmware, …) needs Cryptographer.Access.");
    private readonly Option<string[]> _tags = new("--tag")
    { Description = "A tag that the datastore must carry; repeat it for more.", HelpName = "TAG" };
    private readonly Option<bool> _noTags = new("--no-tags") { Description = "Any datastore." };
    private readonly Option<string?> _outage = new("--outage")
    { Description = "What happens when a key stays out of reach.", HelpName = "keepRunning|preventPowerOn|suspend|shutDown" };
    private readonly Option<string?> _after = new("--outage-after")
    { Description = "How long it must have been out of reach: 30s to 30d.", HelpName = "TIME" };

    public PolicyOptions AddTo(Command command)
    {
        _outage.AcceptOnlyFromAmong("keepRunning", "preventPowerOn", "suspend", "shutDown");
        _after.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && Durations.Parse(result.Tokens[0].Value) is null)
                result.AddError($"--outage-after: {result.Tokens[0].Value} is no time; write 30s, 10m, 2h or 1d.");
        });
        foreach (var option in new Option[] { _description, _encryption, _filters, _strict, _tags, _noTags, _outage, _after })
            command.Add(option);
        return this;
    }

    public string? Description(ParseResult parsed) => parsed.GetValue(_description);

    public bool? Encryption(ParseResult parsed) => IsOn(parsed.GetValue(_encryption));

    public bool? Filters(ParseResult parsed) => IsOn(parsed.GetValue(_filters));

    public bool? Strict(ParseResult parsed) => IsOn(parsed.GetValue(_strict));

    public IReadOnlyList<string>? Tags(ParseResult parsed)
        => parsed.GetValue(_noTags) ? [] : parsed.GetValue(_tags) is { Length: > 0 } tags ? tags : null;

    public string? Outage(ParseResult parsed) => parsed.GetValue(_outage);

    /// <summary>Keeping on running has no time.</summary>
    public long? After(ParseResult parsed)
        => parsed.GetValue(_after) is { } text ? Durations.Parse(text) : parsed.GetValue(_outage) == "keepRunning" ? 0 : null;

    private static bool? IsOn(string? value) => value is null ? null : value == "on";

    private static Option<string?> OnOff(string name, string description)
    {
        var option = new Option<string?>(name) { Description = description, HelpName = "on|off" };
        option.AcceptOnlyFromAmong("on", "off");
        return option;
    }
}
