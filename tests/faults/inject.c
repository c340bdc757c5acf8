/* Counts the calls that change files under one folder, and at the n-th of them does something else.

   Loaded with LD_PRELOAD; does nothing until faults_arm() is called. The counter lies in memory that is shared with the caller,
   so that it can be read of a process that was killed. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

enum what { NOTHING, KILL, FAIL, FAIL_FROM, SHORT, TORN, SIGNAL };
struct counter { int calls, hits; char last[32]; };

static const char *folder;
static int what = NOTHING, argument, wanted_reads, at;
static struct counter *seen;

/* what: see above. argument: errno of FAIL and FAIL_FROM, number of SIGNAL. reads: count reading calls instead of changing ones. */
void faults_arm(const char *under, int kind, int arg, int nth, int reads, struct counter *shared) {
    folder = strdup(under), argument = arg, at = nth, wanted_reads = reads, seen = shared, what = kind;
}

/* A path without / in front is ours: the command works in the folder. */
static int ours(const char *path) { return path && folder && (path[0] != '/' || strncmp(path, folder, strlen(folder)) == 0); }

static int ours_by_number(int fd) {
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return path[0] == '/' && ours(path); /* pipes and sockets have other names */
}

/* Whether the call is to fail; never comes back from KILL. */
static int strikes(const char *name, int is_ours, int reads) {
    if (!seen || !is_ours || reads != wanted_reads) return 0;
    int number = __atomic_add_fetch(&seen->calls, 1, __ATOMIC_SEQ_CST);
    if (argument == ENOSPC && (strncmp(name, "unlink", 6) == 0 || strcmp(name, "remove") == 0)) return 0; /* needs no room */
    if (what == NOTHING || number < at || (number > at && what != FAIL_FROM)) return 0;
    seen->hits++;
    if (number == at) strncpy(seen->last, name, sizeof seen->last - 1);
    if (what == KILL) kill(getpid(), SIGKILL), pause();
    if (what == SIGNAL) kill(getpid(), argument);
    errno = argument;
    return what;
}

static int fails(int found) { return found == FAIL || found == FAIL_FROM; }

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

/* Part of the bytes are written: the rest is left to the caller (SHORT), or the process ends (TORN). */
#define WRITES(name, fd, length, call_part, call_all)                                                                        \
    int found = strikes(#name, ours_by_number(fd), 0);                                                                       \
    if (fails(found)) return -1;                                                                                             \
    if ((found == SHORT || found == TORN) && (length) > 1) {                                                                 \
        ssize_t done = call_part;                                                                                            \
        if (found == TORN) kill(getpid(), SIGKILL), pause();                                                                 \
        return done;                                                                                                         \
    }                                                                                                                        \
    return call_all;

ssize_t write(int fd, const void *from, size_t n) { WRITES(write, fd, n, REAL(write)(fd, from, n / 2), REAL(write)(fd, from, n)) }
ssize_t pwrite(int fd, const void *from, size_t n, off_t o) { WRITES(pwrite, fd, n, REAL(pwrite)(fd, from, n / 2, o), REAL(pwrite)(fd, from, n, o)) }
ssize_t pwrite64(int fd, const void *from, size_t n, off64_t o) { WRITES(pwrite64, fd, n, REAL(pwrite64)(fd, from, n / 2, o), REAL(pwrite64)(fd, from, n, o)) }
ssize_t writev(int fd, const struct iovec *v, int n) { WRITES(writev, fd, n, REAL(writev)(fd, v, 1), REAL(writev)(fd, v, n)) }

#define CHANGES(name, is_ours, call)                                                                                         \
    if (fails(strikes(#name, is_ours, 0))) return -1;                                                                        \
    return call;

int fsync(int fd) { CHANGES(fsync, ours_by_number(fd), REAL(fsync)(fd)) }
int fdatasync(int fd) { CHANGES(fdatasync, ours_by_number(fd), REAL(fdatasync)(fd)) }
int ftruncate(int fd, off_t n) { CHANGES(ftruncate, ours_by_number(fd), REAL(ftruncate)(fd, n)) }
int ftruncate64(int fd, off64_t n) { CHANGES(ftruncate64, ours_by_number(fd), REAL(ftruncate64)(fd, n)) }
int fallocate(int fd, int mode, off_t o, off_t n) { CHANGES(fallocate, ours_by_number(fd), REAL(fallocate)(fd, mode, o, n)) }
int posix_fallocate(int fd, off_t o, off_t n) { return fails(strikes("posix_fallocate", ours_by_number(fd), 0)) ? argument : REAL(posix_fallocate)(fd, o, n); }
int rename(const char *from, const char *to) { CHANGES(rename, ours(to), REAL(rename)(from, to)) }
int renameat(int a, const char *from, int b, const char *to) { CHANGES(renameat, ours(to), REAL(renameat)(a, from, b, to)) }
int link(const char *from, const char *to) { CHANGES(link, ours(to), REAL(link)(from, to)) }
int unlink(const char *path) { CHANGES(unlink, ours(path), REAL(unlink)(path)) }
int unlinkat(int at_, const char *path, int flags) { CHANGES(unlinkat, ours(path), REAL(unlinkat)(at_, path, flags)) }
int remove(const char *path) { CHANGES(remove, ours(path), REAL(remove)(path)) }
int mkdir(const char *path, mode_t mode) { CHANGES(mkdir, ours(path), REAL(mkdir)(path, mode)) }

#define OPENS(name, call)                                                                                                    \
    mode_t mode = 0;                                                                                                         \
    if (flags & (O_CREAT | O_TMPFILE)) {                                                                                     \
        va_list rest;                                                                                                        \
        va_start(rest, flags);                                                                                               \
        mode = va_arg(rest, mode_t);                                                                                         \
        va_end(rest);                                                                                                        \
    }                                                                                                                        \
    if ((flags & O_CREAT) && fails(strikes(#name, ours(path), 0))) return -1;                                                \
    return call;

int open(const char *path, int flags, ...) { OPENS(open, REAL(open)(path, flags, mode)) }
int open64(const char *path, int flags, ...) { OPENS(open64, REAL(open64)(path, flags, mode)) }
int openat(int a, const char *path, int flags, ...) { OPENS(openat, REAL(openat)(a, path, flags, mode)) }
int openat64(int a, const char *path, int flags, ...) { OPENS(openat64, REAL(openat64)(a, path, flags, mode)) }

#define READS(name, fd, call)                                                                                                \
    if (fails(strikes(#name, ours_by_number(fd), 1))) return -1;                                                             \
    return call;

ssize_t read(int fd, void *to, size_t n) { READS(read, fd, REAL(read)(fd, to, n)) }
ssize_t pread(int fd, void *to, size_t n, off_t o) { READS(pread, fd, REAL(pread)(fd, to, n, o)) }
ssize_t pread64(int fd, void *to, size_t n, off64_t o) { READS(pread64, fd, REAL(pread64)(fd, to, n, o)) }
