/* The counting program with ranks: rank 0 prints 1 to LAST, a line each half second (or so many); all ranks agree on each number. Half way they
   wait until there is the file that COUNT_GATE names. Into the folder WITNESS, rank 0 puts a file for each number, and the next number that ends
   with 0 is the last if there is a file go. Arguments: LAST [SECONDS [WITNESS]]. Ends with status 7. */
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int main(int argc, char **argv) {
  const char *gate = getenv("COUNT_GATE");
  const char *witness = argc > 3 ? argv[3] : NULL;
  int last = argc > 1 ? atoi(argv[1]) : 20, rank, size;
  useconds_t step = 1000000 * (argc > 2 ? atof(argv[2]) : 0.5);
  char path[4096];
  MPI_Init(&argc, &argv);
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Comm_size(MPI_COMM_WORLD, &size);
  for (int counter = 1, number, all; counter <= last; counter++) {
    for (int held = 1; held;) {
      if (rank == 0) held = counter == last / 2 + 1 && gate != NULL && access(gate, F_OK) != 0;
      MPI_Bcast(&held, 1, MPI_INT, 0, MPI_COMM_WORLD);
      usleep(held ? 100000 : step);
    }
    number = counter * (rank + 1);
    MPI_Allreduce(&number, &all, 1, MPI_INT, MPI_SUM, MPI_COMM_WORLD);
    if (all != counter * size * (size + 1) / 2) MPI_Abort(MPI_COMM_WORLD, 9);
    if (rank == 0) {
      printf("%d\n", counter);
      fflush(stdout);
      if (witness) {
        snprintf(path, sizeof path, "%s/%d", witness, counter);
        fclose(fopen(path, "w"));
        snprintf(path, sizeof path, "%s/go", witness);
        if (counter % 10 == 0 && access(path, F_OK) == 0) last = counter;
      }
    }
    MPI_Bcast(&last, 1, MPI_INT, 0, MPI_COMM_WORLD);
  }
  MPI_Finalize();
  return 7;
}
