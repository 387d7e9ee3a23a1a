using System.Reflection;
using Lorica.Contracts.Events;
using Lorica.Contracts.Faults;
using Lorica.ControlPlane.Access;
using Lorica.ControlPlane.Audit;
using Lorica.ControlPlane.Tests.Support;
using Lorica.ControlPlane.Tree;
using Lorica.ControlPlane.Vms.Operations;
using Lorica.Model;
using Lorica.Store;
using Lorica.Store.Queries;
using Lorica.Store.Rows;

namespace Lorica.ControlPlane.Tests.Access;

/// <summary>Each operation × each missing privilege.</summary>
public sealed class PrivilegeMatrixTests
{
    [Fact]
    public async Task Every_operation_that_takes_a_caller_has_a_row()
    {
        await using var center = await TestCenter.StartAsync();
        var asked = center.Service<OperationRegistry>().Works.OfType<IVmOperation>().Select(o => o.Info.Kind);
        var operations = typeof(IAuthorizer).Assembly.GetExportedTypes()
            .Where(t => t is { IsClass: true } && t.Namespace!.StartsWith("Lorica.", StringComparison.Ordinal)
                && !typeof(IGrain).IsAssignableFrom(t) && !OperationTable.Steps.Contains(t))
            .SelectMany(
                t => t.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)
                .Where(m => m.GetParameters().Any(p => p.ParameterType == typeof(Caller))
                    && m.Name is not ("Equals" or "op_Equality" or "op_Inequality"))
                .Select(m => $"{t.Name}.{m.Name}"))
            .Except(["VmService.BeginAsync"], StringComparer.Ordinal).Concat(asked).Distinct().ToList();
        var rows = OperationTable.Rows.Select(r => r.Method).Distinct().ToList();
        Assert.True(operations.Count > 40);
        Nothing(operations.Except(rows).Order(StringComparer.Ordinal));
        Nothing(rows.Except(operations).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_privilege_of_encryption_is_asked_for_somewhere() =>
        Nothing(
            Privileges.All.Where(Privileges.IsCrypto)
                .Except(OperationTable.Rows.SelectMany(r => r.Privileges)).Order(StringComparer.Ordinal));

    [Fact]
    public async Task Without_one_of_its_privileges_an_operation_is_refused_names_it_and_the_object_and_is_an_audit_event()
    {
        await using var center = await StartAsync();
        var wrong = new List<string>();
        foreach (var row in OperationTable.Rows)
        {
            foreach (string missing in row.Privileges)
            {
                var caller = await CallerAsync(
                    center, Privileges.All.Where(p => p != missing), nothing: missing == Privileges.View);
                var fault = await RefusalAsync(row, center, caller);
                if ((fault?.Type, fault?.Key, fault?.Object) != (FaultTypes.NoPermission, missing,
                    row.Elsewhere.GetValueOrDefault(missing, row.Object)))
                {
                    wrong.Add($"{row.Method} without {missing}: {fault?.ToString() ?? "was done"}");
                }
                else if (!await IsToldAsync(center, caller, fault!))
                {
                    wrong.Add($"{row.Method} without {missing}: no audit event");
                }
            }
        }

        Nothing(wrong);
    }

    [Fact]
    public async Task With_exactly_its_privileges_no_operation_is_refused_for_another()
    {
        await using var center = await StartAsync();
        var wrong = new List<string>();
        foreach (var row in OperationTable.Rows)
        {
            var caller = await CallerAsync(center, row.Privileges, nothing: false);
            if (await RefusalAsync(row, center, caller) is { Type: FaultTypes.NoPermission } fault)
            {
                wrong.Add($"{row.Method} with {string.Join(", ", row.Privileges)}: {fault.Message}");
            }
        }

        Nothing(wrong);
    }

    /// <summary>Whether the refusal is the one thing that the log of events tells of somebody as refused.</summary>
    private static async Task<bool> IsToldAsync(TestCenter center, Caller caller, Fault fault)
    {
        var query = new EventQuery { User = caller.User, Outcome = EventOutcome.Refused.ToWord() };
        return await center.Service<EventLog>().ListAsync(query, default) is [{ } told]
            && told.Id is EventIds.PrivilegeRefused or EventIds.AccessRefused && told.Object == fault.Object
            && told.ObjectKind.Length > 0 && told.Message.EndsWith(fault.Message, StringComparison.Ordinal);
    }

    /// <summary>Shows all of them, not the first few.</summary>
    private static void Nothing(IEnumerable<string> found) => Assert.True(!found.Any(), string.Join('\n', found));

    private static async Task<Fault?> RefusalAsync(OperationRow row, TestCenter center, Caller caller)
    {
        try
        {
            await row.Act(center, caller);
            return null;
        }
        catch (FaultException e)
        {
            return e.Fault;
        }
    }

    private static async Task<TestCenter> StartAsync()
    {
        var center = await TestCenter.StartAsync();
        await center.CreateAsync("plain");
        await center.CreateAsync("enc", TestCenter.EncryptionPolicy);
        await center.CreateAsync("doomed");
        await center.CreateAsync("leaving");
        string plain = (await center.VmAsync("plain")).Id;
        var foreign = center.Host.Vms[(await center.VmAsync("enc")).Id].Clone();
        (foreign.VmId, foreign.Name, foreign.Path) = (Guid.NewGuid().ToString(), "foreign", OperationTable.ForeignPath);
        center.Host.Unregistered[foreign.Path] = foreign;
        await center.Store.WriteAsync(db =>
        {
            db.Raw.Containers.Add(new ContainerRow
            {
                Id = "folder-dev", Kind = ObjectKinds.Folder, Name = "dev", ParentId = InventoryIds.FirstDatacenter,
            });
            db.Raw.Tasks.Add(new TaskRow
            {
                Id = OperationTable.OldTask, Kind = "vm.powerOn", VmId = plain, ObjectId = plain, Target = "plain",
                State = TaskStates.Succeeded, UserName = "somebody",
            });
            db.Raw.Alarms.Add(new AlarmRow
            {
                Number = OperationTable.OldAlarm, Alarm = "test", ObjectKind = ObjectKinds.Vm, ObjectId = plain,
                ObjectName = "plain", Severity = "warning", Message = "test",
            });
            return Task.CompletedTask;
        });
        return center;
    }

    /// <summary>
    /// Somebody who holds just these at the root and below; what every role holds is only missing from NoAccess.
    /// </summary>
    private static async Task<Caller> CallerAsync(TestCenter center, IEnumerable<string> privileges, bool nothing)
    {
        string name = "u" + Guid.NewGuid().ToString("N");
        await center.Store.WriteAsync(async db =>
        {
            var role = new RoleRow { Name = name };
            db.Raw.Users.Add(new UserRow { Name = name, PasswordHash = "" });
            db.Raw.Roles.Add(role);
            await db.Raw.SaveChangesAsync();
            db.Raw.RolePrivileges.AddRange(
                privileges.Distinct().Select(p => new RolePrivilegeRow { RoleId = role.Id, Privilege = p }));
            db.Raw.Permissions.Add(new PermissionRow
            {
                PrincipalKind = PrincipalKinds.User, Principal = name, RoleId = nothing ? BuiltInRoles.NoAccess.Id : role.Id,
                ObjectKind = ObjectKinds.Root, ObjectId = InventoryIds.Root, Propagate = true,
            });
        });
        return new Caller(name);
    }
}
