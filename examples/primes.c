/* Counts the primes up to N by trial division, and says so now and then. A stand-in for your program. */
#include <stdio.h>
#include <stdlib.h>

static int is_prime(long n) {
  if (n < 4) return n > 1;
  if (n % 2 == 0 || n % 3 == 0) return 0;
  for (long d = 5; d * d <= n; d += 6)
    if (n % d == 0 || n % (d + 2) == 0) return 0;
  return 1;
}

int main(int argc, char **argv) {
  long last = argc > 1 ? atol(argv[1]) : 1000000, count = 0;
  for (long n = 1; n <= last; n++) {
    count += is_prime(n);
    if (n % 1000000 == 0 || n == last) {
      printf("%ld primes up to %ld\n", count, n);
      fflush(stdout);
    }
  }
  return 0;
}
