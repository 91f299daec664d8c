#ifdef CODECLM_AVC

#include "job.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include <libavfilter/buffersink.h>
#include <libavfilter/buffersrc.h>
#include <libavutil/common.h>
#include <libavutil/display.h>

static const AVRational no_rate = {0, 1};

// The filters that set a clip upright, each with a comma behind it, as the ffmpeg command chooses them: by
// the display matrix's angle in whole degrees, clockwise, and where that leaves open whether the picture is
// also mirrored, by the signs of the matrix.
static void turn(const int32_t *matrix, char *text, size_t size) {
  double exact = matrix ? av_display_rotation_get(matrix) : 0;
  *text = 0;
  if (!matrix || isnan(exact)) return;
  int angle = (360 - (int)round(exact)) % 360;
  // Of 1 degree the command turns nothing.
  switch (angle) {
    case 0: snprintf(text, size, "%s", matrix[4] < 0 ? "vflip," : ""); break;
    case 1: break;
    case 90: snprintf(text, size, "transpose=%s,", matrix[3] > 0 ? "cclock_flip" : "clock"); break;
    case 180:
      snprintf(text, size, "%s%s", matrix[0] < 0 ? "hflip," : "", matrix[4] < 0 ? "vflip," : "");
      break;
    case 270: snprintf(text, size, "transpose=%s,", matrix[3] < 0 ? "clock_flip" : "cclock"); break;
    default: snprintf(text, size, "rotate=%d*PI/180,", angle);
  }
}

// The container's display matrix; the command pays no heed to that of a stream's own messages.
static const int32_t *display_matrix(const AVStream *stream) {
#if LIBAVCODEC_VERSION_INT >= AV_VERSION_INT(60, 31, 102)
  const AVCodecParameters *parameters = stream->codecpar;
  const AVPacketSideData *data =
      av_packet_side_data_get(parameters->coded_side_data, parameters->nb_coded_side_data,
                              AV_PKT_DATA_DISPLAYMATRIX);
  return data ? (const int32_t *)data->data : NULL;
#else
  return (const int32_t *)av_stream_get_side_data(stream, AV_PKT_DATA_DISPLAYMATRIX, NULL);
#endif
}

// The filters that set a clip upright, followed by those of the paper.
static void describe(const Clip *clip, CAVCForm form, char *text, size_t size) {
  char upright[64];
  turn(display_matrix(clip->stream), upright, sizeof upright);
  snprintf(text, size,
           "%sfps=%u,scale=%u:%u:force_original_aspect_ratio=decrease,"
           "pad=%u:%u:(ow-iw)/2:(oh-ih)/2%s",
           upright, form.frames_per_second, form.width, form.height, form.width, form.height,
           form.mirrors ? ",hflip" : "");
}

// What frames go through.
typedef struct Work {
  Clip clip;
  Chain chain;
  Encoder encoder;
  AVFrame *frame;
} Work;

// Adds what comes out of the filters. The first frame also stands for those that are missing before
// it, where the clip's video begins late.
static int drain(Work *work, CAVCResult *result) {
  CAVCForm form = work->encoder.form;
  int error;
  while (result->frames < form.frames &&
         (error = av_buffersink_get_frame(work->chain.sink, work->frame)) >= 0) {
    int64_t copies = 1;
    if (result->frames == 0 && work->frame->pts > 0)
      copies = av_sat_add64(copies, work->frame->pts);
    for (; copies > 0 && result->frames < form.frames; copies--) {
      if ((error = encoder_add(&work->encoder, work->frame, result)) < 0) return error;
    }
    av_frame_unref(work->frame);
  }
  return result->frames < form.frames && error != AVERROR(EAGAIN) && error != AVERROR_EOF ? error
                                                                                          : 0;
}

static int is_like(const AVFrame *frame, const AVFilterContext *source) {
  const AVFilterLink *link = source->outputs[0];
  return frame->width == link->w && frame->height == link->h && frame->format == link->format;
}

static int run(Work *work, CAVCLimits limits, CAVCResult *result) {
  Clip *clip = &work->clip;
  CAVCForm form = work->encoder.form;
  int error;
  while (result->frames < form.frames && (error = clip_next_frame(clip, limits, result)) >= 0) {
    if (!work->chain.graph) {
      char filters[400];
      describe(clip, form, filters, sizeof filters);
      error = chain_open(&work->chain, clip->frame, clip->stream->time_base,
                         av_guess_frame_rate(clip->format, clip->stream, NULL), filters,
                         work->encoder.is_raw ? AV_PIX_FMT_RGB24 : AV_PIX_FMT_YUV420P);
      if (error < 0) return error;
    }
    if (!is_like(clip->frame, work->chain.source))
      return job_fail(result, CAVCStatusUnsupported, "frames that change their size");
    if ((error = av_buffersrc_add_frame(work->chain.source, clip->frame)) < 0) return error;
    if ((error = drain(work, result)) < 0) return error;
  }
  if (result->frames < form.frames) {
    if (error != AVERROR_EOF) return error;
    if (work->chain.graph) {
      int64_t end = av_rescale_q(clip->next_pts, AV_TIME_BASE_Q, clip->stream->time_base);
      // Not pushed: the last frame stands until the end, however late, and frames are made as they are
      // taken.
      if ((error = av_buffersrc_close(work->chain.source, end, 0)) < 0) return error;
      if ((error = drain(work, result)) < 0) return error;
    }
  }
  if (result->frames < form.frames) return job_fail(result, CAVCStatusTooShort, "");
  return encoder_add(&work->encoder, NULL, result);
}

static void convert(const uint8_t *file, size_t count, CAVCForm form, CAVCLimits limits, int is_raw,
                    CAVCResult *result) {
  Work work = {.encoder = {.form = form, .is_raw = is_raw}, .frame = av_frame_alloc()};
  memset(result, 0, sizeof *result);
  int error = work.frame ? clip_open(&work.clip, file, count, limits.maximum_pixels, result)
                         : AVERROR(ENOMEM);
  if (error >= 0) error = clip_open_decoder(&work.clip, limits, result);
  if (error >= 0) error = run(&work, limits, result);
  job_end(result, error);
  encoder_close(&work.encoder);
  chain_close(&work.chain);
  clip_close(&work.clip);
  av_frame_free(&work.frame);
}

void cavc_transcode(const uint8_t *file, size_t count, CAVCForm form, CAVCLimits limits,
                    CAVCResult *result) {
  convert(file, count, form, limits, 0, result);
}

void cavc_frames(const uint8_t *file, size_t count, CAVCForm form, CAVCLimits limits,
                 CAVCResult *result) {
  convert(file, count, form, limits, 1, result);
}

static int encode(Work *work, const uint8_t *pixels, CAVCResult *result) {
  CAVCForm form = work->encoder.form;
  AVFrame *frame = work->clip.frame = av_frame_alloc();
  if (!frame || !work->frame) return AVERROR(ENOMEM);
  frame->width = form.width;
  frame->height = form.height;
  frame->format = AV_PIX_FMT_RGB24;
  frame->sample_aspect_ratio = (AVRational){1, 1};
  AVRational time_base = {1, form.frames_per_second};
  int error = chain_open(&work->chain, frame, time_base, no_rate, "", AV_PIX_FMT_YUV420P);
  for (uint32_t i = 0; error >= 0 && i < form.frames; i++) {
    frame->pts = i;
    frame->linesize[0] = form.width * 3;
    frame->data[0] = (uint8_t *)pixels + (size_t)i * form.width * form.height * 3;
    // A frame without a reference-counted buffer is copied.
    error = av_buffersrc_write_frame(work->chain.source, frame);
    while (error >= 0 && result->frames <= i) {
      if ((error = av_buffersink_get_frame(work->chain.sink, work->frame)) < 0) break;
      work->frame->sample_aspect_ratio = frame->sample_aspect_ratio;
      error = encoder_add(&work->encoder, work->frame, result);
      av_frame_unref(work->frame);
    }
  }
  return error < 0 ? error : encoder_add(&work->encoder, NULL, result);
}

void cavc_encode(const uint8_t *pixels, CAVCForm form, CAVCResult *result) {
  Work work = {.encoder = {.form = form}, .frame = av_frame_alloc()};
  memset(result, 0, sizeof *result);
  job_end(result, encode(&work, pixels, result));
  encoder_close(&work.encoder);
  chain_close(&work.chain);
  clip_close(&work.clip);
  av_frame_free(&work.frame);
}

#endif
