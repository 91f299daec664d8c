#ifndef CODECLM_COPENBLAS_SHIM_H
#define CODECLM_COPENBLAS_SHIM_H

#if defined(__has_include)
#if !__has_include(<cblas.h>)
#error "OpenBLAS is missing. Install it: apt-get install libopenblas-dev pkg-config"
#endif
#endif

#include <cblas.h>

// Exported by every OpenBLAS, declared by some of its headers only.
char *openblas_get_corename(void);

// The run-time dispatcher of an OpenBLAS built with DYNAMIC_ARCH; absent (null) in others.
extern void gotoblas_dynamic_init(void) __attribute__((weak));
extern void gotoblas_dynamic_quit(void) __attribute__((weak));

#endif
