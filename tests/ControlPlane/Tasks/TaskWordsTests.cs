using System.Reflection;
using Lorica.Contracts.Names;
using Lorica.Model;

namespace Lorica.ControlPlane.Tests.Tasks;

public sealed class TaskWordsTests
{
    [Fact]
    public void Every_kind_of_task_has_words_and_no_words_are_left_over()
    {
        var kinds = typeof(TaskKinds).Assembly.GetTypes().Where(t => t.Name.EndsWith("TaskKinds", StringComparison.Ordinal))
            .SelectMany(t => t.GetFields(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static))
            .Where(f => f.IsLiteral)
            .Select(f => (string)f.GetRawConstantValue()!).ToList();

        Assert.True(kinds.Count > 50);
        Assert.Equal(kinds.Order(StringComparer.Ordinal), TaskWords.Kinds.Order(StringComparer.Ordinal));
        Assert.Equal("vm.unheardOf", TaskWords.Of("vm.unheardOf"));
    }
}
