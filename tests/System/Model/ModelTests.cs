using System.Diagnostics;

namespace Lorica.SystemTests.Model;

/// <summary>Random operations with random trouble on a real Lorica, against a dull model of the rules.</summary>
public sealed class ModelTests(ITestOutputHelper output)
{
    private const int RoundsOfARun = 56;
    private const int Operations = 2000;

    /// <summary>Plans that once ended otherwise than the rules say; each run begins with them.</summary>
    private static readonly string[] Kept =
    [
        // A migration on a full datastore: the one host had let the VM go, the other could not take it.
        "6K6vaf26_NQ1",

        // A host killed in the middle of a removal: the VM stayed in the inventory, without its VMX.
        "8LFQYA5jC5B1",
    ];

    [Fact]
    public async Task Two_thousand_random_operations_with_trouble_come_to_what_the_rules_say()
    {
        string? told = Environment.GetEnvironmentVariable("LORICA_MODEL_SEED");
        await RunAsync(told is null ? [.. Kept, Plans.NewSeed()] : [told], w => w.Acts >= Operations);
    }

    /// <summary>Without end but for <c>LORICA_SOAK_MINUTES</c> (10).</summary>
    [Fact(Explicit = true)]
    public async Task Random_operations_for_as_long_as_told()
    {
        double minutes = double.TryParse(Environment.GetEnvironmentVariable("LORICA_SOAK_MINUTES"), out double m) ? m : 10;
        var watch = Stopwatch.StartNew();
        await RunAsync([Plans.NewSeed()], _ => watch.Elapsed.TotalMinutes >= minutes);
    }

    private async Task RunAsync(IReadOnlyList<string> seeds, Func<World, bool> enough)
    {
        output.WriteLine($"last seed {seeds[^1]} (LORICA_MODEL_SEED={seeds[^1]} gives the same plan)");
        await using var world = await World.StartAsync();
        var watch = Stopwatch.StartNew();
        string seed = seeds[0];
        for (int run = 0; !enough(world); run++)
        {
            seed = run < seeds.Count ? seeds[run] : Plans.After(seed);
            var plan = Plans.Make(seed, RoundsOfARun);
            for (int i = 0; i < plan.Length && !enough(world); i++)
            {
                try
                {
                    await world.RunAsync(plan[i]);
                }
                catch (Exception e)
                {
                    throw new InvalidOperationException($"seed {seed}, run {run}, round {i}: {plan[i]}\n{e.Message}", e);
                }
            }

            await world.CheckAsync();
            output.WriteLine($"{world.Acts} operations after {watch.Elapsed.TotalSeconds:0} s");
        }

        output.WriteLine(world.Tally());
    }
}
