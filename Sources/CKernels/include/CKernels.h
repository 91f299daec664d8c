#ifndef CODECLM_CKERNELS_H
#define CODECLM_CKERNELS_H

#include <stddef.h>
#include <stdint.h>

/// Tells the processor that the caller spins.
static inline void codeclm_cpu_relax(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

#endif
