// Most tests wait for a center more than they compute: twice as many at once as the machine of the tests has cores.
[assembly: Xunit.v3.Parallelization(MaxThreads = 4)]
