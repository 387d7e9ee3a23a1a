using Lorica.Cli.Output;
using Lorica.Cli.Tests.Support;
using Lorica.Contracts.Faults;
using Lorica.Contracts.Rest;

namespace Lorica.Cli.Tests;

public sealed class SignInTests : IDisposable
{
    private readonly TestCa _pki = new();
    private readonly CliRun _cli = new();

    public void Dispose()
    {
        _cli.Dispose();
        _pki.Dispose();
    }

    [Fact]
    public async Task The_password_comes_from_stdin_and_the_token_is_kept_but_never_printed()
    {
        await using var center = await FakeCenter.StartAsync(_pki);
        string? sent = null;
        center.On("POST /api/v1/session", async context =>
        {
            sent = await new StreamReader(context.Request.Body).ReadToEndAsync();
            await FakeCenter.WriteAsync(
                context, new SessionModel("alice", "tok-123", DateTimeOffset.UnixEpoch), RestJson.Default.SessionModel, 200);
        });
        _cli.Input = "s3cret\n";

        Assert.Equal(ExitCode.Success, await _cli.RunAsync(
            "login", "--server", center.Address, "--ca", _cli.File("ca.crt", _pki.Pem), "--user", "alice"));

        Assert.Equal("""{"user":"alice","password":"s3cret"}""", sent);
        Assert.Equal("tok-123", _cli.Store().Require().Token);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, System.IO.File.GetUnixFileMode(_cli.ProfilePath));
        Assert.DoesNotContain("tok-123", _cli.Out + _cli.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", _cli.Out + _cli.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_center_of_another_ca_is_not_trusted()
    {
        using var other = new TestCa();
        await using var center = await FakeCenter.StartAsync(other);
        _cli.Input = "s3cret\n";

        Assert.Equal(ExitCode.Unreachable,
            await _cli.RunAsync("login", "--server", center.Address, "--ca", _cli.File("ca.crt", _pki.Pem)));

        Assert.Empty(center.Requests);
        Assert.Contains("not the center that this profile trusts", _cli.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_host_of_the_same_ca_cannot_pose_as_the_center()
    {
        await using var host = await FakeCenter.StartAsync(_pki, role: "host");
        _cli.Input = "s3cret\n";

        Assert.Equal(ExitCode.Unreachable,
            await _cli.RunAsync("login", "--server", host.Address, "--ca", _cli.File("ca.crt", _pki.Pem)));

        Assert.Empty(host.Requests);
    }

    [Fact]
    public async Task A_wrong_password_is_exit_code3()
    {
        await using var center = await FakeCenter.StartAsync(_pki);
        center.Refuse("POST /api/v1/session",
            new ProblemModel("", FaultTypes.NotAuthenticated, 401, "User or password is wrong.", "k", "alice", "Try again."));
        _cli.Input = "wrong\n";

        Assert.Equal(ExitCode.NotSignedIn,
            await _cli.RunAsync("login", "--server", center.Address, "--ca", _cli.File("ca.crt", _pki.Pem)));

        Assert.Equal("error: User or password is wrong.\ncode: k\nhint: Try again.\n", _cli.Error);
        Assert.False(System.IO.File.Exists(_cli.ProfilePath));
    }

    [Fact]
    public async Task Without_a_session_every_command_is_exit_code3()
        => Assert.Equal(ExitCode.NotSignedIn, await _cli.RunAsync("vm", "ls"));

    [Fact]
    public async Task An_unreachable_center_is_exit_code7()
    {
        _cli.SignIn("https://127.0.0.1:1", _pki);
        Assert.Equal(ExitCode.Unreachable, await _cli.RunAsync("vm", "ls"));
        Assert.StartsWith("error: The center at https://127.0.0.1:1 cannot be reached", _cli.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Logout_ends_the_session_and_forgets_the_token()
    {
        await using var center = await FakeCenter.StartAsync(_pki);
        string? authorization = null;
        center.On("DELETE /api/v1/session", context =>
        {
            authorization = context.Request.Headers.Authorization;
            context.Response.StatusCode = 204;
            return Task.CompletedTask;
        });
        _cli.SignIn(center.Address, _pki);

        Assert.Equal(ExitCode.Success, await _cli.RunAsync("logout"));

        Assert.Equal("Bearer the-token", authorization);
        Assert.Null(_cli.Store().Find()!.Token);
    }

    [Fact]
    public async Task A_damaged_profile_is_named()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_cli.ProfilePath)!);
        await System.IO.File.WriteAllTextAsync(_cli.ProfilePath, "{ nonsense");
        Assert.Equal(ExitCode.Usage, await _cli.RunAsync("vm", "ls"));
        Assert.Contains(_cli.ProfilePath, _cli.Error, StringComparison.Ordinal);
    }
}
