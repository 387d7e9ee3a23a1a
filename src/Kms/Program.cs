using Lorica.Crypto;
using Lorica.Kms.Commands;

// First of all: no core file, no debugger of another process of this user.
ProcessHardening.Apply();
return await CommandLine.RunAsync(args, Console.Out, Console.Error);
