using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Lorica.SystemTests.Support;

namespace Lorica.SystemTests.Model;

/// <summary>Acts, as a person would ask for them.</summary>
internal sealed partial class World
{
    private static string Name(int vm) => $"vm{vm}";

    /// <summary>What VM number <paramref name="vm"/> is cloned from.</summary>
    private static string Source(int vm) => $"source{vm}";

    private static string HostName(int host) => host == 0 ? "localhost" : "host2";

    private async Task MakeSourcesAsync()
    {
        for (int i = 0; i < Plans.Vms; i++)
        {
            _sources[i] = RandomNumberGenerator.GetBytes(DiskBytes);
            var made = await _api.ImportAsync(Source(i), Encryption, _sources[i], HostName(Rules.BirthHost(i)));
            Assert.True(made.Accepted, made.ToString());
            Assert.Equal("succeeded", (await _api.EndOfAsync(made.Body!["id"]!.GetValue<string>()))["state"]!.GetValue<string>());
        }
    }

    private async Task<(bool Ok, string Code)> ActAsync(int vm, Act act, byte[] content)
    {
        if (act == Act.Reregister && await PathAsync(vm) is { } path)
        {
            var (gone, code) = await FollowAsync(vm, await PostAsync($"vms/{Name(vm)}/unregister", new JsonObject()));
            return gone ? await RegisterAsync(vm, path, _vms[vm].Host) : (gone, code);
        }

        var answer = await AskAsync(vm, act, content);
        return act == Act.Show ? Said(vm, answer) : await FollowAsync(vm, answer);
    }

    private async Task<ApiAnswer> AskAsync(int vm, Act act, byte[] content)
    {
        string path = $"vms/{Name(vm)}";
        string host = HostName(Rules.BirthHost(vm));
        return act switch
        {
            Act.ImportPlain => await _caller.ImportAsync(Name(vm), null, content, host),
            Act.ImportEncrypted => await _caller.ImportAsync(Name(vm), Encryption, content, host),
            Act.Create => await PostAsync("vms", new JsonObject
            {
                ["name"] = Name(vm), ["memoryMib"] = 64, ["policy"] = Encryption, ["host"] = host, ["datastore"] = "datastore1",
                ["disks"] = new JsonArray(new JsonObject { ["capacity"] = DiskBytes }),
            }),
            Act.Clone => await PostAsync($"vms/{Source(vm)}/clone", new JsonObject { ["name"] = Name(vm) }),
            Act.Encrypt => await PostAsync(
                $"{path}/policy", new JsonObject { ["policy"] = Encryption, ["keys"] = KeysFrom(vm, act) }),
            // The disks hold noise, which looks like no file system.
            Act.Decrypt => await PostAsync($"{path}/policy", new JsonObject { ["policy"] = Default, ["force"] = true }),
            Act.Recrypt => await PostAsync(
                $"{path}/recrypt", new JsonObject { ["mode"] = "shallow", ["keys"] = KeysFrom(vm, act) }),
            Act.RecryptDeep => await PostAsync(
                $"{path}/recrypt", new JsonObject { ["mode"] = "deep", ["force"] = true, ["keys"] = KeysFrom(vm, act) }),
            Act.ChangeDisk when _vms[vm].SecondDisk => await _caller.SendAsync(HttpMethod.Delete, $"{path}/disks/{SecondLabel}"),
            Act.ChangeDisk => await PostAsync(
                $"{path}/disks", new JsonObject { ["capacity"] = DiskBytes, ["label"] = SecondLabel }),
            Act.Relocate => await PostAsync(
                $"{path}/relocate", new JsonObject { ["datastore"] = _vms[vm].Elsewhere ? "datastore1" : "datastore2" }),
            Act.Migrate => await PostAsync($"{path}/migrate", new JsonObject { ["host"] = HostName(1 - _vms[vm].Host) }),
            Act.PowerOn => await PostAsync($"{path}/power", new JsonObject { ["action"] = "on" }),
            Act.PowerOff => await PostAsync($"{path}/power", new JsonObject { ["action"] = "off", ["hard"] = true }),
            Act.Remove => await _caller.SendAsync(HttpMethod.Delete, path),
            _ => await _caller.SendAsync(HttpMethod.Get, path),
        };
    }

    private async Task<(bool Ok, string Code)> RegisterAsync(int vm, string path, int host) => await FollowAsync(
        vm, await PostAsync("vms/register", new JsonObject { ["path"] = path, ["host"] = HostName(host) }));

    /// <summary>Where its files are; null when it is not in the inventory.</summary>
    private async Task<string?> PathAsync(int vm) =>
        (await _api.GetAsync($"vms/{Name(vm)}")) is { Accepted: true } shown ? shown.Body!["path"]!.GetValue<string>() : null;

    private async Task<(bool Ok, string Code)> FollowAsync(int vm, ApiAnswer answer)
    {
        if (!answer.Accepted)
            return Said(vm, answer);
        var task = await _api.EndOfAsync(answer.Body!["id"]!.GetValue<string>());
        if (task["state"]!.GetValue<string>() == "succeeded")
            return (true, "");
        _refusals[vm] = $"{Name(vm)}: {task.ToJsonString()}";
        return (false, task["fault"]?["key"]?.GetValue<string>() ?? "");
    }

    private (bool Ok, string Code) Said(int vm, ApiAnswer answer)
    {
        if (!answer.Accepted)
            _refusals[vm] = $"{Name(vm)}: {answer}";
        return (answer.Accepted, answer.Lost ? "lost" : answer.Code);
    }

    private Task<ApiAnswer> PostAsync(string path, JsonObject body) => _caller.SendAsync(HttpMethod.Post, path, body);

    /// <summary>Somebody who holds everything but the privilege to put a host into encryption mode.</summary>
    private static async Task<CenterApi> OperatorAsync(LoricaUp up, CenterApi api)
    {
        string password = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        foreach (var (method, path, body) in new[]
        {
            (HttpMethod.Post, "users", new JsonObject { ["name"] = Operator, ["password"] = password }),
            (HttpMethod.Post, "roles/Admin/clone", new JsonObject { ["name"] = Operator }),
            (HttpMethod.Put, $"roles/{Operator}", new JsonObject { ["remove"] = new JsonArray("Cryptographer.RegisterHost") }),
        })
        {
            var answer = await api.SendAsync(method, path, body);
            Assert.True(answer.Accepted, $"{path}: {answer}");
        }

        await PermitAsync(api, withdraw: false);
        return await CenterApi.SignInAsync(up, Operator, password);
    }

    private static async Task PermitAsync(CenterApi api, bool withdraw)
    {
        var answer = withdraw
            ? await api.SendAsync(HttpMethod.Delete, $"permissions?object=root&user={Operator}")
            : await api.SendAsync(HttpMethod.Put, "permissions",
                new JsonObject { ["user"] = Operator, ["role"] = Operator, ["object"] = "root", ["propagate"] = true });
        Assert.True(answer.Accepted, answer.ToString());
    }

    private static JsonArray? KeysFrom(int vm, Act act) =>
        Providers.Named(Providers.Of(vm, act)) ? [new JsonObject { ["provider"] = Providers.Of(vm, act) }] : null;
}
