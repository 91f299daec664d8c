#ifndef CODECLM_COPENBLAS_SHIM_H
#define CODECLM_COPENBLAS_SHIM_H

#if defined(__has_include)
#if !__has_include(<cblas.h>)
#error "OpenBLAS is missing. Install it: apt-get install libopenblas-dev pkg-config"
#endif
#endif

#include <cblas.h>

#endif
