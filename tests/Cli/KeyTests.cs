using Lorica.Cli.Output;
using Lorica.Cli.Tests.Support;
using Lorica.Contracts.Rest;

namespace Lorica.Cli.Tests;

public sealed class KeyTests : SignedInTests
{
    [Fact]
    public async Task A_list_says_who_uses_a_key()
    {
        _center.On("GET /api/v1/keys", new ListModel<KeyInfoModel>([Key("a/1", "web1"), Key("2")]),
            RestJson.Default.ListModelKeyInfoModel);
        Assert.Equal(ExitCode.Success, await _cli.RunAsync("key", "ls"));
        Assert.Contains("corp/a/1", _cli.Out, StringComparison.Ordinal);
        Assert.Contains("web1", _cli.Out, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Success, await _cli.RunAsync("key", "ls", "--unused"));
        Assert.DoesNotContain("web1", _cli.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_id_may_hold_slashes()
    {
        _center.On("DELETE /api/v1/keys/corp/a/1", context =>
        {
            context.Response.StatusCode = 204;
            return Task.CompletedTask;
        });
        Assert.Equal(ExitCode.Success, await _cli.RunAsync("key", "rm", "corp/a/1", "--force"));
        Assert.Contains("DELETE /api/v1/keys/corp/a/1?force=true", _center.Requests);
        Assert.Equal(ExitCode.Usage, await _cli.RunAsync("key", "rm", "corp"));
    }

    [Fact]
    public async Task A_key_that_cannot_be_used_is_exit_code_7_and_says_why()
    {
        _center.On("GET /api/v1/keys/corp/1", Key("1", "web1") with { Fault = "missingOnKms", Detail = "Item Not Found" },
            RestJson.Default.KeyInfoModel);
        Assert.Equal(ExitCode.Unreachable, await _cli.RunAsync("key", "status", "corp/1"));
        Assert.Contains("GET /api/v1/keys/corp/1?live=true", _center.Requests);
        Assert.Contains("Item Not Found", _cli.Out, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Success, await _cli.RunAsync("key", "show", "corp/1"));
    }

    [Fact]
    public async Task A_check_with_a_trouble_is_no_success()
    {
        _center.On("POST /api/v1/keys/check", new ListModel<KeyInfoModel>([Key("1"), Key("2") with { Fault = "wrongKey" }]),
            RestJson.Default.ListModelKeyInfoModel);
        Assert.Equal(ExitCode.Refused, await _cli.RunAsync("key", "check"));
        Assert.Contains("corp/2", _cli.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("corp/1", _cli.Out, StringComparison.Ordinal);
    }

    private static KeyInfoModel Key(string id, params string[] users) => new()
    {
        Provider = "corp", Id = id, State = "usable", Users = [.. users.Select(u => new KeyUserModel("vm", "o", u, "h1"))],
    };
}
