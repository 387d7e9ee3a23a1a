using System.Text.RegularExpressions;

namespace Lorica.Architecture.Tests;

/// <summary>
/// Messages to hosts, and gRPC, end where hosts and the broker are called: everything above works with records of the model.
/// </summary>
public sealed partial class MessageTests
{
    /// <summary>Folders that call.</summary>
    private static readonly string[] Calling = ["src/ControlPlane/Hosts/", "src/ControlPlane/Brokers/"];

    [Fact]
    public void Messages_to_hosts_are_known_only_where_hosts_are_called() => Assert.DoesNotContain(
        Repository.Files("src/ControlPlane", "*.cs").Concat(Repository.Files("src/Center", "*.cs")),
        f => !Calling.Any(c => f.StartsWith(c, StringComparison.Ordinal)) && Message().IsMatch(Repository.Read(f)));

    /// <summary>The model is free of messages of any kind; a key's name is the one that the broker takes.</summary>
    [Fact]
    public void The_model_knows_no_message_but_the_name_of_a_key() => Assert.Equal(
        ["src/Model/ExpectedKey.cs"],
        Repository.Files("src/Model", "*.cs").Where(f => AnyMessage().IsMatch(Repository.Read(f))));

    [GeneratedRegex(
        @"^using (Grpc\.|Lorica\.Contracts\.Host;)|(?<![\w.""])(Grpc\.|(Lorica\.)?Contracts\.Host\.)",
        RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Message();

    [GeneratedRegex(
        @"^using (Grpc\.|Google\.|Lorica\.Contracts;|Lorica\.Contracts\.(Host|Broker);)",
        RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex AnyMessage();
}
