using System.Text.Json;
using Lorica.Cli.Output;
using Lorica.Cli.Tests.Support;
using Lorica.Contracts.Faults;
using Lorica.Contracts.Names;
using Lorica.Contracts.Rest;

namespace Lorica.Cli.Tests;

public sealed class VmTests : SignedInTests
{
    [Fact]
    public async Task Lists_are_a_table_or_the_json_of_the_api()
    {
        _center.On("GET /api/v1/vms", new ListModel<VmModel>([Samples.Vm(), Samples.Locked() with { Name = "db1" }]),
            RestJson.Default.ListModelVmModel);

        Assert.Equal(ExitCode.Success, await _cli.RunAsync("vm", "ls"));
        string[] lines = _cli.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(3, lines.Length);
        Assert.StartsWith("NAME", lines[0], StringComparison.Ordinal);
        Assert.Contains("LOCKED", lines[2], StringComparison.Ordinal);

        Assert.Equal(ExitCode.Success, await _cli.RunAsync("vm", "ls", "--json"));
        var list = JsonSerializer.Deserialize(_cli.Out, RestJson.Default.ListModelVmModel)!;
        Assert.Equal(["web1", "db1"], list.Items.Select(v => v.Name));
    }

    [Fact]
    public async Task Show_names_the_reason_of_each_missing_key()
    {
        _center.On("GET /api/v1/vms/web1", Samples.Locked(), RestJson.Default.VmModel);
        Assert.Equal(ExitCode.Success, await _cli.RunAsync("vm", "show", "web1"));
        Assert.Contains("missing key default/key-1: the key provider is unreachable (connection refused)", _cli.Out,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Power_on_says_that_the_former_host_is_fenced_only_when_asked(bool fenced)
    {
        PowerBody? body = null;
        _center.On("POST /api/v1/vms/web1/power", async context =>
        {
            body = await JsonSerializer.DeserializeAsync(context.Request.Body, RestJson.Default.PowerBody);
            await FakeCenter.WriteAsync(context, Samples.Task(), RestJson.Default.TaskModel, 202);
        });
        Assert.Equal(ExitCode.Success,
            await _cli.RunAsync(["vm", "power", "on", "web1", "--no-wait", .. fenced ? ["--fenced"] : Array.Empty<string>()]));
        Assert.Equal(new PowerBody("on", Fenced: fenced), body);
    }

    [Fact]
    public async Task A_name_is_one_segment_of_the_path()
    {
        Assert.Equal(ExitCode.NotFound, await _cli.RunAsync("vm", "show", "../session"));
        Assert.Equal(ExitCode.NotFound, await _cli.RunAsync("vm", "show", "100% sure?"));
        Assert.Equal(
            [$"GET /api/v1/vms/{SegmentText.Encode("../session")}", $"GET /api/v1/vms/{SegmentText.Encode("100% sure?")}"],
            _center.Requests);
    }

    [Fact]
    public async Task A_policy_is_followed_to_its_end_with_progress_on_stderr()
    {
        SetPolicyBody? body = null;
        _center.On("POST /api/v1/vms/web1/policy", async context =>
        {
            body = await JsonSerializer.DeserializeAsync(context.Request.Body, RestJson.Default.SetPolicyBody);
            await FakeCenter.WriteAsync(context, Samples.Task(), RestJson.Default.TaskModel, 202);
        });
        int polls = 0;
        _center.On("GET /api/v1/tasks/17", context => FakeCenter.WriteAsync(context,
            ++polls < 3 ? Samples.Task(percent: polls * 30) : Samples.Task(state: "succeeded", percent: 100),
            RestJson.Default.TaskModel, 200));

        Assert.Equal(ExitCode.Success, await _cli.RunAsync("vm", "policy", "set", "web1", "VM Encryption Policy"));

        Assert.Equal(new SetPolicyBody("VM Encryption Policy"), body);
        Assert.Equal("", _cli.Out);
        Assert.Equal("Encrypting web1: 0 %\nEncrypting web1: 30 %\nEncrypting web1: 60 %\nEncrypting web1: 100 %\n", _cli.Error);
    }

    [Theory]
    [InlineData(new[] { "--home" }, true, new string[0])]
    [InlineData(new[] { "--disk", "virtio0:1" }, false, new[] { "virtio0:1" })]
    [InlineData(new[] { "--home", "--disk", "virtio0:1", "--disk", "virtio0:2" }, true, new[] { "virtio0:1", "virtio0:2" })]
    public async Task A_policy_can_be_for_home_or_disks_only(string[] options, bool home, string[] disks)
    {
        SetPolicyBody? body = null;
        _center.On("POST /api/v1/vms/web1/policy", async context =>
        {
            body = await JsonSerializer.DeserializeAsync(context.Request.Body, RestJson.Default.SetPolicyBody);
            await FakeCenter.WriteAsync(context, Samples.Task(), RestJson.Default.TaskModel, 202);
        });
        Assert.Equal(ExitCode.Success, await _cli.RunAsync(["vm", "policy", "set", "web1", "P", "--no-wait", .. options]));
        Assert.Equal(home, body!.Home);
        Assert.Equal(disks, body.Disks);
        Assert.Equal("17\n", _cli.Out);
    }

    [Fact]
    public async Task A_refused_power_on_names_every_key_and_is_exit_code4()
    {
        var fault = new Fault(
            FaultTypes.GenericVmConfigFault, "msg.vigor.enc.keyNotFound", "web1", "web1 is locked.", "Start the key server.")
        {
            Keys = [Samples.Missing],
        };
        _center.On("POST /api/v1/vms/web1/power", Samples.Task(kind: "vm.powerOn", state: "failed", fault: fault),
            RestJson.Default.TaskModel, 202);

        Assert.Equal(ExitCode.Refused, await _cli.RunAsync("vm", "power", "on", "web1"));

        Assert.Equal("error: web1 is locked.\ncode: msg.vigor.enc.keyNotFound\nkey: default/key-1: providerUnreachable: the key "
            + "provider is unreachable (connection refused)\nhint: Start the key server.\n", _cli.Error);
    }

    [Fact]
    public async Task A_failed_task_is_still_printed_as_json()
    {
        _center.On("POST /api/v1/vms/web1/power", Samples.Task(kind: "vm.powerOn", state: "failed",
            fault: new Fault(FaultTypes.ResourceInUse, "k", "web1", "In use.")), RestJson.Default.TaskModel, 202);
        Assert.Equal(ExitCode.Refused, await _cli.RunAsync("vm", "power", "on", "web1", "--json"));
        Assert.Equal("failed", JsonSerializer.Deserialize(_cli.Out, RestJson.Default.TaskModel)!.State);
    }

    [Fact]
    public async Task An_interrupt_leaves_the_task_running_and_says_how_to_see_it()
    {
        _center.On("POST /api/v1/vms/web1/recrypt", Samples.Task(kind: "vm.recrypt"), RestJson.Default.TaskModel, 202);
        _center.On("GET /api/v1/tasks/17", async context =>
        {
            _cli.Interrupts.Raise();
            await Wait.ForeverAsync(context.RequestAborted);
        });

        Assert.Equal(ExitCode.Interrupted, await _cli.RunAsync("vm", "recrypt", "web1", "--shallow"));

        Assert.EndsWith(
            "error: Stopped watching; task 17 goes on.\nhint: lorica task wait 17\n", _cli.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Removing_waits_for_its_task_or_takes_it_as_done()
    {
        _center.On(
            "DELETE /api/v1/vms/web1", Samples.Task(kind: "vm.delete", state: "succeeded"), RestJson.Default.TaskModel, 202);
        _center.On("DELETE /api/v1/vms/web2", context =>
        {
            context.Response.StatusCode = 204;
            return Task.CompletedTask;
        });
        Assert.Equal(ExitCode.Success, await _cli.RunAsync("vm", "rm", "web1"));
        Assert.Equal(ExitCode.Success, await _cli.RunAsync("vm", "rm", "web2"));
        Assert.Equal(ExitCode.NotFound, await _cli.RunAsync("vm", "rm", "web3"));
    }

    [Fact]
    public async Task A_console_is_copied_raw_from_its_beginning()
    {
        byte[] log = [0x1b, (byte)'[', (byte)'m', 0xff, (byte)'\n'];
        _center.On("GET /api/v1/vms/web1/console", context => context.Response.Body.WriteAsync(log).AsTask());
        Assert.Equal(ExitCode.Success, await _cli.RunAsync("vm", "console", "web1"));
        Assert.Equal(System.Text.Encoding.UTF8.GetString(log), _cli.Out);
        Assert.Equal(["GET /api/v1/vms/web1/console?from=0&follow=false"], _center.Requests);
    }

    [Fact]
    public async Task What_is_typed_is_answered_from_behind_the_log_so_far()
    {
        byte[] log = "old answer: data ok 1\n"u8.ToArray();
        string? typed = null;
        _center.On("POST /api/v1/vms/web1/console", async context =>
        {
            typed = await new StreamReader(context.Request.Body).ReadToEndAsync();
            context.Response.StatusCode = 204;
        });
        _center.On("GET /api/v1/vms/web1/console", async context =>
        {
            int from = int.Parse(context.Request.Query["from"]!);
            context.Response.Headers["Lorica-Console-Offset"] = $"{from}";
            await context.Response.Body.WriteAsync(log.AsMemory(from));
            if (context.Request.Query["follow"] == "true")
            {
                await context.Response.Body.WriteAsync("data o"u8.ToArray());
                await context.Response.Body.FlushAsync();
                await context.Response.Body.WriteAsync("k 2\n"u8.ToArray());
                await Wait.ForeverAsync(context.RequestAborted);
            }
        });
        Assert.Equal(ExitCode.Success, await _cli.RunAsync("vm", "console", "web1", "--send", "check", "--until", "data ok"));
        Assert.Equal("check\n", typed);
        Assert.Equal("data ok 2\n", _cli.Out);
    }

    [Fact]
    public async Task An_answer_that_does_not_come_is_a_failure()
    {
        _center.On("GET /api/v1/vms/web1/console", async context =>
        {
            await context.Response.Body.FlushAsync();
            await Wait.ForeverAsync(context.RequestAborted);
        });
        Assert.Equal(ExitCode.Other, await _cli.RunAsync("vm", "console", "web1", "--until", "x", "--timeout", "1"));
        Assert.Contains("did not write", _cli.Error, StringComparison.Ordinal);
    }
}
