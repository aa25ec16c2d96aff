// Counts what the calling thread allocates, for tests that something allocates nothing.
#pragma once

// Whether this C library lets its allocator be replaced (glibc).
int allocation_counter_is_available(void);
// From now on the calling thread's allocations are counted, from 0.
void allocation_counter_start(void);
// How many there were; the count stops.
long allocation_counter_stop(void);
