namespace Lorica.SystemTests.Model;

/// <summary>The rules of VM encryption, dull: what an act on a VM must come to when nothing goes wrong in the middle.</summary>
internal static class Rules
{
    private const string MustBeOff = "lorica.mustBeOff", KeyNotFound = "msg.vigor.enc.keyNotFound";

    /// <summary>The host on which VM number <paramref name="vm"/> comes to be.</summary>
    public static int BirthHost(int vm) => vm % 2;

    /// <param name="number">Which VM.</param>
    /// <param name="vm">The VM before.</param>
    /// <param name="act">The act.</param>
    /// <param name="weather">What the act meets.</param>
    public static Verdict Of(int number, ModelVm vm, Act act, Weather weather)
    {
        string provider = Providers.Of(number, act);
        return act switch
        {
            Act.ImportPlain or Act.ImportEncrypted or Act.Create or Act.Clone when vm.Exists => Refused(vm, "lorica.vmExists"),
            Act.ImportPlain or Act.ImportEncrypted or Act.Create or Act.Clone => Birth(number, act, provider, weather),
            _ when !vm.Exists => Refused(vm, "lorica.vmNotFound"),
            Act.Show => Done(vm),
            Act.PowerOn or Act.PowerOff => Power(vm, act, weather),
            Act.Encrypt when vm.Encrypted && !Providers.Named(provider) => Done(vm),
            Act.Decrypt when !vm.Encrypted => Done(vm),
            Act.Recrypt => Crypto(vm, act, provider, weather),
            _ when vm.On => Refused(vm, MustBeOff),
            Act.Encrypt or Act.Decrypt or Act.RecryptDeep => Crypto(vm, act, provider, weather),
            Act.Relocate => Done(vm with { Elsewhere = !vm.Elsewhere }),
            Act.Remove => Done(ModelVm.Nothing),
            _ => Files(vm, act, weather),
        };
    }

    private static Verdict Birth(int number, Act act, string provider, Weather weather)
    {
        int host = BirthHost(number);
        var born = new ModelVm { Exists = true, Host = host };
        bool keyed = weather.Safe(host)
            && (act == Act.Clone ? weather.SourceKeys[number] || weather.Kms : weather.Makes(provider));
        return act == Act.ImportPlain ? Done(born)
            : keyed ? Done(born with { Provider = provider, KeyOnHost = true }) : Refused(ModelVm.Nothing, "*");
    }

    private static Verdict Crypto(ModelVm vm, Act act, string provider, Weather weather)
    {
        var (key, makes) = (vm.KeyOnHost || weather.Gives(vm.Provider), weather.Makes(provider) && weather.Safe(vm.Host));
        return act switch
        {
            Act.Encrypt when vm.Encrypted => Refused(vm, "msg.hostd.configSpec.enc.encrypted"),
            Act.Encrypt => makes ? Done(vm with { Provider = provider, KeyOnHost = true }) : Refused(vm, "*"),
            Act.Decrypt => key ? Done(vm with { Provider = "", KeyOnHost = false }) : Refused(vm, KeyNotFound),
            _ when !vm.Encrypted => Refused(vm, "msg.hostd.configSpec.enc.notEncrypted"),
            _ when !key => Refused(vm, KeyNotFound),
            _ => makes ? Done(vm with { Provider = provider, KeyOnHost = true }) : Refused(vm, "*"),
        };
    }

    private static Verdict Power(ModelVm vm, Act act, Weather weather)
    {
        if (act == Act.PowerOff)
            return vm.On ? Done(vm with { On = false }) : Refused(vm, "lorica.powerState");
        return vm.On ? Refused(vm, "lorica.powerState")
            : vm.Encrypted && !vm.KeyOnHost && !weather.Gives(vm.Provider) ? Refused(vm, KeyNotFound)
            : vm.Encrypted && !weather.Safe(vm.Host) ? Refused(vm, "*")
            : Done(vm with { On = true, KeyOnHost = vm.Encrypted });
    }

    private static Verdict Files(ModelVm vm, Act act, Weather weather)
    {
        var after = act switch
        {
            Act.ChangeDisk => vm with { SecondDisk = !vm.SecondDisk },
            Act.Migrate => vm with { Host = 1 - vm.Host },
            _ => vm,
        };
        return !vm.Encrypted ? Done(after)
            : (vm.KeyOnHost || weather.Gives(vm.Provider)) && weather.Safe(after.Host) ? Done(after with { KeyOnHost = true })
            : Refused(vm, "*");
    }

    private static Verdict Done(ModelVm after) => new(after, null);

    private static Verdict Refused(ModelVm vm, string code) => new(vm, code);
}
