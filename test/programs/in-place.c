/* in-place LAST: a program with one restart file, state.dat, that each save overwrites from its beginning: no new name, no fsync, no
 * check of what it reads, as in-house codes in C and Fortran do. A save comes each 5 steps, and in the middle of each it looks for a
 * file `tear-N`, N the step: then it stays there for ever. After a save it waits for a file `next-N` if there is a file `next-0`.
 * Ends with 2 if state.dat is too short; at the end, result.txt has the sum of a state that depends on each step. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { SIZE = 1 << 17 }; /* 1 MiB */
static double state[SIZE];

static int there(const char *what, long n) {
  char name[64];
  snprintf(name, sizeof name, "%s-%ld", what, n);
  return access(name, F_OK) == 0;
}

static void put(FILE *file, const void *from, size_t size) {
  if (fwrite(from, 1, size, file) != size || fflush(file) != 0) exit(4);
}

static void save(long n) {
  FILE *file = fopen("state.dat", "wb"); /* truncates it */
  if (file == NULL) exit(4);
  put(file, &n, sizeof n);
  put(file, state, sizeof state / 2);
  if (there("tear", n)) {
    printf("torn at %ld\n", n);
    for (;;) sleep(1);
  }
  put(file, state + SIZE / 2, sizeof state / 2);
  fclose(file);
}

int main(int argc, char **argv) {
  long n = 0, last = argc > 1 ? atol(argv[1]) : 20;
  FILE *file = fopen("state.dat", "rb");
  setvbuf(stdout, NULL, _IOLBF, 0);
  if (file != NULL) {
    if (fread(&n, sizeof n, 1, file) != 1 || fread(state, sizeof state, 1, file) != 1) {
      puts("state.dat is too short");
      return 2;
    }
    fclose(file);
    printf("going on from step %ld\n", n);
  }
  while (n < last) {
    n++;
    for (int i = 0; i < SIZE; i++) state[i] = 0.5 * state[i] + (double)((n * 31 + i) % 97);
    printf("step %ld\n", n);
    if (n % 5 == 0) {
      save(n);
      while (there("next", 0) && !there("next", n)) usleep(50000);
    }
  }
  double sum = 0;
  for (int i = 0; i < SIZE; i++) sum += state[i];
  file = fopen("result.txt", "w");
  if (file == NULL) return 4;
  fprintf(file, "%ld %.17g\n", n, sum);
  fclose(file);
  puts("all done");
  return 0;
}
