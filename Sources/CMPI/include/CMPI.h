// MPI through whichever library the machine has: looked for at run time, so that nothing of it is needed to build Apus or to
// use it on one machine. Three binary interfaces: Open MPI's, MPICH's (Intel, MVAPICH, Cray), and MPI-5's standard one.
//
// One thread makes all calls but apus_mpi_exit. What fails returns 1 and leaves a message.
#ifndef CMPI_H
#define CMPI_H

#include <stddef.h>
#include <stdint.h>

/// The bytes of a message of an error, with the zero at its end.
enum { APUS_MPI_MESSAGE_SIZE = 1024 };
/// The bytes of a notice from one rank to another.
enum { APUS_MPI_NOTICE_SIZE = 768 };

/// Loads a library, by its name or path. To be called once more only after a failure.
int apus_mpi_open(const char *path, char *message);

/// Starts MPI: this process' rank, and the number of processes.
int apus_mpi_start(int *rank, int *count, char *message);

/// Writes what the library says about itself: its first line.
void apus_mpi_version(char *message);

/// Starts to send; of any length.
int apus_mpi_send(const void *bytes, size_t count, int rank, char *message);

/// Starts to receive at most `count` bytes; `slot` is what apus_mpi_length takes.
int apus_mpi_receive(void *bytes, size_t count, int rank, int *slot, char *message);

/// Sets `done` to 1 when all that has been started is complete, else to 0. The next that is started begins a new round.
int apus_mpi_test(int *done, char *message);

/// The bytes that came with a receive of the round that is complete.
size_t apus_mpi_length(int slot);

/// Sends a short notice without waiting, unless the last to this rank is still on its way.
void apus_mpi_notify(int rank, const void *bytes, size_t count);

/// The number of notices that are still on their way.
int apus_mpi_leaving_notices(void);

/// Sets `count` to the bytes of a notice that has come, or to 0.
int apus_mpi_notice(void *bytes, size_t *count, char *message);

/// The sum of `count` floats over all ranks, in the library's own order; for comparisons.
int apus_mpi_sum(float *values, int count, char *message);

/// Ends MPI.
int apus_mpi_finish(char *message);

/// Ends all processes.
void apus_mpi_abort(int code);

#endif
