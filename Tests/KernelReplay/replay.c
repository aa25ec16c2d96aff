// Replays the kernel calls that the tests recorded (KernelRecorder in Tests/TestSupport), on every instruction set of the
// machine that this program runs on, and compares the SHA-256 of the memory after each.
//
// Usage: replay FILE
//
// A file is a line of runs of a plan, each made of 64-bit words in little-endian order:
//
//   "APUSRUN1", the sizes of apus_kernels and of the argument structures added up
//   regions of arguments, then the others (what is computed in comes first): number of both, then each one's
//     address, bytes, contents (filled up to whole words)
//   scratch memory: address, bytes
//   calls: number, then each one's kernel (its field of apus_kernels), address of the arguments, parts, name's bytes,
//     name (filled up), digest of the first of the other regions (4 words)
//
// A word of an argument that lies in a region is an address, and is made one of this program's copy. NaNs are equal: which
// one an operation gives, and whether it keeps an operand's, differs from processor to processor. A digest is therefore of
// words in which every NaN is 0x7fc00000. Where it is all zeros, the memory isn't compared.

#define _GNU_SOURCE
#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "CApus.h"
#include "SHA256.h"

enum { MOST_REGIONS = 65536, KERNELS = offsetof(apus_kernels, contract_strip) / sizeof(void *) };

static void fail(const char *what) {
  fprintf(stderr, "replay: %s\n", what);
  exit(1);
}

// MARK: - The file

static const uint8_t *at, *end;

static uint64_t word(void) {
  uint64_t value;
  if (end - at < 8) fail("the file ends in the middle of a run");
  memcpy(&value, at, 8);
  at += 8;
  return value;
}

static const uint8_t *bytes(uint64_t count) {
  const uint8_t *start = at;
  if (count > (uint64_t)(end - at)) fail("the file ends in the middle of a run");
  at += (count + 7) / 8 * 8;
  if (at > end) fail("the file ends in the middle of a run");
  return start;
}

static uint8_t *contents(const char *path, uint64_t *count) {
  FILE *file = fopen(path, "rb");
  if (!file) fail("the file cannot be opened");
  fseek(file, 0, SEEK_END);
  *count = (uint64_t)ftell(file);
  rewind(file);
  uint8_t *memory = malloc(*count + 1);
  if (!memory || fread(memory, 1, *count, file) != *count) fail("the file cannot be read");
  fclose(file);
  return memory;
}

// MARK: - Regions

/// Memory of the recorded process, and its copy here. The copy ends where a page ends, and the next page can't be touched:
/// what reads or writes past a region's end stops the program.
typedef struct region {
  uint64_t address, count;
  const uint8_t *contents;  // zeros where NULL
  uint8_t *copy;
  uint8_t *pages;
  uint64_t mapped;
} region;

static region regions[MOST_REGIONS];
static uint64_t region_count;
/// In the order of their addresses.
static region *sorted[MOST_REGIONS];

static int by_address(const void *x, const void *y) {
  const uint64_t a = (*(region *const *)x)->address, b = (*(region *const *)y)->address;
  return (a > b) - (a < b);
}

static void add_region(uint64_t address, uint64_t count, const uint8_t *contents) {
  if (region_count == MOST_REGIONS) fail("too many regions");
  const uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE), size = (count + page - 1) / page * page;
  region *r = &regions[region_count];
  *r = (region){.address = address, .count = count, .contents = contents, .mapped = size + page};
  r->pages = mmap(NULL, r->mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (r->pages == MAP_FAILED || mprotect(r->pages + size, page, PROT_NONE) != 0) fail("no memory");
  // On a boundary of 64 bytes, as the kernels may expect.
  r->copy = r->pages + (size - (count + 63) / 64 * 64);
  sorted[region_count++] = r;
}

static void drop_regions(void) {
  for (uint64_t i = 0; i < region_count; i++) munmap(regions[i].pages, regions[i].mapped);
  region_count = 0;
}

/// The place in a copy of what was at an address; 0 where no region holds it.
static uint64_t moved(uint64_t address) {
  uint64_t low = 0, high = region_count;
  while (low < high) {
    const uint64_t middle = (low + high) / 2;
    if (sorted[middle]->address <= address) low = middle + 1;
    else high = middle;
  }
  if (low == 0 || address - sorted[low - 1]->address >= sorted[low - 1]->count) return 0;
  return (uint64_t)(uintptr_t)(sorted[low - 1]->copy + (address - sorted[low - 1]->address));
}

/// Every region as it was when it was recorded, the first `arguments` of them with addresses of the copies.
static void restore(uint64_t arguments) {
  for (uint64_t i = 0; i < region_count; i++) {
    const region *r = &regions[i];
    if (r->contents) memcpy(r->copy, r->contents, r->count);
    else memset(r->copy, 0, r->count);
    for (uint64_t offset = 0; i < arguments && offset + 8 <= r->count; offset += 8) {
      uint64_t value;
      memcpy(&value, r->copy + offset, 8);
      if (value < sorted[0]->address) continue;
      const uint64_t here = moved(value);
      if (here != 0) memcpy(r->copy + offset, &here, 8);
    }
  }
}

static void digest_of(const region *r, uint8_t digest[32]) {
  sha256 hash;
  sha256_start(&hash);
  for (uint64_t offset = 0; offset < r->count; offset += 4) {
    uint32_t value;
    memcpy(&value, r->copy + offset, 4);
    if ((value & 0x7fffffff) > 0x7f800000) value = 0x7fc00000;
    sha256_add(&hash, &value, 4);
  }
  sha256_finish(&hash, digest);
}

// MARK: - Runs

static uint64_t calls, wrong, called[KERNELS];

static uint64_t sizes(void) {
  return sizeof(apus_kernels) + sizeof(apus_program) + sizeof(apus_program_sums) + sizeof(apus_update)
         + sizeof(apus_contract) + sizeof(apus_windowed) + sizeof(apus_reduce) + sizeof(apus_copy) + sizeof(apus_gather)
         + sizeof(apus_attention) + sizeof(apus_caches);
}

/// One run, on each instruction set.
static void replay_run(const apus_kernels *const *sets, int set_count) {
  if (memcmp(bytes(8), "APUSRUN1", 8) != 0) fail("this is no recording");
  if (word() != sizes()) fail("the recording is of other structures");
  const uint64_t arguments = word(), others = word();
  for (uint64_t i = 0; i < arguments + others; i++) {
    const uint64_t address = word(), count = word();
    add_region(address, count, bytes(count));
  }
  const uint64_t scratch = word(), scratch_bytes = word();
  if (scratch_bytes > 0) add_region(scratch, scratch_bytes, NULL);
  qsort(sorted, region_count, sizeof *sorted, by_address);
  const uint64_t call_count = word();
  const uint8_t *first_call = at;
  for (int s = 0; s < set_count; s++) {
    restore(arguments);
    at = first_call;
    for (uint64_t i = 0; i < call_count; i++) {
      const uint64_t field = word(), address = word(), parts = word(), name_bytes = word();
      const char *name = (const char *)bytes(name_bytes);
      const uint8_t *expected = bytes(32);
      if (field == 0 || field >= KERNELS || moved(address) == 0) fail("a call of no kernel, or of no arguments");
      apus_kernel kernel;
      memcpy(&kernel, (const char *)sets[s] + field * sizeof(void *), sizeof kernel);
      if (field == offsetof(apus_kernels, contract) / sizeof(void *)) {
        apus_contract_prepare((apus_contract *)(uintptr_t)moved(address), sets[s]->contract_strip);
      }
      for (uint64_t part = 0; part < parts; part++) {
        kernel((const void *)(uintptr_t)moved(address), (int32_t)part, (int32_t)parts);
      }
      calls++, called[field]++;
      static const uint8_t none[32];
      if (memcmp(expected, none, 32) == 0) continue;
      uint8_t digest[32];
      digest_of(&regions[arguments], digest);
      if (memcmp(digest, expected, 32) == 0) continue;
      if (wrong++ < 20) printf("%s, %.*s (kernel %d): other bits\n", sets[s]->name, (int)name_bytes, name, (int)field);
      // What follows would only say it again.
      for (uint64_t rest = i + 1; rest < call_count; rest++) {
        at += 3 * 8;
        bytes(word());
        bytes(32);
      }
      break;
    }
  }
  drop_regions();
}

// MARK: - What isn't called by plans

/// The scalar functions on numbers of every magnitude, and the random words: one digest, to be compared with another
/// machine's.
static void print_scalars(const apus_kernels *const *sets, int set_count) {
  double (*const functions[])(double) = {apus_exp, apus_log, apus_sin, apus_cos, apus_tanh, apus_erf};
  const char *const names[] = {"exp", "log", "sin", "cos", "tanh", "erf"};
  uint8_t digest[32];
  for (int f = 0; f <= 6; f++) {
    sha256 hash;
    sha256_start(&hash);
    for (int i = -20000; i <= 20000; i++) {
      // Steps that no power of two divides, near and far.
      const double x = i * 0.0137, far = x * x * x;
      double results[2] = {f < 6 ? functions[f](x) : apus_pow(fabs(x), x / 40), f < 6 ? functions[f](far) : apus_pow(1.5, x)};
      for (int r = 0; r < 2; r++) {
        if (results[r] != results[r]) results[r] = 0;
      }
      sha256_add(&hash, results, sizeof results);
    }
    sha256_finish(&hash, digest);
    printf("scalar %s: ", f < 6 ? names[f] : "pow");
    for (int i = 0; i < 32; i++) printf("%02x", digest[i]);
    printf("\n");
  }
  for (int s = 0; s < set_count; s++) {
    static uint64_t words[1013];
    const apus_random_bits arguments = {.first = 7, .stream = 11, .seed = 13, .count = 1013, .bits = words};
    sets[s]->random_bits(&arguments, 0, 1);
    sha256 hash;
    sha256_start(&hash);
    sha256_add(&hash, words, sizeof words);
    sha256_finish(&hash, digest);
    // The same line from every set: `uniq` leaves one.
    printf("random words: ");
    for (int i = 0; i < 32; i++) printf("%02x", digest[i]);
    printf("\n");
  }
}

int main(int count, char **words) {
  if (count != 2) fail("usage: replay FILE");
  const apus_kernels *sets[8];
  int set_count = 0;
  for (int isa = 0; isa < 8; isa++) {
    if (apus_isa_available((apus_isa)isa)) sets[set_count++] = apus_kernels_for((apus_isa)isa);
  }
  print_scalars(sets, set_count);
  fflush(stdout);
  uint64_t size;
  uint8_t *file = contents(words[1], &size);
  at = file, end = file + size;
  uint64_t runs = 0;
  for (; at < end; runs++) replay_run(sets, set_count);
  fprintf(stderr, "%llu runs, %llu calls on", (unsigned long long)runs, (unsigned long long)calls);
  for (int s = 0; s < set_count; s++) fprintf(stderr, " %s", sets[s]->name);
  fprintf(stderr, ": %llu with other bits\n", (unsigned long long)wrong);
  // Field 0 is the name; random_bits is called above.
  int uncalled = 0;
  const int random_bits = offsetof(apus_kernels, random_bits) / sizeof(void *);
  for (int field = 1; field < KERNELS; field++) {
    if (called[field] > 0 || field == random_bits) continue;
    fprintf(stderr, "kernel %d was never called\n", field);
    uncalled++;
  }
  return wrong > 0 || uncalled > 0;
}
