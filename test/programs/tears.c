// tears.c: kills a program in the middle of a save; a library for LD_PRELOAD (gcc -shared -fPIC -o tears.so tears.c).
//
// Once there is a file $TEAR_WHEN, one process of the program removes it, and dies by SIGKILL the next time that it writes to a file whose
// path matches the pattern $TEAR_FILE: after $TEAR_AT bytes of it at most, so that the file is torn there, whatever the speed of the machine.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fnmatch.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/uio.h>
#include <unistd.h>

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

// Where this piece of `size` bytes at `at` is to be torn: how much of it is still written; -1 if it is not.
static long torn(int fd, long at, long size) {
  const char *when = getenv("TEAR_WHEN"), *pattern = getenv("TEAR_FILE"), *length = getenv("TEAR_AT");
  char link[64], path[PATH_MAX];
  if (!when || !pattern || access(when, F_OK) != 0) return -1;
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t n = readlink(link, path, sizeof path - 1);
  if (n < 0) return -1;
  path[n] = 0;
  long limit = length ? atol(length) : 1;
  if (fnmatch(pattern, path, 0) != 0 || at + size <= limit || unlink(when) != 0) return -1;
  return at < limit ? limit - at : 0;
}

static void die(void) {
  kill(getpid(), SIGKILL);
  for (;;) pause();
}

ssize_t write(int fd, const void *data, size_t size) {
  long rest = torn(fd, lseek(fd, 0, SEEK_CUR), (long)size);
  if (rest < 0) return REAL(write)(fd, data, size);
  REAL(write)(fd, data, (size_t)rest);
  die();
  return -1;
}

ssize_t writev(int fd, const struct iovec *pieces, int count) {
  long size = 0;
  for (int i = 0; i < count; i++) size += (long)pieces[i].iov_len;
  long rest = torn(fd, lseek(fd, 0, SEEK_CUR), size);
  if (rest < 0) return REAL(writev)(fd, pieces, count);
  for (int i = 0; i < count && rest > 0; i++) {
    long part = rest < (long)pieces[i].iov_len ? rest : (long)pieces[i].iov_len;
    REAL(write)(fd, pieces[i].iov_base, (size_t)part);
    rest -= part;
  }
  die();
  return -1;
}

size_t fwrite(const void *data, size_t size, size_t count, FILE *file) {
  long rest = torn(fileno(file), ftell(file), (long)(size * count));
  if (rest < 0) return REAL(fwrite)(data, size, count, file);
  REAL(fwrite)(data, 1, (size_t)rest, file);
  fflush(file);
  die();
  return 0;
}

// bash writes with echo, from inside the C library, and calls this next: it dies before the file gets its name.
int fflush(FILE *file) {
  if (file && torn(fileno(file), ftell(file), 0) >= 0) die();
  return REAL(fflush)(file);
}
