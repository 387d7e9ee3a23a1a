// Each test starts a whole Lorica and a guest under emulation: one after the other on two cores.
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]
