using Lorica.SystemTests.Support;

namespace Lorica.SystemTests;

/// <summary>
/// Reads all memory of every process after an encryption, while a guest runs under I/O load, and after its key was changed: keys
/// lie in key memory only. Each search also has to find something that is no secret, or it would prove nothing.
/// </summary>
public sealed class KeyMemoryTests(ITestOutputHelper output)
{
    private static readonly string[] Parts = ["lorica-host", "lorica-center"];
    private static readonly string[] Running = ["lorica-host", "lorica-center", "lorica-vmx", "qemu"];

    [Theory]
    [InlineData("")]
    [InlineData("locked")]
    public async Task Keys_lie_in_key_memory_only(string keyMemory)
    {
        await using var up = await LoricaUp.StartAsync(new Dictionary<string, string> { ["LORICA_KEY_MEMORY"] = keyMemory });
        await up.AddEmbeddedKmsAsync();
        var guest = new Guest(up, "web");
        string second = Path.Combine(up.Folder, "second.img");
        byte[] start = new byte[8 * 1024 * 1024];
        (start[510], start[511]) = (0x55, 0xaa);
        await File.WriteAllBytesAsync(second, start);
        await up.JsonAsync("vm", "import", "web", "--disk", await GuestImage.PathAsync(), "--disk", second);
        await up.JsonAsync("vm", "policy", "set", "web", "VM Encryption Policy");
        var controls = new SecretPatterns();
        controls.AddControl((await up.ShowAsync("web"))["id"]!.GetValue<string>());
        controls.AddControl("LORICA-GUEST");
        var secrets = new SecretPatterns();
        await AddSecretsAsync(up, secrets, "first");
        NothingIsFound(up, secrets, controls, "after encryption", Parts);
        if (keyMemory.Length == 0)
            await TheBrokerForgetsByEndingAsync(up, secrets);

        await guest.PowerOnAndWaitAsync();
        await guest.AskAsync("loadbg", "LORICA-GUEST load started");
        NothingIsFound(up, secrets, controls, "under load", Running);
        await guest.LoadGoesOnAsync();
        await up.JsonAsync("vm", "recrypt", "web", "--shallow");
        await AddSecretsAsync(up, secrets, "second");
        NothingIsFound(up, secrets, controls, "under load with a new key", Running);
        await guest.LoadGoesOnAsync();
        NothingIsTold(up, secrets);
        await guest.AskAsync("loadstop", "LORICA-GUEST load stopped", 90);
        Assert.Contains("data ok", await guest.AskAsync("check", "LORICA-GUEST data"), StringComparison.Ordinal);
        await NoCoreIsLeftAsync(up, "lorica-vmx", "-ABRT");
        await guest.PowerOffAsync();
        await NoCoreIsLeftAsync(up, "lorica-host", "-SYS");

        // At rest: databases, logs, descriptors, sockets' folders.
        Assert.Empty(Files.Holding(secrets, up.Folder, Processes.RunFolder(up.State), Processes.RunFolder(up.State) + ".up"));
    }

    private static async Task AddSecretsAsync(LoricaUp up, SecretPatterns secrets, string which)
    {
        string folder = Path.Combine(up.Datastore, "web");
        using var kek = await Keys.FetchKekAsync(up, Path.Combine(folder, "web.vmdk"), "kms1");
        secrets.AddKey($"{which} KEK", kek.Span);
        if (which != "first")
            return;
        foreach (string disk in (string[])["web", "web_1"])
        {
            using var bundle = Keys.OpenBundle(Path.Combine(folder, disk + ".vmdk"), kek);
            secrets.AddDek($"DEK of {disk}", bundle.Key!.Span);
        }

        using var home = Keys.OpenHomeBundle(Path.Combine(folder, "web.vmx"), kek);
        secrets.AddKey("dataFileKey", home.Key!.Span);
    }

    private void NothingIsFound(LoricaUp up, SecretPatterns secrets, SecretPatterns controls, string when, string[] mustBeThere)
    {
        var processes = Processes.OfState(up.State).Where(p => Running.Contains(p.Name)).ToArray();
        foreach (string name in mustBeThere)
            Assert.True(processes.Any(p => p.Name == name), $"{when}: {name} does not run");
        var found = new List<string>();
        foreach (var process in processes)
        {
            Assert.True(ProcessMemory.Search(process.Pid, controls).Count > 0,
                $"{when}: the search of {process.Name} finds not even what must be there");
            var places = ProcessMemory.Search(process.Pid, secrets);
            output.WriteLine($"{when}: {process.Name} ({process.Pid}): {places.Count} places");
            found.AddRange(places.Select(p => $"{when}: {process.Name}: {p}"));
        }

        Assert.True(found.Count == 0, string.Join('\n', found.Take(40)));
    }

    /// <summary>
    /// The platform's TLS keeps what it carried: a living broker may hold keys that it delivered, as SECURITY.md says. That is
    /// why it ends when idle; the next one knows none of them.
    /// </summary>
    private async Task TheBrokerForgetsByEndingAsync(LoricaUp up, SecretPatterns secrets)
    {
        var recrypt = up.JsonAsync("vm", "recrypt", "web", "--shallow");
        while (!recrypt.IsCompleted)
            Measure("during a delivery");
        await recrypt;
        await AddSecretsAsync(up, secrets, "delivered");
        Measure("after a delivery");
        await Wait.UntilAsync(async () => await up.PidAsync("broker") == 0, "the broker ends when idle", 120);
        Assert.DoesNotContain(Processes.OfState(up.State), p => p.Name == "lorica-broker");
        await up.JsonAsync("kms", "status", "kms1");
        var next = Assert.Single(Processes.OfState(up.State), p => p.Name == "lorica-broker");
        Assert.Empty(ProcessMemory.Search(next.Pid, secrets));

        void Measure(string when)
        {
            foreach (var broker in Processes.OfState(up.State).Where(p => p.Name == "lorica-broker"))
            {
                output.WriteLine(
                    $"{when}: lorica-broker ({broker.Pid}): {ProcessMemory.Search(broker.Pid, secrets).Count} places");
            }
        }
    }

    private static void NothingIsTold(LoricaUp up, SecretPatterns secrets)
    {
        var index = new PatternIndex(secrets.All);
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var process in Processes.OfState(up.State))
        {
            names.Add(process.Name);
            byte[] told = [.. File.ReadAllBytes($"/proc/{process.Pid}/cmdline"),
                .. File.ReadAllBytes($"/proc/{process.Pid}/environ")];
            Assert.NotEmpty(told);
            Assert.Empty(index.Find(told).Select(f => $"{f.Name} told by {process.Name}"));
        }

        Assert.Superset(Running.ToHashSet(), names);
    }

    /// <summary>
    /// A part that crashes leaves no core file, though the limit that it started with would allow one. SIGSYS: the runtime of the
    /// host and the center has a handler for SIGABRT that takes the first one from outside: it puts the default action back and
    /// returns, for a fault to come again; only a second one would end the process.
    /// </summary>
    private static async Task NoCoreIsLeftAsync(LoricaUp up, string name, string signal)
    {
        Assert.Equal("unlimited", CoreLimit(up.Pid));
        var process = Assert.Single(Processes.OfState(up.State), p => p.Name == name);
        Assert.Equal("0", CoreLimit(process.Pid));
        // Where that is permitted: without its limit only what the process said of itself keeps the core file away.
        await Tool.RunAsync("/usr/bin/prlimit", ["--pid", process.Pid.ToString(), "--core=unlimited:unlimited"]);
        string[] folders =
            new[] { new DirectoryInfo($"/proc/{process.Pid}/cwd").ResolveLinkTarget(true)!.FullName, CoreFolder() };
        string[] before = folders.SelectMany(Cores).ToArray();
        await Tool.OutputAsync("/bin/kill", signal, process.Pid.ToString());
        await Wait.UntilAsync(() => Task.FromResult(!Directory.Exists($"/proc/{process.Pid}")), $"{name} has ended", 30);
        Assert.Empty(folders.SelectMany(Cores).Except(before));
        await Wait.UntilAsync(
            () => Task.FromResult(Processes.OfState(up.State).Any(p => p.Name == name)), $"{name} is there again", 60);
    }

    private static string CoreLimit(int pid) => File.ReadLines($"/proc/{pid}/limits")
        .Single(l => l.StartsWith("Max core file size", StringComparison.Ordinal))
        .Split(' ', StringSplitOptions.RemoveEmptyEntries)[4];

    /// <summary>Where the kernel puts core files: in the working folder, or where its pattern says.</summary>
    private static string CoreFolder()
    {
        string pattern = File.ReadAllText("/proc/sys/kernel/core_pattern").Trim();
        return pattern.StartsWith('/') ? Path.GetDirectoryName(pattern)! : "/";
    }

    private static IEnumerable<string> Cores(string folder) => Directory.EnumerateFiles(folder)
        .Where(f => Path.GetFileName(f).StartsWith("core", StringComparison.Ordinal))
        .Select(f => $"{f} {File.GetLastWriteTimeUtc(f).Ticks}");
}
