#ifndef CODECLM_COPENBLAS_SHIM_H
#define CODECLM_COPENBLAS_SHIM_H

#if defined(__has_include)
#if !__has_include(<cblas.h>)
#error "OpenBLAS is missing. Install it: apt-get install libopenblas-dev pkg-config"
#endif
#endif

#include <cblas.h>
#include <stddef.h>

// LAPACK's Fortran routines, column-major, whose C header Debian's OpenBLAS does not install. The
// lengths of their character arguments follow the others.

/// A = L Lᵀ (uplo L) or Uᵀ U (uplo U) in place; info > 0: the leading minor of that order is not
/// positive definite.
void dpotrf_(const char *uplo, const int *n, double *a, const int *lda, int *info,
             size_t uplo_length);

/// Eigenvalues w, ascending, of a symmetric matrix, and with job V its eigenvectors, which replace
/// it; lwork or liwork −1 asks for the sizes of the workspaces in work[0] and iwork[0].
void dsyevd_(const char *job, const char *uplo, const int *n, double *a, const int *lda, double *w,
             double *work, const int *lwork, int *iwork, const int *liwork, int *info,
             size_t job_length, size_t uplo_length);

/// Eigenvalues, ascending, of the symmetric tridiagonal matrix with diagonal d and off-diagonal e,
/// which is destroyed; d becomes the eigenvalues. info > 0: as many did not converge.
void dsterf_(const int *n, double *d, double *e, int *info);

#endif
