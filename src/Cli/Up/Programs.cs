using Lorica.Cli.Output;

namespace Lorica.Cli.Up;

/// <summary>
/// The programs of Lorica: beside this one, as <c>make build</c> and packages lay them out, or in the folder that
/// <c>LORICA_PROGRAMS</c> names.
/// </summary>
internal sealed class Programs
{
    private Programs(string folder)
    {
        Kms = Find(folder, "kms/lorica-kms");
        Broker = Find(folder, "lorica-broker");
        Host = Find(folder, "host/lorica-host");
        Center = Find(folder, "center/lorica-center");
        Vmx = Find(folder, "lorica-vmx");
    }

    public string Kms { get; }

    public string Broker { get; }

    public string Host { get; }

    public string Center { get; }

    public string Vmx { get; }

    public static Programs Find(Func<string, string?> environment)
        => new(environment("LORICA_PROGRAMS") is { Length: > 0 } named
            ? Path.GetFullPath(named)
            : Path.GetDirectoryName(Environment.ProcessPath) ?? ".");

    private static string Find(string folder, string program)
    {
        string path = Path.Combine(folder, program);
        return File.Exists(path)
            ? path
            : throw new CliException(ExitCode.NotFound, $"The program {path} is missing.", "Build all programs: make build");
    }
}
