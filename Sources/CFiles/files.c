// The calls that CFiles.h declares.
#if defined(__linux__)
#define _GNU_SOURCE
#endif
#include "CFiles.h"

#include <sys/xattr.h>
#include <unistd.h>

int codeclm_sync_file_system(int descriptor) {
#if defined(__linux__)
  return syncfs(descriptor);
#else
  (void)descriptor;
  sync();
  return 0;
#endif
}

int codeclm_set_attribute(int descriptor, const char *name, const void *value, size_t count) {
#if defined(__linux__)
  return fsetxattr(descriptor, name, value, count, 0);
#else
  return fsetxattr(descriptor, name, value, count, 0, 0);
#endif
}

ptrdiff_t codeclm_attribute(const char *path, const char *name, void *value, size_t capacity) {
#if defined(__linux__)
  return getxattr(path, name, value, capacity);
#else
  return getxattr(path, name, value, capacity, 0, 0);
#endif
}
