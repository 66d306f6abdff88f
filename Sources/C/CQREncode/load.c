#include "CQREncode.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stddef.h>

// As qrencode.h has them; libqrencode 4 keeps them (its soname is their version).
struct code {
  int version;
  int width;
  unsigned char *data;
};
enum { LEVEL_M = 1 };

static struct code *(*encode)(int, const unsigned char *, int, int);
static void (*release)(struct code *);
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void load(void) {
  void *library = dlopen("libqrencode.so.4", RTLD_NOW | RTLD_LOCAL);
  if (library == NULL) return;
  encode = (__typeof__(encode))dlsym(library, "QRcode_encodeData");
  release = (__typeof__(release))dlsym(library, "QRcode_free");
}

int th_qr_encode(const unsigned char *bytes, int count, unsigned char *out, int capacity) {
  pthread_once(&once, load);
  if (encode == NULL || release == NULL) return -1;
  struct code *code = encode(count, bytes, 0, LEVEL_M);
  if (code == NULL) return 0;
  int width = code->width;
  if (width * width > capacity) width = 0;
  for (int at = 0; at < width * width; at++) out[at] = code->data[at] & 1;
  release(code);
  return width;
}
