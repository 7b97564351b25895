// Loaded before libc (LD_PRELOAD) into a process whose wall clock a test sets: see CClockShift.c.
