/*
 * A disk that fails, for the processes that are told so: built by the tests, loaded before libc (LD_PRELOAD).
 *
 * HIERCASH_DISKS names folders and their control files: "FOLDER=CONTROL:FOLDER=CONTROL". A control file is mapped, so a change holds at once, in processes that run already:
 *   int32 error     what calls end with (EIO, ENOSPC, EROFS); 0: the disk is whole
 *   int32 percent   of the calls, 0 to 100
 *   int32 calls     which: 1 writes, 2 syncs, 4 changes of size, 8 opening for writing; any sum of them
 *   uint32 state    of the random numbers; the seed at first, shared by all processes
 *   uint32 failed   how many calls failed
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

enum { WRITES = 1, SYNCS = 2, SIZES = 4, OPENS = 8, MOST = 8 };

struct control { int32_t error, percent, calls; uint32_t state, failed; };

static struct { char folder[PATH_MAX]; size_t length; volatile struct control *control; } disks[MOST];
static int count;

#define REAL(type, name, ...) static type (*real_##name)(__VA_ARGS__)
REAL(ssize_t, write, int, const void *, size_t);
REAL(ssize_t, pwrite64, int, const void *, size_t, off64_t);
REAL(ssize_t, writev, int, const struct iovec *, int);
REAL(ssize_t, pwritev64, int, const struct iovec *, int, off64_t);
REAL(int, fsync, int);
REAL(int, fdatasync, int);
REAL(int, ftruncate64, int, off64_t);
REAL(int, posix_fallocate64, int, off64_t, off64_t);
REAL(int, open64, const char *, int, ...);
REAL(int, openat64, int, const char *, int, ...);

/* Another library's constructor may open a file before this one's has run. */
static void find(void)
{
    if (real_open64)
        return;
#define FIND(name) real_##name = dlsym(RTLD_NEXT, #name)
    FIND(write); FIND(pwrite64); FIND(writev); FIND(pwritev64); FIND(fsync); FIND(fdatasync); FIND(ftruncate64); FIND(posix_fallocate64); FIND(openat64);
    FIND(open64);
}

__attribute__((constructor)) static void begin(void)
{
    find();
    const char *given = getenv("HIERCASH_DISKS");
    char *list = given ? strdup(given) : NULL;
    char *rest = NULL;
    for (char *one = list ? strtok_r(list, ":", &rest) : NULL; one && count < MOST; one = strtok_r(NULL, ":", &rest)) {
        char *control = strchr(one, '=');
        if (!control)
            continue;
        *control++ = 0;
        int fd = real_open64(control, O_RDWR | O_CLOEXEC);
        void *at = fd < 0 ? MAP_FAILED : mmap(NULL, sizeof(struct control), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        if (fd >= 0)
            close(fd);
        if (at == MAP_FAILED)
            continue;
        snprintf(disks[count].folder, PATH_MAX, "%s", one);
        disks[count].length = strlen(disks[count].folder);
        disks[count++].control = at;
    }
    free(list);
}

/* Errno if this call is to fail, else 0. */
static int fate(const char *path, int call)
{
    for (int i = 0; i < count; i++) {
        volatile struct control *c = disks[i].control;
        if (!c->error || !(c->calls & call) || strncmp(path, disks[i].folder, disks[i].length) || path[disks[i].length] != '/')
            continue;
        uint32_t n = __atomic_add_fetch(&c->state, 0x9E3779B9u, __ATOMIC_RELAXED);
        n ^= n >> 16; n *= 0x85EBCA6Bu; n ^= n >> 13; n *= 0xC2B2AE35u; n ^= n >> 16;
        if (n % 100 >= (uint32_t)c->percent)
            return 0;
        __atomic_add_fetch(&c->failed, 1, __ATOMIC_RELAXED);
        return c->error;
    }
    return 0;
}

static int fate_of(int fd, int call)
{
    int wanted = 0;
    for (int i = 0; i < count; i++)
        wanted |= disks[i].control->error && (disks[i].control->calls & call);
    if (!wanted)
        return 0;
    int before = errno;
    char name[64], path[PATH_MAX];
    snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
    ssize_t n = readlink(name, path, sizeof path - 1);
    errno = before;
    if (n <= 0)
        return 0;
    path[n] = 0;
    return fate(path, call);
}

#define FAILING(call) do { find(); int e = fate_of(fd, call); if (e) { errno = e; return -1; } } while (0)

ssize_t write(int fd, const void *bytes, size_t n) { FAILING(WRITES); return real_write(fd, bytes, n); }
ssize_t pwrite64(int fd, const void *bytes, size_t n, off64_t at) { FAILING(WRITES); return real_pwrite64(fd, bytes, n, at); }
ssize_t pwrite(int fd, const void *bytes, size_t n, off_t at) { return pwrite64(fd, bytes, n, at); }
ssize_t writev(int fd, const struct iovec *v, int n) { FAILING(WRITES); return real_writev(fd, v, n); }
ssize_t pwritev64(int fd, const struct iovec *v, int n, off64_t at) { FAILING(WRITES); return real_pwritev64(fd, v, n, at); }
ssize_t pwritev(int fd, const struct iovec *v, int n, off_t at) { return pwritev64(fd, v, n, at); }
int fsync(int fd) { FAILING(SYNCS); return real_fsync(fd); }
int fdatasync(int fd) { FAILING(SYNCS); return real_fdatasync(fd); }
int ftruncate64(int fd, off64_t n) { FAILING(SIZES); return real_ftruncate64(fd, n); }
int ftruncate(int fd, off_t n) { return ftruncate64(fd, n); }
int posix_fallocate64(int fd, off64_t at, off64_t n) { find(); int e = fate_of(fd, SIZES); return e ? e : real_posix_fallocate64(fd, at, n); }
int posix_fallocate(int fd, off_t at, off_t n) { return posix_fallocate64(fd, at, n); }

static int opening(int folder, const char *path, int flags)
{
    char at[PATH_MAX], name[64];
    if ((flags & O_ACCMODE) == O_RDONLY && !(flags & O_CREAT))
        return 0;
    if (path[0] == '/')
        return fate(path, OPENS);
    ssize_t n;
    if (folder == AT_FDCWD)
        n = getcwd(at, sizeof at) ? (ssize_t)strlen(at) : -1;
    else {
        snprintf(name, sizeof name, "/proc/self/fd/%d", folder);
        n = readlink(name, at, sizeof at - 1);
    }
    if (n <= 0 || n + strlen(path) + 2 > sizeof at)
        return 0;
    at[n] = '/';
    strcpy(at + n + 1, path);
    return fate(at, OPENS);
}

#define MODE(last) mode_t mode = 0; if (flags & (O_CREAT | O_TMPFILE)) { va_list more; va_start(more, last); mode = va_arg(more, mode_t); va_end(more); }
int open64(const char *path, int flags, ...)
{
    MODE(flags);
    find();
    int e = count ? opening(AT_FDCWD, path, flags) : 0;
    if (e) { errno = e; return -1; }
    return real_open64(path, flags, mode);
}

int open(const char *path, int flags, ...) { MODE(flags); return open64(path, flags, mode); }

int openat64(int folder, const char *path, int flags, ...)
{
    MODE(flags);
    find();
    int e = count ? opening(folder, path, flags) : 0;
    if (e) { errno = e; return -1; }
    return real_openat64(folder, path, flags, mode);
}

int openat(int folder, const char *path, int flags, ...) { MODE(flags); return openat64(folder, path, flags, mode); }
