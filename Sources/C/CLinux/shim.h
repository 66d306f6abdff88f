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
#include <sys/un.h>
#include <unistd.h>

extern int pthread_setname_np(pthread_t thread, const char *name);

/// Names the calling thread (at most 15 bytes are kept by the kernel).
static inline int th_thread_set_name(const char *name) { return pthread_setname_np(pthread_self(), name); }

extern int malloc_trim(size_t pad);

/// Gives freed memory back to the system.
static inline int th_heap_trim(void) { return malloc_trim(0); }
