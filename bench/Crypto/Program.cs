using Lorica.Crypto.Bench;

bool json = args.Contains("--json", StringComparer.Ordinal);
if (args.Any(a => a is not "--json"))
{
    Console.Error.WriteLine("usage: lorica-crypto-bench [--json]");
    return 2;
}

var report = Suite.Run();
Console.Out.WriteLine(json ? report.ToJson() : report.ToTable());
return 0;
