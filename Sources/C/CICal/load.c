#include "CICal.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stddef.h>

static struct th_ical table;
static int is_loaded;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void load(void) {
  void *library = dlopen("libical.so.3", RTLD_NOW | RTLD_LOCAL);
  if (library == NULL) return;
  void *found;
#define TH_FIND(function)                 \
  found = dlsym(library, #function);      \
  if (found == NULL) return;              \
  table.function = (__typeof__(&function))found;
  TH_ICAL_FUNCTIONS(TH_FIND)
#undef TH_FIND
  is_loaded = 1;
}

const struct th_ical *th_ical_load(void) {
  pthread_once(&once, load);
  return is_loaded ? &table : NULL;
}
