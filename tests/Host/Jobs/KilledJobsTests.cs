using System.Diagnostics;
using System.Security.Cryptography;
using Lorica.Contracts.Host;
using Lorica.Disks;
using Lorica.Host.Tests.Support;

namespace Lorica.Host.Tests.Jobs;

/// <summary>
/// The real program, killed at more than fifty random moments of encryption, recrypt and decryption. Moments are drawn over the
/// time that such a job takes; a VM of many disks makes each kind a row of many durable steps. A kill counts as having met its
/// job half-done when the files say so afterwards. One that came too late or too early moves the next, since a machine is not
/// equally busy all the time, and rounds go on until enough kills of each kind met their job.
/// </summary>
public sealed class KilledJobsTests(ITestOutputHelper output) : IAsyncLifetime
{
    private const int Rounds = 17;
    private const int MostRounds = 3 * Rounds;
    private const int LeastHalfDone = 4;
    private const int Disks = 6;
    private readonly TestFolder _folder = new();
    private readonly TestKek _kek = TestKek.Make("k1"), _next = TestKek.Make("k2");
    private readonly Dictionary<string, TimeSpan> _took = [];
    private readonly Dictionary<string, (int Kills, int HalfDone)> _met = [];
    private TestHost _template = null!;
    private HostProcess _host = null!;

    private string Home => Path.Combine(_template.Datastore, "web01");

    public async ValueTask InitializeAsync()
    {
        _template = new TestHost(_folder);
        _host = new HostProcess(_template, _folder);
        await _host.StartAsync(_kek, _next);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        await _template.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Jobs_killed_at_fifty_random_moments_go_on_and_end_with_the_same_bytes()
    {
        int seed = Environment.GetEnvironmentVariable("LORICA_KILL_SEED") is { Length: > 0 } given
            ? int.Parse(given, System.Globalization.CultureInfo.InvariantCulture)
            : RandomNumberGenerator.GetInt32(int.MaxValue);
        output.WriteLine($"LORICA_KILL_SEED={seed}");
        var random = new Random(seed);
        var vm = new TestVm("web01", disks: Disks, capacity: 256 * 1024);
        await vm.ImportAsync(_host.Client);
        string[] names = Names();

        for (int round = 0; round <= Rounds || (round <= MostRounds && _met.Values.Any(m => m.HalfDone < LeastHalfDone)); round++)
        {
            // The first round is not killed: it tells how long each kind takes.
            var kill = round == 0 ? null : random;
            string context = $"seed {seed}, round {round}";
            var encrypted = await RunAsync("encrypt", kill, () => TestJob.Order(vm, "encrypt", _kek), d => d.Encrypted, context);
            Assert.All(encrypted.Disks, d => Assert.Equal((true, _kek.Ref), (d.Encrypted, d.Key)));
            Assert.False(TestVm.IsFound(_template.Datastore, TestVm.Marker), context);
            Assert.Equal(names, Names());

            var records = TestVm.RecordsOf(encrypted);
            var recrypted = await RunAsync(
                "recryptShallow", kill, () => TestJob.Order(vm, "recryptShallow", _next, records),
                d => _next.Ref.Equals(d.Key), context);
            Assert.All(recrypted.Disks, d => Assert.Equal(_next.Ref, d.Key));
            for (int d = 0; d < Disks; d++)
            {
                byte[] plaintext = await PlainDisk.ReadAsync(Home, Disk(d), _next);
                Assert.True(vm.Content.AsSpan().SequenceEqual(plaintext), context);
            }

            Assert.Equal(names, Names());

            records = TestVm.RecordsOf(recrypted);
            var plain = await RunAsync(
                "decrypt", kill, () => TestJob.Order(vm, "decrypt", null, records), d => !d.Encrypted, context);
            Assert.False(plain.Encrypted);
            Assert.All(
                Enumerable.Range(0, Disks), d =>
                    Assert.True(vm.Content.AsSpan().SequenceEqual(File.ReadAllBytes(Flat(d))), context));
            Assert.Equal(names, Names());
        }

        foreach (var (kind, (kills, halfDone)) in _met)
        {
            output.WriteLine($"{kind}: {kills} kills, {halfDone} of them met the job half-done; moments were drawn over "
                + $"{_took[kind].TotalMilliseconds:f0} ms at last");
        }

        Assert.True(_met.Values.Sum(m => m.Kills) >= 50);
        Assert.All(_met, m => Assert.True(m.Value.HalfDone >= LeastHalfDone,
            $"seed {seed}: only {m.Value.HalfDone} of {m.Value.Kills} kills met {m.Key} half-done"));
    }

    /// <summary>Starts the job, kills the host within it, and lets the next host end it.</summary>
    private async Task<VmDescription> RunAsync(
        string kind, Random? kill, Func<StartJobRequest> order, Func<VmDescription, bool> isDone, string context)
    {
        if (kill is null)
        {
            var watch = Stopwatch.StartNew();
            var whole = await _host.Client.SucceedAsync(order());
            _took[kind] = watch.Elapsed;
            return whole;
        }

        await _host.Client.StartJobAsync(order());
        await Task.Delay(_took[kind] * kill.NextDouble());
        await _host.KillAsync();
        NothingIsHalfWritten(context);
        await _host.StartAsync(_kek, _next);
        var d = Assert.Single((await _host.Client.ListVmsAsync(new ListVmsRequest())).Vms);
        Assert.True(d.Suspect is null, $"{context}, {kind}: {d.Suspect?.Message}");
        Assert.All(d.Disks, x => Assert.True(x.Suspect is null, $"{context}, {kind}: {x.Suspect?.Message}"));
        var (kills, halfDone) = _met.GetValueOrDefault(kind);
        bool met = d.PendingJob != UnfinishedWork.Unspecified;
        _met[kind] = (kills + 1, halfDone + (met ? 1 : 0));
        if (!met)
            _took[kind] *= isDone(d) ? 0.8 : 1.25;
        return await _host.Client.SucceedAsync(order());
    }

    private void NothingIsHalfWritten(string context)
    {
        using var folder = DiskFolder.Open(Home);
        for (int d = 0; d < Disks; d++)
            Assert.True(Vmdk.ReadModel(folder, Disk(d)).Capacity == new FileInfo(Flat(d)).Length, context);
        Assert.EndsWith("\n", File.ReadAllText(Path.Combine(Home, "web01.vmx")), StringComparison.Ordinal);
    }

    /// <summary>Everything of the VM's folder but locks.</summary>
    private string[] Names() => [.. Directory.EnumerateFiles(Home).Select(f => Path.GetFileName(f))
        .Where(f => !f.EndsWith(".lock", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    private static string Disk(int d) => d == 0 ? "web01" : $"web01_{d}";

    private string Flat(int d) => Path.Combine(Home, Disk(d) + "-flat.vmdk");
}
