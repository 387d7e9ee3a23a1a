using System.Diagnostics;

namespace Lorica.SystemTests.Model;

/// <summary>Random operations with random trouble on a real Lorica, against a dull model of the rules.</summary>
public sealed class ModelTests(ITestOutputHelper output)
{
    private const int RoundsOfARun = 56;
    private const int Operations = 2000;

    [Fact(Explicit = true)]
    public async Task TwoThousandRandomOperationsWithTroubleComeToWhatTheRulesSay() =>
        await RunAsync(Environment.GetEnvironmentVariable("LORICA_MODEL_SEED") ?? Plans.NewSeed(), w => w.Acts >= Operations);

    /// <summary>Without end but for <c>LORICA_SOAK_MINUTES</c> (10).</summary>
    [Fact(Explicit = true)]
    public async Task RandomOperationsForAsLongAsTold()
    {
        var minutes = double.TryParse(Environment.GetEnvironmentVariable("LORICA_SOAK_MINUTES"), out var m) ? m : 10;
        var clock = Stopwatch.StartNew();
        await RunAsync(Plans.NewSeed(), _ => clock.Elapsed.TotalMinutes >= minutes);
    }

    private async Task RunAsync(string seed, Func<World, bool> enough)
    {
        output.WriteLine($"seed {seed} (LORICA_MODEL_SEED={seed} gives the same plan)");
        await using var world = await World.StartAsync();
        var clock = Stopwatch.StartNew();
        for (var run = 0; !enough(world); run++)
        {
            var plan = Plans.Make(seed, RoundsOfARun);
            for (var i = 0; i < plan.Length && !enough(world); i++)
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
            output.WriteLine($"{world.Acts} operations after {clock.Elapsed.TotalSeconds:0} s");
            seed = Plans.After(seed);
        }
    }
}
