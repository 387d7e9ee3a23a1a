using Lorica.Contracts.Faults;
using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Access;
using Lorica.ControlPlane.Policies;
using Lorica.ControlPlane.Tests.Support;
using Lorica.ControlPlane.Vms.Operations;
using Lorica.ControlPlane.Vms.Queries;
using Lorica.Model;
using Microsoft.EntityFrameworkCore;

namespace Lorica.ControlPlane.Tests.Access;

public sealed class StrictRulesTests
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly Caller Root = new(SignInService.Administrator);

    [Fact]
    public async Task An_operator_without_crypto_privileges_runs_an_encrypted_VM_and_gets_no_further()
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("enc", TestCenter.EncryptionPolicy);
        await center.CreateAsync("plain");
        var bob = await OperatorAsync(center);
        var vms = center.Vms;

        // He sees that it is encrypted, not with what; and runs it.
        var seen = await center.Service<VmQueries>().GetAsync(bob, "enc", None);
        Assert.True(seen.Encrypted);
        Assert.Null(seen.Key);
        Assert.All(seen.Disks, d => Assert.True(d is { Encrypted: true, Key: null }));
        Assert.All(await center.Service<VmQueries>().ListAsync(bob, None), v => Assert.Null(v.Key));
        Assert.NotNull((await center.Service<VmQueries>().GetAsync(Root, "enc", None)).Key);
        await center.EndAsync((await vms.PowerAsync(bob, "enc", new PowerBody("on"), None)).Id);
        Assert.Equal("poweredOn", (await center.VmAsync("enc")).PowerState);
        await center.EndAsync((await vms.PowerAsync(bob, "enc", new PowerBody("off", Hard: true), None)).Id);

        // Nothing more.
        var missing = new List<string>();
        foreach (var act in (Func<Task>[])
        [
            () => vms.ReadConsoleAsync(bob, "enc", None),
            () => vms.WriteConsoleAsync(bob, "enc", default, None),
            () => vms.SetPolicyAsync(bob, "enc", new SetPolicyBody(TestCenter.DefaultPolicy), None),
            () => vms.SetPolicyAsync(bob, "plain", new SetPolicyBody(TestCenter.EncryptionPolicy), None),
            () => vms.RecryptAsync(bob, "enc", new RecryptBody("shallow"), None),
            () => center.Service<ControlPlane.Providers.ProviderService>().ListAsync(bob, None),
        ])
        {
            var fault = await AccessWorld.RefusedAsync(act);
            Assert.Equal(FaultTypes.NoPermission, fault.Type);
            Assert.Contains("ask one of them", fault.Hint, StringComparison.Ordinal);
            missing.Add(fault.Key);
        }

        Assert.Equal(
            [Privileges.CryptoAccess, Privileges.CryptoAccess, Privileges.Decrypt, Privileges.Encrypt, Privileges.Recrypt,
                Privileges.ReadKeyServersInfo],
            missing);
        await vms.ReadConsoleAsync(bob, "plain", None);
    }

    [Fact]
    public async Task A_VM_is_strict_from_the_first_moment_of_an_encryption_on_unless_the_policy_to_come_is_not()
    {
        await using var center = await TestCenter.StartAsync();
        var rules = center.Service<StrictRules>();
        Assert.True((await center.PostAsync(
            "policies", """{"name":"loose","encryption":true,"strict":false}""")).IsSuccessStatusCode);
        foreach (var (name, policy, strict) in new[] { ("a", TestCenter.EncryptionPolicy, true), ("b", "loose", false) })
        {
            await center.CreateAsync(name);
            string id = (await center.VmAsync(name)).Id;
            Assert.False(await rules.NeedsDirectAccessAsync(StrictOperation.SerialLog, id, None));
            int before = center.Host.Started.Count;
            var hold = center.Host.HoldJobs = new TaskCompletionSource();
            var task = await center.BeginAsync($"vms/{name}/policy", $$"""{"policy":"{{policy}}"}""");
            await Wait.UntilAsync(() => center.Host.Started.Count > before, "the job runs");
            Assert.Equal(strict, await rules.NeedsDirectAccessAsync(StrictOperation.SerialLog, id, None));
            Assert.True(await rules.NeedsDirectAccessAsync(StrictOperation.Console, id, None));
            hold.SetResult();
            Assert.Equal("succeeded", (await center.EndAsync(task.Id)).State);
            Assert.Equal(strict, await rules.NeedsDirectAccessAsync(StrictOperation.SerialLog, id, None));
        }
    }

    [Fact]
    public async Task Everything_that_reaches_the_content_from_beside_needs_direct_access_while_the_policy_is_strict()
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("enc", TestCenter.EncryptionPolicy);
        await center.CreateAsync("plain");
        var bob = await OperatorAsync(center);
        var rules = center.Service<StrictRules>();
        var (enc, plain) = await center.Store.ReadAsync(
            async db => (await db.Raw.Vms.SingleAsync(v => v.Name == "enc"), await db.Raw.Vms
                .SingleAsync(v => v.Name == "plain")));
        foreach (var operation in Enum.GetValues<StrictOperation>())
        {
            Assert.Equal(Privileges.CryptoAccess,
                await AccessWorld.NoPermissionAsync("enc", () => rules.RequireAsync(bob, operation, enc, None)));
            await rules.RequireAsync(Root, operation, enc, None);
            await rules.RequireAsync(bob, operation, plain, None);
        }
    }

    [Fact]
    public async Task An_encrypted_VM_without_an_encryption_policy_is_strict()
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("enc", TestCenter.EncryptionPolicy);
        await center.Store.WriteAsync(db => db.Raw.PolicyAssociations.ExecuteDeleteAsync());
        var vm = await center.Store.ReadAsync(db => db.Raw.Vms.SingleAsync());
        Assert.True(await center.Service<StrictRules>().NeedsDirectAccessAsync(StrictOperation.BootOrder, vm.Id, None));
    }

    private static async Task<Caller> OperatorAsync(TestCenter center)
    {
        await center.Service<UserService>().AddAsync(Root, new AddUserBody("bob", TestCenter.Password), None);
        await center.Service<PermissionService>().GrantAsync(Root, new GrantBody("NoCryptoAdmin", "root", User: "bob"), None);
        return new Caller("bob");
    }
}
