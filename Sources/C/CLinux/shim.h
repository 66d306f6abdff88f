// GNU-only calls that Swift cannot see. They are declared one by one: with _GNU_SOURCE the headers lay out
// fd_set under other names than in Swift's Glibc module, and files that import both no longer compile.
#include <netinet/in.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/statvfs.h>
#include <sys/timerfd.h>
#include <sys/un.h>
#include <unistd.h>

extern int pthread_setname_np(pthread_t thread, const char *name);

/// Names the calling thread (at most 15 bytes are kept by the kernel).
static inline int th_thread_set_name(const char *name) { return pthread_setname_np(pthread_self(), name); }

extern int malloc_trim(size_t pad);

/// Gives freed memory back to the system.
static inline int th_heap_trim(void) { return malloc_trim(0); }

#include <spawn.h>
#include <sys/pidfd.h>

extern int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *actions, int from);

/// A program that is started gets no open file of ours from this number on.
static inline int th_spawn_close_from(posix_spawn_file_actions_t *actions, int from) {
    return posix_spawn_file_actions_addclosefrom_np(actions, from);
}

/// A file that lives in memory and is closed when another program starts.
extern int memfd_create(const char *name, unsigned int flags);
static inline int th_memory_file(const char *name) { return memfd_create(name, 1U /* MFD_CLOEXEC */); }

/// A handle that becomes readable when a process ends; -1 where the kernel has none.
static inline int th_pidfd_open(pid_t process, unsigned int flags) { return pidfd_open(process, flags); }
