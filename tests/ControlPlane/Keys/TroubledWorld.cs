using System.Net.Http.Headers;
using Lorica.Contracts;
using Lorica.Contracts.Faults;
using Lorica.Contracts.Host;
using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Tests.Rest;
using Lorica.ControlPlane.Tests.Support;
using Lorica.ControlPlane.Vms.Operations;
using Lorica.Model;
using Lorica.Store;
using Lorica.Store.Rows;
using Microsoft.EntityFrameworkCore;
using UnfinishedWork = Lorica.Contracts.Host.UnfinishedWork;

namespace Lorica.ControlPlane.Tests.Keys;

/// <summary>A center, a host and a KMS on which one operation after the other meets trouble.</summary>
internal sealed class TroubledWorld : IAsyncDisposable
{
    private static readonly CancellationToken None = CancellationToken.None;

    /// <summary>Writes that fail, as long as they do: where in the work the database is gone.</summary>
    private static readonly string[] Writes =
    [
        "UPDATE ON tasks WHEN NEW.step LIKE 'key%'", "UPDATE ON tasks WHEN NEW.state = 'succeeded'",
        "UPDATE ON tasks WHEN NEW.state = 'failed'", "INSERT ON key_records", "UPDATE ON key_records WHEN NEW.state = 'usable'",
        "UPDATE ON key_records WHEN NEW.in_use = 1", "INSERT ON events WHEN NEW.event_id = 'com.vmware.vc.crypto.Operation'",
        "INSERT ON policy_associations", "UPDATE ON tasks WHEN NEW.cancellable = 0",
    ];

    private static readonly string[] Troubles = ["kms", "provider", "permission", "privilege", "mode", "unreadable"];

    private readonly TestCenter _center;
    private readonly Dice _dice;
    private int _episodes;

    private TroubledWorld(TestCenter center, Dice dice) => (_center, _dice) = (center, dice);

    /// <summary>What the last one was, for people.</summary>
    public string Episode { get; private set; } = "";

    public static async Task<TroubledWorld> StartAsync(Dice dice)
    {
        var center = await TestCenter.StartAsync();
        center.Host.CryptoMode = "incapable";
        await center.CreateAsync("z", TestCenter.EncryptionPolicy);
        center.Host.InPlace = true;
        return new TroubledWorld(center, dice);
    }

    public ValueTask DisposeAsync() => _center.DisposeAsync();

    /// <summary>
    /// One operation, its trouble, and what must be true when all is well again. Every other one is the worst that there is.
    /// </summary>
    public async Task RunAsync()
    {
        // Step 1: what, by whom, which trouble, where
        bool worst = _episodes % 2 == 0;
        string act = worst ? _dice.Of("encrypt", "recryptShallow", "recryptDeep")
            : _dice.Of("encrypt", "decrypt", "recryptShallow", "recryptDeep", "create", "import", "clone");
        string at = worst ? "job" : _dice.Of("begin", "activate", "job", "job", "job", "made");
        string[] troubles = worst ? Worst() : [.. Troubles.Where(_ => _dice.Once(3))];
        var (centerDies, hostDies) = worst ? (true, true) : (_dice.Once(2), _dice.Once(2));
        string? write = !centerDies && _dice.Once(2) ? _dice.Of(Writes) : null;
        string name = $"vm{_episodes++}";
        Episode = $"{act} of {name} at {at}: [{string.Join(' ', troubles)}]{(centerDies ? " center killed" : "")}"
            + $"{(hostDies ? " host killed" : "")}{(write is null ? "" : $" no {write}")}";
        var bob = await People.WithoutAsync(_center);
        if (act is "encrypt" or "decrypt" or "recryptShallow" or "recryptDeep" or "clone")
        {
            var made = await _center.CreateAsync(name, act == "encrypt" ? null : TestCenter.EncryptionPolicy);
            Assert.Equal("succeeded", made.State);
        }

        // Step 2: asked, up to the step
        var gate = new TaskCompletionSource();
        var reached = new TaskCompletionSource();
        Arm(at, gate, reached);
        var asked = AskAsync(bob, act, name);
        await Task.WhenAny(reached.Task, Task.Delay(at == "begin" ? 50 : 1500));

        // Step 3: trouble, for a while
        await TroubleAsync(troubles, bob);
        if (write is not null)
        {
            await _center.BreakDatabaseAsync(write);
        }

        if (centerDies)
        {
            await _center.RestartAsync(() =>
            {
                if (hostDies)
                {
                    _center.Host.Restart();
                }

                return Task.CompletedTask;
            });
        }
        else if (hostDies)
        {
            _center.Host.Restart();
        }

        Disarm(gate);
        await Task.Delay(_dice.Next(1500) / (worst ? 2 : 1) + (worst ? 1000 : 0));

        // Step 4: all is well again, but for what was withdrawn
        if (write is not null)
        {
            await _center.MendDatabaseAsync();
        }

        await HealAsync(troubles, bringBack: !worst);
        await Task.WhenAny(asked, Task.Delay(TimeSpan.FromSeconds(60)));
        _ = asked.Exception;
        await CheckAsync();
    }

    /// <summary>
    /// A power cut in the middle of a job in place, by whoever may not bring the host back: what tells work that must go on from
    /// work that may end. By turns the host has lost its state, or its key is out of reach for a while, or what chance adds.
    /// </summary>
    private string[] Worst() =>
    [
        _dice.Of("permission", "privilege"),
        .. (_episodes / 2 % 4) switch
        {
            0 => ["mode"],
            1 => ["kms"],
            _ => (string[])[.. new[] { "kms", "mode", "provider", "unreadable" }.Where(_ => _dice.Once(3))],
        },
    ];

    private void Arm(string at, TaskCompletionSource gate, TaskCompletionSource reached)
    {
        async Task StopAsync()
        {
            reached.TrySetResult();
            await gate.Task;
        }

        switch (at)
        {
            case "activate":
                _center.Broker.OnActivate = _ => StopAsync();
                break;
            case "made":
                _center.Host.OnCreated = StopAsync;
                break;
            case "job":
                _center.Host.HoldJobs = gate;
                _center.Host.OnStarted = () => reached.TrySetResult();
                break;
            default:
                reached.TrySetResult();
                break;
        }
    }

    private void Disarm(TaskCompletionSource gate)
    {
        (_center.Broker.OnActivate, _center.Host.OnCreated) = (null, null);
        (_center.Host.HoldJobs, _center.Host.OnStarted) = (null, null);
        gate.TrySetResult();
    }

    private async Task AskAsync(Caller bob, string act, string name)
    {
        var vms = _center.Vms;
        switch (act)
        {
            case "encrypt":
                await vms.SetPolicyAsync(bob, name, new SetPolicyBody(TestCenter.EncryptionPolicy), None);
                break;
            case "decrypt":
                await vms.SetPolicyAsync(bob, name, new SetPolicyBody(TestCenter.DefaultPolicy), None);
                break;
            case "recryptShallow" or "recryptDeep":
                await vms.RecryptAsync(bob, name, new RecryptBody(act == "recryptDeep" ? "deep" : "shallow"), None);
                break;
            case "clone":
                await vms.CloneAsync(bob, name, new CloneVmBody(name + "c"), None);
                break;
            case "create":
                await _center.PostAsync("vms",
                    $$"""{"name":"{{name}}","policy":"{{TestCenter.EncryptionPolicy}}","disks":[{"capacity":1048576}]}""");
                break;
            default:
                using (var content = new ByteArrayContent(ImportTests.Whole(name, TestCenter.EncryptionPolicy)))
                {
                    content.Headers.ContentType = new MediaTypeHeaderValue(DiskStream.MediaType);
                    await _center.Http.PostAsync("/api/v1/vms/import", content);
                }

                break;
        }
    }

    private async Task TroubleAsync(string[] troubles, Caller bob)
    {
        foreach (string trouble in troubles)
        {
            switch (trouble)
            {
                case "kms":
                    _center.Broker.KmsDown = true;
                    break;
                case "provider":
                    _center.Broker.Refusing["kms1"] = true;
                    break;
                case "permission":
                    await _center.Store.WriteAsync(
                        db => db.Raw.Permissions.Where(p => p.Principal == bob.User).ExecuteDeleteAsync(None));
                    break;
                case "privilege":
                    await _center.Store.WriteAsync(db => db.Raw.RolePrivileges.Where(p => p.Privilege == Privileges.RegisterHost
                        && db.Raw.Roles.Any(r => r.Id == p.RoleId && r.Name == bob.User)).ExecuteDeleteAsync(None));
                    break;
                case "mode":
                    (_center.Host.CryptoMode, _center.Host.HostKey) = ("incapable", null);
                    break;
                default:
                    _center.Host.Lies = files => new VmDescription
                    {
                        VmId = files.VmId, Path = files.Path, PowerState = files.PowerState,
                        Suspect = FaultCodec.ToMessage(new Fault(
                            FaultTypes.GenericVmConfigFault, "lorica.io", files.Path, "Input/output error.")),
                    };
                    break;
            }
        }
    }

    /// <summary>Whoever may brings the host back, unless the work under way must do that by itself.</summary>
    private async Task HealAsync(string[] troubles, bool bringBack)
    {
        (_center.Broker.KmsDown, _center.Host.Lies) = (false, null);
        _center.Broker.Refusing.Clear();
        if (bringBack && troubles.Contains("mode") && _center.Host.CryptoMode == "incapable")
        {
            await _center.PostAsync("hosts/h1/crypto", """{"action":"enable"}""");
        }
    }

    private async Task CheckAsync()
    {
        // No task is lost.
        await Wait.UntilAsync(
            async () => !await _center.Store.ReadAsync(
                db => db.Raw.Tasks.AnyAsync(t => t.State == "queued" || t.State == "running")), "every task has ended");

        var vms = await _center.Store.ReadAsync(db => db.Raw.Vms.ToListAsync());
        Assert.All(vms, v => Assert.Equal(VmStates.Present, v.State));
        Assert.Equal(vms.Select(v => v.Id).Order(), _center.Host.Vms.Keys.Order());
        foreach (var vm in vms)
        {
            await Wait.UntilAsync(async () => (await _center.VmAsync(vm.Name)).Suspect is null, $"{vm.Name} is not suspect");
            await FinishAsync(vm.Name, _center.Host.Vms[vm.Id].PendingJob);
            AssertRecorded(_center.Host.Vms[vm.Id], await _center.RecordsAsync());
            Assert.Equal(("succeeded", null), Outcome(await _center.PowerAsync(vm.Name, "on")));
            Assert.Equal("succeeded", (await _center.PowerAsync(vm.Name, "off")).State);
        }

        // Keys are on the host that needs them, and no other.
        await Wait.UntilAsync(
            async () =>
            {
                var needed = (await _center.RecordsAsync()).Where(r => r.InUse)
                    .Select(r => $"{r.Provider}/{r.KeyId}").ToHashSet();
                if (_center.Host.Keys.Keys.All(needed.Contains))
                {
                    return true;
                }

                await _center.Service<IGrainFactory>().GetGrain<ControlPlane.Hosts.IHostGrain>(TestCenter.HostId)
                    .ReconcileAsync();
                return false;
            },
            "the host has dropped what it does not need");
    }

    /// <summary>What the host left half done is finished by whoever may, as the refusal of powering on says.</summary>
    private async Task FinishAsync(string name, UnfinishedWork pending)
    {
        var ended = pending switch
        {
            UnfinishedWork.Unspecified => null,
            UnfinishedWork.Encrypt => await _center.SetPolicyAsync(name, TestCenter.EncryptionPolicy),
            UnfinishedWork.Decrypt => await _center.SetPolicyAsync(name, TestCenter.DefaultPolicy),
            UnfinishedWork.Rekey => await _center.DoAsync($"vms/{name}/recrypt", """{"mode":"deep"}"""),
            _ => await _center.DoAsync($"vms/{name}/recrypt", """{"mode":"shallow"}"""),
        };
        Assert.Equal(ended is null ? (null, null) : ("succeeded", null), (ended?.State, ended?.Fault?.Message));
    }

    private static void AssertRecorded(VmDescription files, List<KeyRecordRow> records)
    {
        Assert.Equal(UnfinishedWork.Unspecified, files.PendingJob);
        foreach (var (id, key) in files.Disks.Select(d => (d.ObjectId, d.Encrypted ? d.Key : null))
            .Append((files.VmId, files.Encrypted ? files.Key : null)))
        {
            var used = records.Where(r => r.ObjectId == id && r.InUse).ToList();
            Assert.True(key is null ? used.Count == 0
                : used is [{ State: KeyRecordStates.Usable } one] && one.Provider == key.Provider && one.KeyId == key.KeyId,
                $"{id} of {files.Name} is under {(key is null ? "no key" : FakeHost.Name(key))}; records in use: "
                    + string.Join(", ", used.Select(r => r.KeyId)));
        }
    }

    private static (string State, string? Message) Outcome(TaskModel task) => (task.State, task.Fault?.Message);
}
