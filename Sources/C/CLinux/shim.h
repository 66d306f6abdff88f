// GNU-only calls that Swift cannot see.
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <pthread.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/statvfs.h>
#include <unistd.h>

/// Names the calling thread (at most 15 bytes are kept by the kernel).
static inline int th_thread_set_name(const char *name) { return pthread_setname_np(pthread_self(), name); }
