// The data caches of this machine: from the processor itself on x86, from the system elsewhere.

#include <stddef.h>

#include "CApus.h"

const apus_caches apus_fallback_caches = {{32 << 10, 8}, {512 << 10, 8}};

#if defined(__x86_64__)
#include <cpuid.h>

/// Leaf 4 of Intel and leaf 0x8000001D of AMD describe one cache a subleaf, in the same registers.
static int read_leaf(uint32_t leaf, apus_caches *caches) {
  int found = 0;
  for (uint32_t index = 0; index < 16; index++) {
    uint32_t a, b, c, d;
    if (!__get_cpuid_count(leaf, index, &a, &b, &c, &d)) break;
    const uint32_t kind = a & 31, level = a >> 5 & 7;  // 1: data, 2: instructions, 3: both
    if (kind == 0) break;
    if (kind == 2 || level < 1 || level > 2) continue;
    const int64_t ways = (b >> 22) + 1, partitions = (b >> 12 & 1023) + 1, line = (b & 4095) + 1, sets = (int64_t)c + 1;
    *(level == 1 ? &caches->first : &caches->second) = (apus_cache){ways * partitions * line * sets, ways};
    found |= 1 << level;
  }
  return found == (1 << 1 | 1 << 2);
}

int apus_read_caches(apus_caches *caches) {
  uint32_t a, b, c, d;
  // AMD's processors answer leaf 4 with nothing.
  if (__get_cpuid(0, &a, &b, &c, &d) && a >= 4 && read_leaf(4, caches)) return 1;
  return __get_cpuid(0x80000000, &a, &b, &c, &d) && a >= 0x8000001d && read_leaf(0x8000001d, caches);
}

#elif defined(__APPLE__)
#include <sys/sysctl.h>

static int64_t read_number(const char *name) {
  int64_t value = 0;
  size_t size = sizeof value;
  return sysctlbyname(name, &value, &size, NULL, 0) == 0 ? value : 0;
}

int apus_read_caches(apus_caches *caches) {
  // Of the fast cores where there are two kinds. The system doesn't tell the ways, which are 8 and more.
  int64_t first = read_number("hw.perflevel0.l1dcachesize"), second = read_number("hw.perflevel0.l2cachesize");
  const int64_t sharing = read_number("hw.perflevel0.cpusperl2");
  if (first <= 0) first = read_number("hw.l1dcachesize");
  if (second <= 0) second = read_number("hw.l2cachesize");
  if (first <= 0 || second <= 0) return 0;
  *caches = (apus_caches){{first, 8}, {sharing > 1 ? second / sharing : second, 8}};
  return 1;
}

#elif defined(__linux__)
#include <stdio.h>

static int read_file(int index, const char *name, char text[32]) {
  char path[96];
  snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu0/cache/index%d/%s", index, name);
  FILE *file = fopen(path, "re");
  if (file == NULL) return 0;
  const int found = fgets(text, 32, file) != NULL;
  fclose(file);
  return found;
}

int apus_read_caches(apus_caches *caches) {
  int found = 0;
  for (int index = 0; index < 8; index++) {
    char text[32], unit = 0;
    int level = 0;
    long long size = 0, ways = 0;
    if (!read_file(index, "type", text)) break;
    if (text[0] == 'I') continue;  // instructions
    if (!read_file(index, "level", text) || sscanf(text, "%d", &level) != 1 || level < 1 || level > 2) continue;
    if (!read_file(index, "size", text) || sscanf(text, "%lld%c", &size, &unit) < 1 || size <= 0) continue;
    if (!read_file(index, "ways_of_associativity", text) || sscanf(text, "%lld", &ways) != 1 || ways <= 0) continue;
    const int64_t bytes = size * (unit == 'M' ? 1 << 20 : unit == 'K' ? 1 << 10 : 1);
    *(level == 1 ? &caches->first : &caches->second) = (apus_cache){bytes, ways};
    found |= 1 << level;
  }
  return found == (1 << 1 | 1 << 2);
}

#else

int apus_read_caches(apus_caches *caches) {
  (void)caches;
  return 0;
}

#endif
