// What the jobs share. Functions that return int give 0 or one of FFmpeg's error codes, below 0;
// AVERROR_EXIT stands for an error that the result tells already.
#ifndef CODECLM_CAVC_JOB_H
#define CODECLM_CAVC_JOB_H

#if !__has_include(<libavfilter/avfilter.h>)
#error "FFmpeg is missing. Install it: apt-get install libavcodec-dev libavfilter-dev libavformat-dev"
#endif

#include <libavcodec/avcodec.h>
#include <libavfilter/avfilter.h>
#include <libavformat/avformat.h>

#include "CAVC.h"

// Ends a job: what an error code means, or nothing for 0.
void job_end(CAVCResult *result, int error);

// Tells an error and returns AVERROR_EXIT.
int job_fail(CAVCResult *result, CAVCStatus status, const char *message);

// Makes room for so many bytes in all.
int job_reserve(CAVCResult *result, size_t capacity);

// Adds bytes to those of a result.
int job_append(CAVCResult *result, const uint8_t *bytes, size_t count);

// A decoder's limit for frames of so many pixels: it counts whole macroblocks, and rows of whole vectors.
static inline int64_t padded_pixels(uint64_t pixels) { return (int64_t)pixels + (1 << 20); }

// A clip that is being read, with the time stamps that the ffmpeg command gives its frames.
typedef struct Clip {
  AVIOContext *io;
  AVFormatContext *format;
  AVStream *stream;
  AVCodecContext *decoder;   // NULL unless the clip is decoded
  AVPacket *packet;
  AVFrame *frame;
  struct Memory { const uint8_t *bytes; int64_t count, offset; } memory;
  int64_t shift;             // of time stamps, so that the file begins at 0; in microseconds
  int64_t dts, next_dts, next_pts;   // in microseconds
  uint32_t frames;
  int is_drained;
} Clip;

// Opens a file of whose videos none has frames of more than `maximum_pixels`.
int clip_open(Clip *clip, const uint8_t *file, size_t count, uint64_t maximum_pixels,
              CAVCResult *result);
int clip_open_decoder(Clip *clip, CAVCLimits limits, CAVCResult *result);
// The next packet of the stream into clip->packet; AVERROR_EOF after the last.
int clip_next_packet(Clip *clip);
// The next frame into clip->frame; AVERROR_EOF after the last.
int clip_next_frame(Clip *clip, CAVCLimits limits, CAVCResult *result);
void clip_close(Clip *clip);

// A chain of filters.
typedef struct Chain {
  AVFilterGraph *graph;
  AVFilterContext *source, *sink;
} Chain;

// Filters for frames like `like`, whose time stamps are in `time_base`.
int chain_open(Chain *chain, const AVFrame *like, AVRational time_base, AVRational rate,
               const char *filters, enum AVPixelFormat output);
void chain_close(Chain *chain);

// What filtered frames go to.
typedef struct Encoder {
  CAVCForm form;
  AVCodecContext *context;   // NULL for pixels, and before the first frame
  AVPacket *packet;
  int is_raw;
} Encoder;

// Adds a frame to the result, as code or as pixels; NULL ends the stream.
int encoder_add(Encoder *encoder, AVFrame *frame, CAVCResult *result);
void encoder_close(Encoder *encoder);

// Calls `body` with each access unit of an Annex B stream, then with one of no bytes.
int for_each_unit(const uint8_t *stream, size_t count,
                  int (*body)(void *state, AVPacket *unit), void *state);

#endif
