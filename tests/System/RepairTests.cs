using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Lorica.SystemTests.Model;
using Lorica.SystemTests.Support;
using Microsoft.Data.Sqlite;

namespace Lorica.SystemTests;

/// <summary>The way back for a VM whose key records were given up in the middle of its encryption, on real files.</summary>
public sealed class RepairTests
{
    private const int Mebibytes = 256, Attempts = 5;
    private const string Encryption = "VM Encryption Policy", Plain = "Datastore Default";

    [Fact]
    public async Task Half_encrypted_files_whose_records_were_given_up_are_repaired_finished_and_bit_identical()
    {
        await using var up = await LoricaUp.StartAsync();
        await up.AddEmbeddedKmsAsync();
        string image = await DataImage.MakeAsync(up, "data", Mebibytes);
        string plain = Files.Sha256(image);
        await up.JsonAsync("vm", "import", "job", "--disk", image);
        string folder = Assert.Single(Directory.GetDirectories(up.Datastore), d => File.Exists(Path.Combine(d, "job.vmx")));
        var (vmx, descriptor) = (Path.Combine(folder, "job.vmx"), Path.Combine(folder, "job.vmdk"));

        // Step 1: files in the middle, and the records as an older center left them: the key given up, the task failed
        string task = await HalfEncryptAsync(up, descriptor);
        Assert.NotEqual(0, await WriteAsync(
            up, "UPDATE key_records SET state = 'retired', in_use = 0 WHERE task_id = $task", task));
        Assert.Equal(1, await WriteAsync(
            up, "UPDATE tasks SET state = 'failed', ended_at = started_at WHERE id = $task", task));
        await up.ControlAsync("start", "host");
        await up.ControlAsync("start", "center");
        await Wait.UntilAsync(
            async () => await up.RunAsync("vm", "show", "job", "--json") is { ExitCode: 0 } shown
                && JsonNode.Parse(shown.Output)!["suspect"]?["key"]?.GetValue<string>() == "lorica.notRecorded",
            "the VM is suspect");
        await up.RefusedAsync("no record", "vm", "policy", "set", "job", Encryption);
        Assert.True(IsHalfWay(descriptor), "nobody finished it yet");

        // Step 2: who may not decrypt may not repair; a look changes nothing
        var (records, files) = (await RecordsAsync(up), (Files.Sha256(vmx), Files.Sha256(descriptor)));
        await RefusedWithoutDecryptAsync(up);
        var told = await up.JsonAsync("vm", "repair", "job");
        Assert.Equal((true, false), (told["ok"]!.GetValue<bool>(), told["applied"]!.GetValue<bool>()));
        var actions = told["objects"]!.AsArray().ToDictionary(
            o => Path.GetExtension(o!["path"]!.GetValue<string>()), o => o!["action"]!.GetValue<string>());
        Assert.Equal([".vmdk", ".vmx"], actions.Keys.Order(StringComparer.Ordinal));
        Assert.Equal("adopt", actions[".vmdk"]);
        Assert.Equal("adopt", actions[".vmx"]);
        Assert.Equal(records, await RecordsAsync(up));
        Assert.Equal(files, (Files.Sha256(vmx), Files.Sha256(descriptor)));
        Assert.Equal("lorica.notRecorded", (await up.ShowAsync("job"))["suspect"]!["key"]!.GetValue<string>());

        // Step 3: repaired, and finished by setting the policy again
        var done = await up.JsonAsync("vm", "repair", "job", "--apply");
        Assert.True(done["applied"]!.GetValue<bool>());
        Assert.Contains("policy", done["next"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Null((await up.ShowAsync("job"))["suspect"]);
        await up.JsonAsync("vm", "policy", "set", "job", Encryption);
        Assert.False(IsHalfWay(descriptor));
        using (var kek = await Keys.FetchKekAsync(up, descriptor, "kms1"))
            Assert.Equal(plain, Keys.PlaintextSha256(descriptor, kek));

        await up.JsonAsync("vm", "policy", "set", "job", Plain);
        Assert.Equal(plain, Files.Sha256(Path.Combine(folder, "job-flat.vmdk")));
    }

    /// <summary>
    /// Begins an encryption and kills host and center in the middle; both stay stopped. Returns the task's id.
    /// </summary>
    private static async Task<string> HalfEncryptAsync(LoricaUp up, string descriptor)
    {
        for (int attempt = 0; attempt < Attempts; attempt++)
        {
            int[] pids = [await up.PidAsync("host"), await up.PidAsync("center")];
            string task = (await up.JsonAsync("vm", "policy", "set", "job", Encryption, "--no-wait"))["id"]!.GetValue<string>();
            await Wait.UntilAsync(() => Task.FromResult(IsHalfWay(descriptor)), "the disk is in the middle");
            foreach (int pid in pids)
                Process.GetProcessById(pid).Kill();

            // Before they are back and go on, as they would.
            await up.ControlAsync("stop", "center");
            await up.ControlAsync("stop", "host");
            if (IsHalfWay(descriptor))
                return task;

            await up.ControlAsync("start", "host");
            await up.ControlAsync("start", "center");
            await up.JsonAsync("task", "wait", task);
            await up.JsonAsync("vm", "policy", "set", "job", Plain);
        }

        throw new InvalidOperationException($"{Attempts} encryptions were all finished before they could be stopped.");
    }

    private static bool IsHalfWay(string descriptor) =>
        File.ReadAllText(descriptor).Contains("ddb.transition", StringComparison.Ordinal);

    private static async Task RefusedWithoutDecryptAsync(LoricaUp up)
    {
        const string Name = "mate";
        string password = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        using var api = await CenterApi.SignInAsync(up);
        foreach (var (method, path, body) in new[]
        {
            (HttpMethod.Post, "users", new JsonObject { ["name"] = Name, ["password"] = password }),
            (HttpMethod.Post, "roles/Admin/clone", new JsonObject { ["name"] = Name }),
            (HttpMethod.Put, $"roles/{Name}", new JsonObject { ["remove"] = new JsonArray("Cryptographer.Decrypt") }),
            (HttpMethod.Put, "permissions",
                new JsonObject { ["user"] = Name, ["role"] = Name, ["object"] = "root", ["propagate"] = true }),
        })
        {
            var answer = await api.SendAsync(method, path, body);
            Assert.True(answer.Accepted, $"{path}: {answer}");
        }

        using var mate = await CenterApi.SignInAsync(up, Name, password);
        foreach (bool apply in new[] { false, true })
        {
            var refused = await mate.SendAsync(HttpMethod.Post, "vms/job/repair", new JsonObject { ["apply"] = apply });
            Assert.Equal((403, "Cryptographer.Decrypt"), (refused.Status, refused.Code));
        }
    }

    private static async Task<string> RecordsAsync(LoricaUp up)
    {
        await using var db = await OpenAsync(up, SqliteOpenMode.ReadOnly);
        await using var command = db.CreateCommand();
        command.CommandText =
            "SELECT number, object_id, vm_id, key_id, state, in_use, generation FROM key_records ORDER BY number";
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<string>();
        while (await reader.ReadAsync())
            rows.Add(string.Join(' ', Enumerable.Range(0, reader.FieldCount).Select(reader.GetValue)));
        return string.Join('\n', rows);
    }

    private static async Task<int> WriteAsync(LoricaUp up, string sql, string task)
    {
        await using var db = await OpenAsync(up, SqliteOpenMode.ReadWrite);
        await using var command = db.CreateCommand();
        command.CommandText = sql;
        command.Parameters.AddWithValue("$task", task);
        return await command.ExecuteNonQueryAsync();
    }

    private static async Task<SqliteConnection> OpenAsync(LoricaUp up, SqliteOpenMode mode)
    {
        var db = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = Path.Combine(up.State, "center", "center.db"), Mode = mode, Pooling = false,
        }.ToString());
        await db.OpenAsync();
        return db;
    }
}
