namespace Lorica.Crypto.Bench;

/// <summary>
/// Measures several contenders in turn, round by round, so that a change of the machine's clock or load hits all alike; the
/// median of the rounds counts.
/// </summary>
internal sealed class Meter
{
    private const int Rounds = 9;
    private const double WarmUp = 0.15;
    private const double Round = 0.04;

    private readonly List<(string Name, long Bytes, Action<int> Run)> _contenders = [];

    /// <summary>
    /// Adds a contender: the action performs the given number of operations on <paramref name="bytes"/> bytes each.
    /// </summary>
    public void Add(string name, long bytes, Action<int> run) => _contenders.Add((name, bytes, run));

    public List<Row> Run()
    {
        int[] operations = _contenders.Select(c => Calibrate(c.Run)).ToArray();
        double[][] speeds = _contenders.Select(_ => new double[Rounds]).ToArray();
        long[] allocated = new long[_contenders.Count];
        for (int round = 0; round < Rounds; round++)
        {
            for (int i = 0; i < _contenders.Count; i++)
            {
                long before = GC.GetAllocatedBytesForCurrentThread();
                double start = CpuClock.Seconds();
                _contenders[i].Run(operations[i]);
                speeds[i][round] = _contenders[i].Bytes * (double)operations[i] / (CpuClock.Seconds() - start);
                allocated[i] += GC.GetAllocatedBytesForCurrentThread() - before;
            }
        }

        return [.. _contenders.Select(
            (c, i) => new Row(c.Name, Median(speeds[i]), allocated[i] / (double)Rounds / operations[i]))];
    }

    // How many operations fill a round, after running long enough for the last tier of compilation.
    private static int Calibrate(Action<int> run)
    {
        double start = CpuClock.Seconds();
        int done = 0;
        while (CpuClock.Seconds() - start < WarmUp)
        {
            run(100);
            done += 100;
        }

        return Math.Max(1, (int)(done * (Round / (CpuClock.Seconds() - start))));
    }

    private static double Median(double[] values)
    {
        Array.Sort(values);
        return values[values.Length / 2];
    }
}
