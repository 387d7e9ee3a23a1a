using Lorica.Cli;
using Lorica.Cli.Commands;

using var interrupts = new Interrupts();
return await CommandLine.RunAsync(args, CliContext.OfProcess(), interrupts);
