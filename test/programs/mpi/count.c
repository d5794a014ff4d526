/* The counting program with ranks: rank 0 prints 1 to LAST, a line each half second; all ranks agree on each number. Half way they wait until
   there is the file that COUNT_GATE names. Arguments: LAST. Ends with status 7. */
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int main(int argc, char **argv) {
  const char *gate = getenv("COUNT_GATE");
  int last = argc > 1 ? atoi(argv[1]) : 20, rank, size;
  MPI_Init(&argc, &argv);
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Comm_size(MPI_COMM_WORLD, &size);
  for (int counter = 1, number, all; counter <= last; counter++) {
    for (int held = 1; held;) {
      if (rank == 0) held = counter == last / 2 + 1 && gate != NULL && access(gate, F_OK) != 0;
      MPI_Bcast(&held, 1, MPI_INT, 0, MPI_COMM_WORLD);
      usleep(held ? 100000 : 500000);
    }
    number = counter * (rank + 1);
    MPI_Allreduce(&number, &all, 1, MPI_INT, MPI_SUM, MPI_COMM_WORLD);
    if (all != counter * size * (size + 1) / 2) MPI_Abort(MPI_COMM_WORLD, 9);
    if (rank == 0) {
      printf("%d\n", counter);
      fflush(stdout);
    }
  }
  MPI_Finalize();
  return 7;
}
