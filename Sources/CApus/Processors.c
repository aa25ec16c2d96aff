// The processors of this machine, where the C library hides its functions from Swift.

#define _GNU_SOURCE

#include "CApus.h"

#if defined(__linux__)
#include <sched.h>

int apus_current_processor(void) { return sched_getcpu(); }

int apus_allowed_processors(void) {
  cpu_set_t allowed;
  return sched_getaffinity(0, sizeof allowed, &allowed) == 0 ? CPU_COUNT(&allowed) : 0;
}

int apus_list_processors(int *numbers, int capacity) {
  cpu_set_t allowed;
  if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) { return 0; }
  int count = 0;
  for (int processor = 0; processor < CPU_SETSIZE && count < capacity; processor++) {
    if (CPU_ISSET(processor, &allowed)) { numbers[count++] = processor; }
  }
  return count;
}

void apus_leave_processor(int processor) {
  cpu_set_t allowed;
  if (processor < 0 || sched_getcpu() != processor) { return; }
  if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) { return; }
  cpu_set_t others = allowed;
  CPU_CLR(processor, &others);
  // The kernel moves the thread at once; then it may run anywhere again.
  if (CPU_COUNT(&others) > 0 && sched_setaffinity(0, sizeof others, &others) == 0) {
    sched_setaffinity(0, sizeof allowed, &allowed);
  }
}

#else

int apus_current_processor(void) { return -1; }
int apus_allowed_processors(void) { return 0; }
int apus_list_processors(int *numbers, int capacity) { (void)numbers; (void)capacity; return 0; }
void apus_leave_processor(int processor) { (void)processor; }

#endif
