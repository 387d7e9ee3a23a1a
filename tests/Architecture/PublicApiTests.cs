using System.Reflection;
using System.Text;

namespace Lorica.Architecture.Tests;

/// <summary>
/// The libraries that others may build on: what they promise is a text that somebody approved. After a change that is meant:
/// <c>LORICA_APPROVE=1 scripts/test Architecture</c>, and look at the difference.
/// </summary>
public sealed class PublicApiTests
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    [Theory]
    [InlineData("Crypto")]
    [InlineData("Disks")]
    [InlineData("Kmip")]
    [InlineData("Nbd")]
    public void What_a_library_promises_is_the_approved_text(string room)
    {
        string path = Repository.Full($"tests/{room}/Data/api.txt");
        string now = Describe(Assembly.LoadFrom(CompiledRoom.Find(RoomTable.All.Single(r => r.Name == room))));
        if (Environment.GetEnvironmentVariable("LORICA_APPROVE") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, now);
        }

        string[] approved = File.ReadAllLines(path);
        string[] lines = now.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Rule.NobodyBreaksIt(
            [.. approved.Except(lines).Select(l => "gone: " + l), .. lines.Except(approved).Select(l => "new: " + l)]);
    }

    private static string Describe(Assembly assembly)
    {
        var lines = new StringBuilder();
        foreach (var type in assembly.GetExportedTypes().OrderBy(t => t.FullName, StringComparer.Ordinal))
        {
            lines.Append(Name(type)).Append(": ").Append(Kind(type)).Append('\n');
            foreach (string member in type.GetMembers(Declared).Select(Member).OfType<string>().Order(StringComparer.Ordinal))
                lines.Append(Name(type)).Append('.').Append(member).Append('\n');
        }

        return lines.ToString();
    }

    private static string Kind(Type type)
    {
        var bases = new[] { type.BaseType }.OfType<Type>()
            .Where(b => b != typeof(object) && b != typeof(ValueType) && b != typeof(Enum))
            .Concat(type.GetInterfaces().Where(i => i.IsPublic)).Select(Name).Order(StringComparer.Ordinal);
        string kind = type.IsEnum ? "enum" : type.IsValueType ? "struct" : type.IsInterface ? "interface"
            : type is { IsAbstract: true, IsSealed: true } ? "static class"
            : type.IsAbstract ? "abstract class" : type.IsSealed ? "sealed class" : "class";
        return string.Join(", ", bases.Prepend(kind));
    }

    private static string? Member(MemberInfo member) => member switch
    {
        FieldInfo f when f.IsPublic || f.IsFamily => f.DeclaringType!.IsEnum
            ? f.IsLiteral ? $"{f.Name} = {Convert.ToInt64(f.GetRawConstantValue(), null)}" : null
            : $"{f.Name}: {Name(f.FieldType)}{(f.IsLiteral ? $" = {f.GetRawConstantValue()}" : "")}",
        ConstructorInfo c when c.IsPublic || c.IsFamily => $"new({Parameters(c)})",
        MethodInfo m when (m.IsPublic || m.IsFamily) && !m.IsSpecialName =>
            $"{(m.IsStatic ? "static " : "")}{m.Name}({Parameters(m)}): {Name(m.ReturnType)}",
        MethodInfo m when m.IsPublic && m.Name.StartsWith("op_", StringComparison.Ordinal) =>
            $"{m.Name}({Parameters(m)}): {Name(m.ReturnType)}",
        PropertyInfo p when p.GetAccessors(nonPublic: true).Any(a => a.IsPublic || a.IsFamily) =>
            $"{p.Name}: {Name(p.PropertyType)} {{{(p.GetMethod is { IsPublic: true } ? " get;" : "")}"
                + $"{(p.SetMethod is { IsPublic: true } ? " set;" : "")} }}",
        _ => null,
    };

    private static string Parameters(MethodBase method) =>
        string.Join(", ", method.GetParameters().Select(p => $"{Name(p.ParameterType)} {p.Name}"));

    private static string Name(Type type)
    {
        if (type.IsGenericParameter)
            return type.Name;
        if (type.HasElementType)
            return Name(type.GetElementType()!) + (type.IsArray ? "[]" : type.IsPointer ? "*" : "&");
        string name = type.IsNested ? Name(type.DeclaringType!) + "." + type.Name
            : type.Namespace == "System" ? type.Name : $"{type.Namespace}.{type.Name}";
        return type.IsGenericType && name.Contains('`', StringComparison.Ordinal)
            ? $"{name.Split('`')[0]}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>"
            : name;
    }
}
