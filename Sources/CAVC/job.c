#ifdef CODECLM_AVC

#include "job.h"

#include <string.h>

#include <libavutil/avstring.h>

static void say_nothing(void *context, int level, const char *format, va_list arguments) {
  (void)context, (void)level, (void)format, (void)arguments;
}

void cavc_silence(void) { av_log_set_callback(say_nothing); }

int job_fail(CAVCResult *result, CAVCStatus status, const char *message) {
  result->status = status;
  av_strlcpy(result->message, message, sizeof result->message);
  return AVERROR_EXIT;
}

void job_end(CAVCResult *result, int error) {
  if (error >= 0) return;
  if (error == AVERROR(ENOMEM)) job_fail(result, CAVCStatusOutOfMemory, "");
  if (result->status == CAVCStatusDone) {
    result->status = CAVCStatusCorrupt;
    av_strerror(error, result->message, sizeof result->message);
  }
  cavc_free(result);
}

int job_reserve(CAVCResult *result, size_t capacity) {
  if (capacity <= result->capacity) return 0;
  uint8_t *grown = av_realloc(result->bytes, capacity);
  if (!grown) return AVERROR(ENOMEM);
  result->bytes = grown;
  result->capacity = capacity;
  return 0;
}

int job_append(CAVCResult *result, const uint8_t *bytes, size_t count) {
  size_t end = result->count + count;
  if (end > result->capacity) {
    int error = job_reserve(result, end > 2 * result->capacity ? end : 2 * result->capacity);
    if (error < 0) return error;
  }
  memcpy(result->bytes + result->count, bytes, count);
  result->count = end;
  return 0;
}

void cavc_free(CAVCResult *result) {
  av_free(result->bytes);
  result->bytes = NULL;
  result->count = result->capacity = 0;
}

#endif
