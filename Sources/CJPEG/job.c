#include "job.h"

#include <stdlib.h>
#include <string.h>

#include <jerror.h>

static CJPEGStatus status_of(int message_code) {
  switch (message_code) {
    case JERR_OUT_OF_MEMORY:
      return CJPEGStatusOutOfMemory;
    case JERR_IMAGE_TOO_BIG:
    case JERR_WIDTH_OVERFLOW:
    case JERR_NO_BACKING_STORE:  // max_memory_to_use is spent
      return CJPEGStatusTooLarge;
    case JERR_ARITH_NOTIMPL:
    case JERR_BAD_PRECISION:
    case JERR_COMPONENT_COUNT:
    case JERR_CONVERSION_NOTIMPL:
    case JERR_FRACT_SAMPLE_NOTIMPL:
    case JERR_NOT_COMPILED:
    case JERR_NOTIMPL:
    case JERR_SOF_UNSUPPORTED:
      return CJPEGStatusUnsupported;
    default:
      return CJPEGStatusCorrupt;
  }
}

static void stop(j_common_ptr jpeg) {
  Job *job = (Job *)jpeg->err;
  job->result->status = status_of(jpeg->err->msg_code);
  jpeg->err->format_message(jpeg, job->result->message);
  longjmp(job->escape, 1);
}

// Level -1 is a warning, 0 and above are traces.
static void note_warning(j_common_ptr jpeg, int level) {
  if (level >= 0) return;
  Job *job = (Job *)jpeg->err;
  if (!job->tolerates_warnings) stop(jpeg);
  if (jpeg->err->num_warnings++ == 0) jpeg->err->format_message(jpeg, job->result->message);
}

struct jpeg_error_mgr *job_begin(Job *job, CJPEGResult *result) {
  _Static_assert(sizeof result->message >= JMSG_LENGTH_MAX, "libjpeg's messages must fit");
  memset(result, 0, sizeof *result);
  job->result = result;
  job->tolerates_warnings = 0;
  jpeg_std_error(&job->manager);
  job->manager.error_exit = stop;
  job->manager.emit_message = note_warning;
  return &job->manager;
}

static void check_scan_number(j_common_ptr jpeg) {
  if (((j_decompress_ptr)jpeg)->input_scan_number <= MAXIMUM_SCANS) return;
  Job *job = (Job *)jpeg->err;
  job->result->status = CJPEGStatusCorrupt;
  strcpy(job->result->message, "too many scans");
  longjmp(job->escape, 1);
}

void limit_scans(j_decompress_ptr jpeg, struct jpeg_progress_mgr *progress) {
  memset(progress, 0, sizeof *progress);
  progress->progress_monitor = check_scan_number;
  jpeg->progress = progress;
}

void cjpeg_free(CJPEGResult *result) {
  free(result->bytes);
  result->bytes = NULL;
  result->count = 0;
}
