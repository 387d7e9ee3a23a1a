using System.Text.Json;
using Lorica.Cli.Output;
using Lorica.Cli.Tests.Support;
using Lorica.Contracts.Faults;
using Lorica.Contracts.Rest;

namespace Lorica.Cli.Tests;

public sealed class AccessTests : SignedInTests
{
    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        _center.On("GET /api/v1/permissions/effective", new EffectiveModel(
            "bob", ["ops"], new ObjectModel("vm", "1", "web1"),
            ["System.View", "VirtualMachine.Interact.PowerOn"]), RestJson.Default.EffectiveModel);
    }

    [Fact]
    public async Task A_password_comes_from_standard_input_and_never_from_an_argument()
    {
        AddUserBody? added = null;
        _center.On("POST /api/v1/users", async context =>
        {
            added = await JsonSerializer.DeserializeAsync(context.Request.Body, RestJson.Default.AddUserBody);
            await FakeCenter.WriteAsync(
                context, new UserModel("bob", [], DateTimeOffset.UnixEpoch), RestJson.Default.UserModel, 201);
        });
        _cli.Input = "correct horse\n";
        Assert.Equal(ExitCode.Success, await _cli.RunAsync("user", "add", "bob"));
        Assert.Equal(new AddUserBody("bob", "correct horse"), added);
        Assert.DoesNotContain("correct horse", _cli.Out + _cli.Error, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Usage, await _cli.RunAsync("user", "add", "bob", "correct horse"));
    }

    [Fact]
    public async Task Ones_own_password_asks_for_the_old_one_first()
    {
        SetPasswordBody? set = null;
        _center.On("PUT /api/v1/users/bob/password", async context =>
        {
            set = await JsonSerializer.DeserializeAsync(context.Request.Body, RestJson.Default.SetPasswordBody);
            context.Response.StatusCode = 204;
        });
        _cli.Input = "old password\nnew password\n";
        Assert.Equal(ExitCode.Success, await _cli.RunAsync("user", "passwd"));
        Assert.Equal(new SetPasswordBody("new password", "old password"), set);
    }

    [Fact]
    public async Task The_secret_of_a_token_is_all_that_goes_to_standard_output()
    {
        _center.On("POST /api/v1/tokens", new CreatedTokenModel(
            new TokenModel("0123", "bob", "", null, null, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddDays(1), null),
            "lorica_secret"), RestJson.Default.CreatedTokenModel, 201);
        Assert.Equal(ExitCode.Success, await _cli.RunAsync("token", "create", "--privileges", "A.B", "C.D", "--hours", "24"));
        Assert.Equal("lorica_secret\n", _cli.Out);
        Assert.DoesNotContain("secret", _cli.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_signs_in_and_is_kept_in_the_profile()
    {
        _cli.Input = "lorica_secret\n";
        Assert.Equal(ExitCode.Success, await _cli.RunAsync("login", "--token"));
        Assert.Contains("Signed in as bob", _cli.Error, StringComparison.Ordinal);
        Assert.Equal("lorica_secret", _cli.Store().Find()!.Token);
        Assert.DoesNotContain("lorica_secret", _cli.Out + _cli.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_check_of_a_privilege_that_is_not_held_ends_with_six()
    {
        Assert.Equal(
            ExitCode.Success, await _cli.RunAsync("permission", "check", "VirtualMachine.Interact.PowerOn", "--on", "vm:web1"));
        Assert.Equal(
            ExitCode.NoPermission, await _cli.RunAsync("permission", "check", "Cryptographer.Decrypt", "--on", "vm:web1"));
        Assert.Contains("bob does not hold Cryptographer.Decrypt at web1.", _cli.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whoami_says_in_words_what_an_account_without_crypto_privileges_may_do()
    {
        Assert.Equal(ExitCode.Success, await _cli.RunAsync("whoami", "--on", "vm:web1"));
        Assert.Contains("sees that machines are encrypted and may run them", _cli.Out, StringComparison.Ordinal);
        Assert.Contains("VirtualMachine.Interact.PowerOn", _cli.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refusal_is_a_sentence_that_can_be_acted_on()
    {
        _center.Refuse("POST /api/v1/vms/web1/recrypt", new ProblemModel(
            "urn:lorica:fault:NoPermission", FaultTypes.NoPermission, 403, "bob does not hold Cryptographer.Recrypt at web1.",
            "Cryptographer.Recrypt", "web1", "Ask one of those who administer encryption."));
        Assert.Equal(ExitCode.NoPermission, await _cli.RunAsync("vm", "recrypt", "web1", "--shallow"));
        Assert.Equal(
            ["error: bob does not hold Cryptographer.Recrypt at web1.", "code: Cryptographer.Recrypt",
                "hint: Ask one of those who administer encryption."],
            _cli.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public async Task Groups_roles_and_permissions_go_where_they_belong()
    {
        _center.On("PUT /api/v1/groups/ops/members/bob", c => { c.Response.StatusCode = 204; return Task.CompletedTask; });
        _center.On("DELETE /api/v1/permissions", c => { c.Response.StatusCode = 204; return Task.CompletedTask; });
        _center.On("GET /api/v1/roles/operator", new RoleModel(1, "operator", "", false, []), RestJson.Default.RoleModel);
        _center.On(
            "PUT /api/v1/roles/operator", new RoleModel(1, "operator", "", false, ["System.View"]), RestJson.Default.RoleModel);
        Assert.Equal(ExitCode.Success, await _cli.RunAsync("group", "add-member", "ops", "bob"));
        Assert.Equal(ExitCode.Success, await _cli.RunAsync("permission", "revoke", "--user", "bob", "--on", "folder:a b"));
        Assert.Equal(
            ExitCode.Success, await _cli.RunAsync("role", "set", "operator", "--add", "Cryptographer.Access", "--remove", "A.B"));
        Assert.Equal("System.View\n", _cli.Out);
        Assert.Contains("DELETE /api/v1/permissions?object=folder%3Aa%20b&user=bob", _center.Requests);
    }
}
