// The one call of the system that Swift's view of the C library lacks.
#if defined(__linux__)
#define _GNU_SOURCE
#endif
#include "CKernels.h"

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
