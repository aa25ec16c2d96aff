#include "CMPI.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Handles are pointers in Open MPI and in the standard, and numbers in MPICH: the same calls, with two types.
#define CALLS(HANDLE) \
  struct { \
    int (*init_thread)(int *, char ***, int, int *); \
    int (*initialized)(int *); \
    int (*rank)(HANDLE, int *); \
    int (*size)(HANDLE, int *); \
    int (*dup)(HANDLE, HANDLE *); \
    int (*set_errhandler)(HANDLE, HANDLE); \
    int (*error_string)(int, char *, int *); \
    int (*library_version)(char *, int *); \
    int (*isend)(const void *, int, HANDLE, int, int, HANDLE, HANDLE *); \
    int (*irecv)(void *, int, HANDLE, int, int, HANDLE, HANDLE *); \
    int (*recv)(void *, int, HANDLE, int, int, HANDLE, void *); \
    int (*test)(HANDLE *, int *, void *); \
    int (*testall)(int, HANDLE *, int *, void *); \
    int (*get_count)(const void *, HANDLE, int *); \
    int (*iprobe)(int, int, HANDLE, int *, void *); \
    int (*allreduce)(const void *, void *, int, HANDLE, HANDLE, HANDLE); \
    int (*abort)(HANDLE, int); \
    int (*finalize)(void); \
  }

typedef CALLS(int) number_calls;
typedef CALLS(void *) pointer_calls;

static union {
  number_calls n;
  pointer_calls p;
  void *all[18];
} calls;

static const char *const names[] = {
  "MPI_Init_thread", "MPI_Initialized", "MPI_Comm_rank", "MPI_Comm_size", "MPI_Comm_dup", "MPI_Comm_set_errhandler",
  "MPI_Error_string", "MPI_Get_library_version", "MPI_Isend", "MPI_Irecv", "MPI_Recv", "MPI_Test", "MPI_Testall",
  "MPI_Get_count", "MPI_Iprobe", "MPI_Allreduce", "MPI_Abort", "MPI_Finalize"};

_Static_assert(sizeof(number_calls) == sizeof calls.all, "as many pointers as names");
_Static_assert(sizeof names / sizeof *names == sizeof calls.all / sizeof *calls.all, "as many names as pointers");

// The constants of an interface; a number stands in the low bits of a handle.
static struct {
  int has_numbers;
  uintptr_t world, self, byte, floats, sum, errors_return;
  void *in_place;
  int funneled, any_source;
  size_t status_size;
} abi;

static uintptr_t comm, notices;
static int is_started;

enum { DATA_TAG = 1, NOTICE_TAG = 2, CHUNK = 1 << 30 };

// The call of the interface that the library has: with handles as numbers, or as pointers.
#define N(handle) ((int)(handle))
#define P(handle) ((void *)(handle))

static int refuse(const char *what, int code, char *message) {
  char text[1024] = "";
  int length = 0;
  if (code != 0) {
    if (abi.has_numbers) calls.n.error_string(code, text, &length);
    else calls.p.error_string(code, text, &length);
  }
  snprintf(message, APUS_MPI_MESSAGE_SIZE, "%s: %.900s", what, text);
  return 1;
}

int apus_mpi_open(const char *path, char *message) {
  void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (!library) {
    const char *error = dlerror();
    snprintf(message, APUS_MPI_MESSAGE_SIZE, "%s", error ? error : path);
    return 1;
  }
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    calls.all[i] = dlsym(library, names[i]);
    if (!calls.all[i]) {
      snprintf(message, APUS_MPI_MESSAGE_SIZE, "%s has no %s", path, names[i]);
      dlclose(library);
      return 1;
    }
  }
  void *world = dlsym(library, "ompi_mpi_comm_world");
  memset(&abi, 0, sizeof abi);
  if (world) {
    abi.world = (uintptr_t)world;
    abi.self = (uintptr_t)dlsym(library, "ompi_mpi_comm_self");
    abi.byte = (uintptr_t)dlsym(library, "ompi_mpi_byte");
    abi.floats = (uintptr_t)dlsym(library, "ompi_mpi_float");
    abi.sum = (uintptr_t)dlsym(library, "ompi_mpi_op_sum");
    abi.errors_return = (uintptr_t)dlsym(library, "ompi_mpi_errors_return");
    abi.in_place = (void *)1;
    abi.funneled = 1;
    abi.any_source = -1;
    abi.status_size = 24;
    if (!abi.self || !abi.byte || !abi.floats || !abi.sum || !abi.errors_return) {
      snprintf(message, APUS_MPI_MESSAGE_SIZE, "%s lacks symbols of Open MPI", path);
      dlclose(library);
      return 1;
    }
  } else if (strstr(path, "libmpi_abi")) {
    abi.world = 0x101;
    abi.self = 0x102;
    abi.byte = 0x247;
    abi.floats = 0x210;
    abi.sum = 0x21;
    abi.errors_return = 0x143;
    abi.in_place = (void *)1;
    abi.funneled = 1024;
    abi.any_source = -1;
    abi.status_size = 32;
  } else {
    abi.has_numbers = 1;
    abi.world = 0x44000000;
    abi.self = 0x44000001;
    abi.byte = 0x4c00010d;
    abi.floats = 0x4c00040a;
    abi.sum = 0x58000003;
    abi.errors_return = 0x54000001;
    abi.in_place = (void *)-1;
    abi.funneled = 1;
    abi.any_source = -2;
    abi.status_size = 20;
  }
  return 0;
}

void apus_mpi_version(char *message) {
  // As long as the longest of any library.
  static char text[16384];
  int length = 0;
  if (abi.has_numbers) calls.n.library_version(text, &length);
  else calls.p.library_version(text, &length);
  text[strcspn(text, "\n,")] = 0;
  for (char *c = text; *c; c++) if (*c == '\t') *c = ' ';
  snprintf(message, APUS_MPI_MESSAGE_SIZE, "%.200s", text);
}

// A failure is a return code, also of what belongs to no communicator of ours.
static int set_errors_return(uintptr_t communicator) {
  return abi.has_numbers ? calls.n.set_errhandler(N(communicator), N(abi.errors_return))
                         : calls.p.set_errhandler(P(communicator), P(abi.errors_return));
}

static int duplicate(uintptr_t *copy) {
  int code;
  if (abi.has_numbers) {
    int number = 0;
    code = calls.n.dup(N(abi.world), &number);
    *copy = (uintptr_t)(unsigned)number;
  } else {
    void *pointer = NULL;
    code = calls.p.dup(P(abi.world), &pointer);
    *copy = (uintptr_t)pointer;
  }
  return code ? code : set_errors_return(*copy);
}

int apus_mpi_start(int *rank, int *count, char *message) {
  int was_started = 0, provided = 0;
  if (calls.n.initialized(&was_started) == 0 && was_started)
    return refuse("MPI is already in use in this process", 0, message);
  int code = calls.n.init_thread(NULL, NULL, abi.funneled, &provided);
  if (code) return refuse("MPI_Init_thread", code, message);
  is_started = 1;
  if (abi.has_numbers) {
    code = calls.n.rank(N(abi.world), rank);
    if (!code) code = calls.n.size(N(abi.world), count);
  } else {
    code = calls.p.rank(P(abi.world), rank);
    if (!code) code = calls.p.size(P(abi.world), count);
  }
  if (!code && provided < abi.funneled)
    return refuse("the library has no threads (MPI_THREAD_FUNNELED)", 0, message);
  if (!code) code = set_errors_return(abi.world);
  if (!code) code = set_errors_return(abi.self);
  if (!code) code = duplicate(&comm);
  if (!code) code = duplicate(&notices);
  return code ? refuse("MPI cannot start", code, message) : 0;
}

// MARK: A round of messages

static struct {
  int count, capacity, is_complete;
  union {
    int *n;
    void **p;
    void *memory;
  } requests;
  char *statuses;
} started;

static struct {
  int count, capacity;
  struct slot {
    int first, parts;
  } *all;
} slots;

static int reserve_request(void) {
  if (started.is_complete) {
    started.count = slots.count = 0;
    started.is_complete = 0;
  }
  if (started.count < started.capacity) return 1;
  const int capacity = started.capacity ? started.capacity * 2 : 64;
  const size_t width = abi.has_numbers ? sizeof(int) : sizeof(void *);
  void *requests = realloc(started.requests.memory, (size_t)capacity * width);
  if (!requests) return 0;
  started.requests.memory = requests;
  char *statuses = realloc(started.statuses, (size_t)capacity * abi.status_size);
  if (!statuses) return 0;
  started.statuses = statuses;
  started.capacity = capacity;
  return 1;
}

static int start_part(int sends, char *bytes, int count, int rank, char *message) {
  if (!reserve_request()) return refuse("out of memory", 0, message);
  const int i = started.count;
  int code;
  if (abi.has_numbers) {
    int *request = started.requests.n + i;
    code = sends ? calls.n.isend(bytes, count, N(abi.byte), rank, DATA_TAG, N(comm), request)
                 : calls.n.irecv(bytes, count, N(abi.byte), rank, DATA_TAG, N(comm), request);
  } else {
    void **request = started.requests.p + i;
    code = sends ? calls.p.isend(bytes, count, P(abi.byte), rank, DATA_TAG, P(comm), request)
                 : calls.p.irecv(bytes, count, P(abi.byte), rank, DATA_TAG, P(comm), request);
  }
  if (code) return refuse(sends ? "MPI_Isend" : "MPI_Irecv", code, message);
  started.count++;
  return 0;
}

// A count is an int: what is longer goes in parts, of which the last is shorter than the others or empty.
static int start(int sends, char *bytes, size_t count, int rank, char *message) {
  for (; count >= CHUNK; bytes += CHUNK, count -= CHUNK)
    if (start_part(sends, bytes, CHUNK, rank, message)) return 1;
  return start_part(sends, bytes, (int)count, rank, message);
}

int apus_mpi_send(const void *bytes, size_t count, int rank, char *message) {
  return start(1, (char *)bytes, count, rank, message);
}

int apus_mpi_receive(void *bytes, size_t count, int rank, int *slot, char *message) {
  if (!reserve_request()) return refuse("out of memory", 0, message);
  if (slots.count == slots.capacity) {
    const int capacity = slots.capacity ? slots.capacity * 2 : 64;
    struct slot *all = realloc(slots.all, (size_t)capacity * sizeof *all);
    if (!all) return refuse("out of memory", 0, message);
    slots.all = all;
    slots.capacity = capacity;
  }
  const int first = started.count;
  if (start(0, bytes, count, rank, message)) return 1;
  *slot = slots.count++;
  slots.all[*slot] = (struct slot){first, started.count - first};
  return 0;
}

int apus_mpi_test(int *done, char *message) {
  if (started.is_complete || started.count == 0) {
    // Nothing has been started since the last round.
    started.count = slots.count = 0;
    *done = 1;
    return 0;
  }
  const int code = abi.has_numbers
    ? calls.n.testall(started.count, started.requests.n, done, started.statuses)
    : calls.p.testall(started.count, started.requests.p, done, started.statuses);
  if (code) return refuse("a message was not delivered", code, message);
  started.is_complete = *done;
  return 0;
}

size_t apus_mpi_length(int slot) {
  size_t length = 0;
  for (int i = 0; i < slots.all[slot].parts; i++) {
    int count = 0;
    const void *status = started.statuses + (size_t)(slots.all[slot].first + i) * abi.status_size;
    if (abi.has_numbers) calls.n.get_count(status, N(abi.byte), &count);
    else calls.p.get_count(status, P(abi.byte), &count);
    length += count > 0 ? (size_t)count : 0;
  }
  return length;
}

// MARK: Notices

// Some more than one, so that a notice to all does not wait for a heartbeat on its way.
enum { NOTICES = 64 };
static struct {
  int is_used;
  int number;
  void *pointer;
  char bytes[APUS_MPI_NOTICE_SIZE];
} sent[NOTICES];

static int has_gone(int i) {
  int done = 0;
  char status[64];
  if (sent[i].is_used) {
    const int code = abi.has_numbers ? calls.n.test(&sent[i].number, &done, status)
                                     : calls.p.test(&sent[i].pointer, &done, status);
    sent[i].is_used = !code && !done;
  }
  return !sent[i].is_used;
}

int apus_mpi_leaving_notices(void) {
  int count = 0;
  for (int i = 0; i < NOTICES; i++) count += !has_gone(i);
  return count;
}

void apus_mpi_notify(int rank, const void *bytes, size_t count) {
  for (int i = 0; i < NOTICES; i++) {
    if (!has_gone(i)) continue;
    memcpy(sent[i].bytes, bytes, count);
    const int code = abi.has_numbers
      ? calls.n.isend(sent[i].bytes, (int)count, N(abi.byte), rank, NOTICE_TAG, N(notices), &sent[i].number)
      : calls.p.isend(sent[i].bytes, (int)count, P(abi.byte), rank, NOTICE_TAG, P(notices), &sent[i].pointer);
    sent[i].is_used = !code;
    return;
  }
}

int apus_mpi_notice(void *bytes, size_t *count, char *message) {
  char status[64];
  int has_come = 0, length = 0;
  *count = 0;
  int code = abi.has_numbers ? calls.n.iprobe(abi.any_source, NOTICE_TAG, N(notices), &has_come, status)
                             : calls.p.iprobe(abi.any_source, NOTICE_TAG, P(notices), &has_come, status);
  if (code) return refuse("MPI_Iprobe", code, message);
  if (!has_come) return 0;
  if (abi.has_numbers) {
    code = calls.n.recv(
      bytes, APUS_MPI_NOTICE_SIZE, N(abi.byte), abi.any_source, NOTICE_TAG, N(notices), status);
    if (!code) code = calls.n.get_count(status, N(abi.byte), &length);
  } else {
    code = calls.p.recv(
      bytes, APUS_MPI_NOTICE_SIZE, P(abi.byte), abi.any_source, NOTICE_TAG, P(notices), status);
    if (!code) code = calls.p.get_count(status, P(abi.byte), &length);
  }
  if (code) return refuse("MPI_Recv", code, message);
  *count = (size_t)length;
  return 0;
}

// MARK: The library's own sum, and the end

int apus_mpi_sum(float *values, int count, char *message) {
  const int code = abi.has_numbers
    ? calls.n.allreduce(abi.in_place, values, count, N(abi.floats), N(abi.sum), N(comm))
    : calls.p.allreduce(abi.in_place, values, count, P(abi.floats), P(abi.sum), P(comm));
  return code ? refuse("MPI_Allreduce", code, message) : 0;
}

int apus_mpi_finish(char *message) {
  if (!is_started) return 0;
  is_started = 0;
  const int code = calls.n.finalize();
  return code ? refuse("MPI_Finalize", code, message) : 0;
}

void apus_mpi_abort(int code) {
  if (!is_started) return;
  if (abi.has_numbers) calls.n.abort(N(abi.world), code);
  else calls.p.abort(P(abi.world), code);
}
