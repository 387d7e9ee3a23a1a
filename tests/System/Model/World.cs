using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Lorica.SystemTests.Support;

namespace Lorica.SystemTests.Model;

/// <summary>A real Lorica beside the model of it: acts are carried out on both, and must come to the same.</summary>
internal sealed partial class World : IAsyncDisposable
{
    private const string Encryption = "VM Encryption Policy", Default = "Datastore Default";
    private const string Marker = ".lorica-datastore";
    private const string FirstPart = "host", SecondPart = "host2";
    private const string SecondLabel = "virtio0:1", Operator = "operator";
    private const int DiskBytes = 512 * 1024;

    private readonly LoricaUp _up;
    private readonly PyKmip _py;
    private readonly CenterApi _api, _operator;
    private readonly ModelVm[] _vms = [.. Enumerable.Repeat(ModelVm.Nothing, Plans.Vms)];
    private readonly List<string>[] _history = [.. Enumerable.Range(0, Plans.Vms).Select(_ => new List<string>())];
    private readonly List<Act> _done = [];
    private readonly List<Trouble> _troubles = [];
    private readonly byte[][] _content = new byte[Plans.Vms][];
    private readonly byte[][] _sources = new byte[Plans.Vms][];
    private readonly System.Collections.Concurrent.ConcurrentDictionary<int, string> _refusals = new();
    private Weather _weather = Weather.Fine;
    private CenterApi _caller;

    private World(LoricaUp up, PyKmip py, CenterApi api, CenterApi @operator) =>
        (_up, _py, _api, _operator, _caller) = (up, py, api, @operator, api);

    /// <summary>Acts carried out.</summary>
    public int Acts { get; private set; }

    public static async Task<World> StartAsync()
    {
        var up = await LoricaUp.StartAsync(hosts: 2, secondDatastore: true);
        var py = await PyKmip.StartAsync();
        try
        {
            await up.StopAsync();
            // Of a size that a ballast fills at once.
            byte[] marker = await File.ReadAllBytesAsync(Path.Combine(up.Datastore, Marker));
            await Tool.OutputAsync("/bin/mount", "-t", "tmpfs", "-o", "size=256m,mode=0755", "tmpfs", up.Datastore);
            await File.WriteAllBytesAsync(Path.Combine(up.Datastore, Marker), marker);
            await up.StartProcessesAsync();
            await up.SignInAsync();
            await up.AddEmbeddedKmsAsync(Providers.Embedded);
            await up.AddKmsAsync(
                Providers.Py, py.Port, "--client-cert", py.Pki("client.crt"), "--client-key", py.Pki("client.key"));
            up.UploadedIdentity = X509Certificate2.CreateFromPemFile(
                py.Pki("client.crt"), py.Pki("client.key"));
            var api = await CenterApi.SignInAsync(up);
            var world = new World(up, py, api, await OperatorAsync(up, api));
            await world.MakeSourcesAsync();
            return world;
        }
        catch
        {
            await py.DisposeAsync();
            await up.DisposeAsync();
            throw;
        }
    }

    /// <summary>Carries a round out and compares.</summary>
    public async Task RunAsync(Round round)
    {
        // Step 1: the weather
        round = Possible(round);
        await PrepareAsync(round.Trouble);

        // Step 2: all acts at once, and in the middle what goes wrong
        var before = _vms.ToArray();
        byte[][] content = round.Acts.Select((a, i) => a switch
        {
            Act.ImportPlain or Act.ImportEncrypted => RandomNumberGenerator.GetBytes(DiskBytes),
            Act.Create => new byte[DiskBytes],
            Act.Clone => _sources[i],
            _ => [],
        }).ToArray();
        _caller = round.OperatorAsks ? _operator : _api;
        var acts = round.Acts.Select((act, i) => ActAsync(i, act, content[i])).ToArray();
        var all = Task.WhenAll(acts);
        await DisturbAsync(round, all);
        var outcomes = await all;
        _caller = _api;
        Acts += outcomes.Length;
        _troubles.Add(round.Trouble);
        for (int i = 0; i < outcomes.Length; i++)
        {
            _history[i].Add($"{round.Acts[i]} ({round.Trouble}): {(outcomes[i].Ok ? "done" : outcomes[i].Code)}");
            if (outcomes[i].Ok)
                _done.Add(round.Acts[i]);
        }

        // Step 3: what was disturbed is looked at, the rest must be as the rules say
        if (round.Disturbs)
        {
            await RepairAsync(round);
            for (int i = 0; i < outcomes.Length; i++)
                await SettleAsync(i, round.Acts[i], round.Trouble, before[i], content[i]);
            return;
        }

        for (int i = 0; i < outcomes.Length; i++)
        {
            var verdict = Rules.Of(i, before[i], round.Acts[i], _weather);
            var (ok, code) = outcomes[i];
            Assert.True(verdict.Refusal is null ? ok : !ok && verdict.Allows(code),
                $"{Name(i)} {before[i]}: {round.Acts[i]}, {_weather}: expected {verdict.Refusal ?? "success"}, got "
                + $"{(ok ? "success" : code)} ({_refusals.GetValueOrDefault(i)}; {History(i)})\n{_up.LogsOfParts(60)}");
            _vms[i] = verdict.After;
            if (ok && content[i].Length > 0)
                _content[i] = content[i];
        }

        if (round.Trouble == Trouble.WrongKey)
            await RightKeysAsync();
    }

    /// <summary>What was done and what went wrong, for people.</summary>
    public string Tally() =>
        $"{_done.Count} of {Acts} operations done, the rest refused or lost: {Counts(_done)}; trouble: {Counts(_troubles)}; "
        + $"work was begun {_begunWhenStateWasLost} times when a host lost its state";

    private static string Counts<T>(IEnumerable<T> all)
        where T : struct, Enum => string.Join(", ", all.CountBy(t => t).OrderBy(c => c.Key).Select(c => $"{c.Key} {c.Value}"));

    private string History(int vm) => "before: " + string.Join(", ", _history[vm].TakeLast(5));

    public async ValueTask DisposeAsync()
    {
        _api.Dispose();
        _operator.Dispose();
        await _py.DisposeAsync();
        await _up.DisposeAsync();
    }

    /// <summary>
    /// A job under way whose key goes with the host waits for the key server: not before that returns. Without the host's own key
    /// only what needs no key is tried; and what leaves the one place before it needs a key at
    /// the other, only when it can be had. A host that is to lose its state is given what needs that state.
    /// </summary>
    private Round Possible(Round round)
    {
        var acts = round.Acts.ToArray();
        bool keyless = ((round.FirstHostDies || round.Trouble == Trouble.SecondHostKilled) && !_weather.Kms)
            || !_weather.FirstSafe || !_weather.SecondSafe;
        for (int i = 0; i < acts.Length; i++)
        {
            bool moves = acts[i] is Act.Migrate or Act.Reregister;
            if (keyless && (moves || acts[i] is Act.Decrypt or Act.Recrypt or Act.RecryptDeep or Act.ChangeDisk or Act.Clone))
                acts[i] = Act.Show;
            if (keyless && acts[i] == Act.Encrypt && i == Providers.PyVm)
                acts[i] = Act.Show;
            if (round.Trouble == Trouble.StateLost && _weather.Kms && _vms[i] is { Exists: true, Host: 0, On: false })
                acts[i] = !_vms[i].Encrypted ? Act.Encrypt : acts[i] == Act.Recrypt ? Act.Recrypt : Act.RecryptDeep;
            if (moves && _vms[i].Encrypted
                && (!_weather.Gives(_vms[i].Provider) || round.Trouble is Trouble.WrongKey or Trouble.KmsLeaves))
            {
                acts[i] = Act.Show;
            }
        }

        return round with
        {
            Acts = acts,
            Trouble = round.Trouble switch
            {
                Trouble.WrongKey or Trouble.KmsRefuses when !_weather.Kms => Trouble.None,
                Trouble.KeylessHost when !_weather.Kms => Trouble.HostKilled,
                Trouble.StateLost when !_weather.Kms => Trouble.PowerCut,
                _ => round.Trouble,
            },
        };
    }
}
