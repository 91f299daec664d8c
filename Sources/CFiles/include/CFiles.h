#ifndef CODECLM_CFILES_H
#define CODECLM_CFILES_H

// Calls of the system that Swift's view of the C library lacks.

#include <stddef.h>

/// Waits until all that was written on the file system of an open file is on its disk; 0, or -1 with errno.
int codeclm_sync_file_system(int descriptor);

/// Gives an open file an extended attribute; 0, or -1 with errno where the file system has none.
int codeclm_set_attribute(int descriptor, const char *name, const void *value, size_t count);

/// Reads an extended attribute of the file at a path; its size, or -1.
ptrdiff_t codeclm_attribute(const char *path, const char *name, void *value, size_t capacity);

#endif
