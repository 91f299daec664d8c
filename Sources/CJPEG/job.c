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

// A segment that is lost as stray bytes may change the picture unnoticed from this length on: Adobe's, which
// tells the colour space, has 16 bytes; tables have more.
#define STRAY_BYTES 16

// What libjpeg's warnings say of the picture.
typedef enum {
  Harmless,  // all of it was read
  Loss,      // some of it was made up or left out
  Cut,       // the file ends early, which may have cost some
} Meaning;

static Meaning meaning(const Job *job) {
  switch (job->manager.msg_code) {
    // Numbers that libjpeg passes over, as all decoders do.
    case JWRN_ADOBE_XFORM:
    case JWRN_JFIF_MAJOR:
    case JWRN_NOT_SEQUENTIAL:
      return Harmless;
    case JWRN_JPEG_EOF:
      return Cut;
    // Behind a scan they may be its own: a damaged code makes the rest of the blocks shorter or longer.
    case JWRN_EXTRANEOUS_DATA:
      return job->is_scan_open || job->manager.msg_parm.i[0] >= STRAY_BYTES ? Loss : Harmless;
    default:
      return Loss;
  }
}

static void tell(Job *job, const char *message) {
  if (!*job->result->message)
    snprintf(job->result->message, sizeof job->result->message, "%s", message);
}

static void note_warning(j_common_ptr jpeg) {
  Job *job = (Job *)jpeg->err;
  Meaning found = meaning(job);
  if (found == Harmless) return;
  if (found == Loss && !job->tolerates_loss) stop(jpeg);
  if (found == Loss) job->has_lost = 1;
  if (found == Cut) job->is_cut = 1;
  char message[JMSG_LENGTH_MAX];
  jpeg->err->format_message(jpeg, message);
  tell(job, message);
}

// libjpeg's traces say which segment it has read.
static void note_trace(Job *job) {
  switch (job->manager.msg_code) {
    case JTRC_SOF:
      job->is_lossless = (job->manager.msg_parm.i[0] & 3) == 3;
      break;
    case JTRC_SOS:
      job->is_scan_open = 1;
      break;
    case JTRC_ADOBE:
    case JTRC_APP0:
    case JTRC_APP14:
    case JTRC_DAC:
    case JTRC_DHT:
    case JTRC_DQT:
    case JTRC_DRI:
    case JTRC_JFIF:
    case JTRC_MISC_MARKER:
      job->is_scan_open = 0;
      break;
    default:
      break;
  }
}

// Level -1 is a warning, 0 and above are traces.
static void note(j_common_ptr jpeg, int level) {
  if (level < 0)
    note_warning(jpeg);
  else
    note_trace((Job *)jpeg->err);
}

// Whether every coefficient has got its last bit, so that no scan can be missing.
static int is_refined(j_decompress_ptr jpeg) {
  for (int i = 0; i < jpeg->num_components; i++)
    for (int j = 0; j < DCTSIZE2; j++)
      if (jpeg->coef_bits[i][j] != 0) return 0;
  return 1;
}

void job_judge(Job *job, j_decompress_ptr jpeg) {
  int count = job->is_lossless ? 0 : jpeg->num_components;
  for (int i = 0; i < count; i++) {
    // A component's table is taken down with its first scan.
    if (jpeg->comp_info[i].quant_table && (!jpeg->coef_bits || jpeg->coef_bits[i][0] >= 0))
      continue;
    job->has_lost = 1;
    char message[JMSG_LENGTH_MAX];
    snprintf(message, sizeof message, "component %d is in no scan",
             jpeg->comp_info[i].component_id);
    tell(job, message);
  }
  // What is missing of a scan was told. A Huffman decoder knows; an arithmetic one reads zeros behind the end.
  if (job->is_cut && (jpeg->arith_code || job->is_lossless || (jpeg->coef_bits && !is_refined(jpeg))))
    job->has_lost = 1;
  if (!job->has_lost) *job->result->message = 0;
}

struct jpeg_error_mgr *job_begin(Job *job, CJPEGResult *result) {
  _Static_assert(sizeof result->message >= JMSG_LENGTH_MAX, "libjpeg's messages must fit");
  memset(result, 0, sizeof *result);
  job->result = result;
  job->tolerates_loss = job->has_lost = job->is_cut = 0;
  job->is_lossless = job->is_scan_open = 0;
  jpeg_std_error(&job->manager);
  job->manager.error_exit = stop;
  job->manager.emit_message = note;
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
