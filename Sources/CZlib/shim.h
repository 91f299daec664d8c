#ifndef CODECLM_CZLIB_SHIM_H
#define CODECLM_CZLIB_SHIM_H

#if defined(__has_include)
#if !__has_include(<zlib.h>)
#error "zlib is missing. Install it: apt-get install zlib1g-dev"
#endif
#endif

#include <zlib.h>

#endif
