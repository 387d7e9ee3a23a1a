using Lorica.Crypto.Holder;

// A process that holds keys, for the test that reads the whole of its memory. It speaks lines: says what it holds (masked, so
// that the text itself is not what is searched for), then waits for a line before each next phase.
return args switch
{
    ["kind"] => Phases.Kind(),
    ["exhaust", var bytes] => Phases.Exhaust(int.Parse(bytes)),
    ["harden"] => Phases.Harden(),
    ["hold"] => Phases.Hold(),
    _ => 2,
};
