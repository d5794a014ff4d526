/* Ranks that pass numbers around a ring: a blocking and a non-blocking exchange, each value checked, and a sum over all ranks at each step,
   which goes into the next. Rank 0 prints the sum at each fiftieth step. With a third argument, they go on until there is a file go.
   Arguments: steps, microseconds a step, hold. Ends with status 7. */
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define COUNT 65536

static double ours[COUNT], theirs[COUNT];

int main(int argc, char **argv) {
  int steps = atoi(argv[1]), pause = atoi(argv[2]), rank, size;
  MPI_Init(&argc, &argv);
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Comm_size(MPI_COMM_WORLD, &size);
  int next = (rank + 1) % size, before = (rank + size - 1) % size;
  unsigned long long sum = 1469598103934665603ull + rank, got, all = 0;
  int step = 0, more = 1;
  while (more) {
    step++;
    MPI_Sendrecv(&sum, 1, MPI_UNSIGNED_LONG_LONG, next, 7, &got, 1, MPI_UNSIGNED_LONG_LONG, before, 7, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    for (int i = 0; i < COUNT; i++) ours[i] = rank * 1e3 + step + i;
    MPI_Request requests[2];
    MPI_Status states[2];
    MPI_Irecv(theirs, COUNT, MPI_DOUBLE, before, 8, MPI_COMM_WORLD, &requests[0]);
    MPI_Isend(ours, COUNT, MPI_DOUBLE, next, 8, MPI_COMM_WORLD, &requests[1]);
    MPI_Waitall(2, requests, states);
    for (int i = 0; i < COUNT; i++)
      if (theirs[i] != before * 1e3 + step + i) {
        printf("rank %d got a wrong value at step %d\n", rank, step);
        MPI_Abort(MPI_COMM_WORLD, 9);
      }
    sum = (sum ^ got) * 1099511628211ull + step;
    MPI_Allreduce(&sum, &all, 1, MPI_UNSIGNED_LONG_LONG, MPI_SUM, MPI_COMM_WORLD);
    sum ^= all >> 7;
    if (rank == 0 && step % 50 == 0) {
      printf("step %d %016llx\n", step, all);
      fflush(stdout);
    }
    usleep(pause);
    if (rank == 0) more = step < steps || (argc > 3 && access("go", F_OK) != 0);
    MPI_Bcast(&more, 1, MPI_INT, 0, MPI_COMM_WORLD);
  }
  if (rank == 0) printf("end %016llx of %d ranks after %d steps\n", all, size, step);
  MPI_Finalize();
  return 7;
}
