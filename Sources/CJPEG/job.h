// What the three jobs share: libjpeg's error handler, its output, and the form of a written file.
#ifndef CODECLM_CJPEG_JOB_H
#define CODECLM_CJPEG_JOB_H

#if !__has_include(<jpeglib.h>)
#error "libjpeg is missing. Install it: apt-get install libjpeg-dev (libjpeg-turbo8-dev on Ubuntu)"
#endif

#include <setjmp.h>
#include <stdio.h>  // jpeglib.h needs FILE and size_t declared before it

#include <jpeglib.h>

#include "CJPEG.h"

// More scans than any encoder writes; a hostile file may hold thousands, each as costly as a whole
// picture.
#define MAXIMUM_SCANS 100

typedef struct {
  struct jpeg_error_mgr manager;  // first: libjpeg passes a pointer to this member
  jmp_buf escape;
  CJPEGResult *result;
  int tolerates_warnings;
} Job;

typedef struct {
  struct jpeg_destination_mgr manager;  // first, as above
  CJPEGResult *result;
  size_t capacity;
} Output;

// Clears `result` and makes libjpeg's errors and warnings fill it and jump to job->escape. Warnings
// only fill it when job->tolerates_warnings is set afterwards.
struct jpeg_error_mgr *job_begin(Job *job, CJPEGResult *result);

// Makes `progress` stop a file of too many scans.
void limit_scans(j_decompress_ptr jpeg, struct jpeg_progress_mgr *progress);

// Creates a compressor of the given form that writes to result->bytes. The caller set jpeg->err.
void create_compressor(j_compress_ptr jpeg, Output *output, CJPEGForm form, CJPEGResult *result);

#endif
