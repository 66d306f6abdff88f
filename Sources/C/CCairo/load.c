#include "CCairo.h"

#include <dlfcn.h>
#include <stddef.h>

enum library { CAIRO, PANGO, PANGOCAIRO, GOBJECT, LIBRARIES };

static const struct {
  const char *file, *package;
} libraries[LIBRARIES] = {
  [CAIRO] = {"libcairo.so.2", "libcairo2"},
  [PANGO] = {"libpango-1.0.so.0", "libpango-1.0-0"},
  [PANGOCAIRO] = {"libpangocairo-1.0.so.0", "libpangocairo-1.0-0"},
  [GOBJECT] = {"libgobject-2.0.so.0", "libglib2.0-0"},
};

int th_cairo_load(struct th_cairo *table, struct th_cairo_missing *missing) {
  void *opened[LIBRARIES];
  for (int i = 0; i < LIBRARIES; i++) {
    opened[i] = dlopen(libraries[i].file, RTLD_NOW | RTLD_LOCAL);
    if (opened[i] == NULL) {
      missing->name = libraries[i].file;
      missing->package = libraries[i].package;
      return -1;
    }
  }
  void *found;
#define TH_FIND(library, result, function, parameters)      \
  found = dlsym(opened[library], #function);                \
  if (found == NULL) {                                      \
    missing->name = #function;                              \
    missing->package = libraries[library].package;          \
    return -1;                                              \
  }                                                         \
  table->function = (result(*) parameters)found;
  TH_CAIRO_FUNCTIONS(TH_FIND)
#undef TH_FIND
  return 0;
}
