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
  int tolerates_loss;  // whether a job goes on when data were lost, or stops
  int has_lost;        // data of the picture, as far as is known yet
  int is_cut;          // the file ended before EOI
  int is_lossless;     // the frame's process
  int is_scan_open;    // no segment was read behind the last scan
} Job;

typedef struct {
  struct jpeg_destination_mgr manager;  // first, as above
  CJPEGResult *result;
  size_t capacity;
} Output;

// Clears `result` and makes libjpeg's errors fill it and jump to job->escape, and so those of its warnings
// that tell of lost data. These only fill it when job->tolerates_loss is set afterwards.
struct jpeg_error_mgr *job_begin(Job *job, CJPEGResult *result);

// Decides at EOI, before libjpeg frees its tables, whether all of the picture came from the file, and clears
// the message if it did.
void job_judge(Job *job, j_decompress_ptr jpeg);

// Makes `progress` stop a file of too many scans.
void limit_scans(j_decompress_ptr jpeg, struct jpeg_progress_mgr *progress);

// Creates a compressor of the given form that writes to result->bytes. The caller set jpeg->err.
void create_compressor(j_compress_ptr jpeg, Output *output, CJPEGForm form, CJPEGResult *result);

#endif
