namespace Lorica.Center.Start;

internal static class RunCommand
{
    public static Task<int> RunAsync(string file) => throw new CommandException($"Cannot run {file} yet.");
}
