namespace Lorica.SystemTests.Model;

/// <summary>The rules of VM encryption, dull: what an act on a VM must come to when nothing goes wrong in the middle.</summary>
internal static class Rules
{
    /// <param name="vm">The VM before.</param>
    /// <param name="act">The act.</param>
    /// <param name="provider">Provider of a new key.</param>
    /// <param name="weather">What the act meets.</param>
    public static Verdict Of(ModelVm vm, Act act, string provider, Weather weather)
    {
        var makes = weather.Makes(provider) && weather.Safe;
        if (act is Act.ImportPlain or Act.ImportEncrypted)
        {
            return vm.Exists ? Refused(vm, "lorica.vmExists")
                : act == Act.ImportPlain ? Done(new ModelVm(true, "", false, false))
                : makes ? Done(new ModelVm(true, provider, false, true)) : Refused(vm, "*");
        }

        if (!vm.Exists)
            return Refused(vm, "lorica.vmNotFound");
        var key = vm.KeyOnHost || weather.Gives(vm.Provider);
        return act switch
        {
            Act.Show => Done(vm),
            Act.Encrypt when vm.Encrypted => Done(vm),
            Act.Encrypt when vm.On => Refused(vm, "lorica.mustBeOff"),
            Act.Encrypt => makes ? Done(vm with { Provider = provider, KeyOnHost = true }) : Refused(vm, "*"),
            Act.Decrypt when !vm.Encrypted => Done(vm),
            Act.Decrypt when vm.On => Refused(vm, "lorica.mustBeOff"),
            Act.Decrypt => key ? Done(vm with { Provider = "", KeyOnHost = false }) : Refused(vm, "msg.vigor.enc.keyNotFound"),
            Act.Recrypt or Act.RecryptDeep when !vm.Encrypted => Refused(vm, "msg.hostd.configSpec.enc.notEncrypted"),
            Act.RecryptDeep when vm.On => Refused(vm, "lorica.mustBeOff"),
            Act.Recrypt or Act.RecryptDeep when !key => Refused(vm, "msg.vigor.enc.keyNotFound"),
            Act.Recrypt or Act.RecryptDeep => makes ? Done(vm with { Provider = provider, KeyOnHost = true }) : Refused(vm, "*"),
            Act.PowerOn when vm.On => Refused(vm, "lorica.powerState"),
            Act.PowerOn when vm.Encrypted && !key => Refused(vm, "msg.vigor.enc.keyNotFound"),
            Act.PowerOn when vm.Encrypted && !weather.Safe => Refused(vm, "*"),
            Act.PowerOn => Done(vm with { On = true, KeyOnHost = vm.Encrypted }),
            Act.PowerOff when !vm.On => Refused(vm, "lorica.powerState"),
            Act.PowerOff => Done(vm with { On = false }),
            Act.Remove when vm.On => Refused(vm, "lorica.mustBeOff"),
            _ => Done(ModelVm.Nothing),
        };
    }

    private static Verdict Done(ModelVm after) => new(after, null);

    private static Verdict Refused(ModelVm vm, string code) => new(vm, code);
}
