/* Ranks that count together. Rank 0 writes the sum of all ranks at each step to steps.log, and saves the step to save.txt by a rename.
   Half way they wait until there is a file go, or STOP, which makes them save and end, with status 3. When all is done, result.txt says so. Arguments: steps, microseconds a step. */
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int main(int argc, char **argv) {
  int last = atoi(argv[1]), step = 0, rank, size, stop = 0;
  MPI_Init(&argc, &argv);
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Comm_size(MPI_COMM_WORLD, &size);
  if (rank == 0) {
    FILE *file = fopen("save.txt", "r");
    if (file && fscanf(file, "%d", &step) != 1) step = 0;
    if (file) fclose(file);
    printf("%d ranks, from step %d\n", size, step);
    fflush(stdout);
  }
  MPI_Bcast(&step, 1, MPI_INT, 0, MPI_COMM_WORLD);
  while (step < last && !stop) {
    int mine = ++step * (rank + 1), sum = 0;
    usleep(atoi(argv[2]));
    MPI_Reduce(&mine, &sum, 1, MPI_INT, MPI_SUM, 0, MPI_COMM_WORLD);
    if (rank == 0) {
      FILE *log = fopen("steps.log", "a");
      fprintf(log, "%d %d\n", step, sum);
      fclose(log);
      while (step == last / 2 && access("go", F_OK) != 0 && access("STOP", F_OK) != 0) usleep(100000);
      stop = access("STOP", F_OK) == 0;
    }
    MPI_Bcast(&stop, 1, MPI_INT, 0, MPI_COMM_WORLD);
  }
  if (rank == 0) {
    FILE *file = fopen(step < last ? "save.new" : "result.txt", "w");
    fprintf(file, "%d\n", step);
    fclose(file);
    if (step < last) rename("save.new", "save.txt");
  }
  MPI_Finalize();
  return step < last ? 3 : 0;
}
