#ifdef CODECLM_AVC

#include "job.h"

#include <libavutil/opt.h>

// The options of the paper's ffmpeg command, under the names they have there.
static int options(CAVCForm form, AVDictionary **options) {
  static const char *const fixed[][2] = {
      {"profile", "baseline"}, {"bf", "0"},        {"x264opts", "slice-max-mbs=1"},
      {"trellis", "0"},        {"me_method", "dia"}, {"threads", "1"},
      {"subq", "0"},           {"psy", "0"},       {"mixed-refs", "0"},
      {"fast-pskip", "0"},     {"partitions", "none"}, {"refs", "3"},
  };
  int error = av_dict_set_int(options, "qp", form.qp, 0);
  for (size_t i = 0; error >= 0 && i < sizeof fixed / sizeof *fixed; i++)
    error = av_dict_set(options, fixed[i][0], fixed[i][1], 0);
  return error;
}

static void describe(AVCodecContext *context, const AVFrame *frame, int keeps_description) {
  context->sample_aspect_ratio = (AVRational){1, 1};
  if (!keeps_description) return;
  context->sample_aspect_ratio = frame->sample_aspect_ratio;
  context->color_range = frame->color_range;
  context->color_primaries = frame->color_primaries;
  context->color_trc = frame->color_trc;
  context->colorspace = frame->colorspace;
  context->chroma_sample_location = frame->chroma_location;
}

static int open(Encoder *encoder, const AVFrame *frame, CAVCResult *result) {
  const AVCodec *codec = avcodec_find_encoder_by_name("libx264");
  if (!codec) return job_fail(result, CAVCStatusUnsupported, "FFmpeg was built without libx264");
  AVCodecContext *context = encoder->context = avcodec_alloc_context3(codec);
  encoder->packet = av_packet_alloc();
  if (!context || !encoder->packet) return AVERROR(ENOMEM);
  context->width = frame->width;
  context->height = frame->height;
  context->pix_fmt = frame->format;
  context->framerate = (AVRational){encoder->form.frames_per_second, 1};
  context->time_base = av_inv_q(context->framerate);
  describe(context, frame, encoder->form.keeps_description);
  AVDictionary *dictionary = NULL;
  int error = options(encoder->form, &dictionary);
  if (error >= 0) error = avcodec_open2(context, codec, &dictionary);
  if (error >= 0 && av_dict_count(dictionary) > 0)
    error = job_fail(result, CAVCStatusUnsupported, "libx264 does not know an option");
  av_dict_free(&dictionary);
  return error;
}

static int receive(Encoder *encoder, CAVCResult *result) {
  int error;
  while ((error = avcodec_receive_packet(encoder->context, encoder->packet)) >= 0) {
    error = job_append(result, encoder->packet->data, encoder->packet->size);
    av_packet_unref(encoder->packet);
    if (error < 0) return error;
  }
  return error == AVERROR(EAGAIN) || error == AVERROR_EOF ? 0 : error;
}

static int add_pixels(const AVFrame *frame, CAVCForm form, CAVCResult *result) {
  size_t row = (size_t)frame->width * 3;
  int error = job_reserve(result, (size_t)form.width * form.height * 3 * form.frames);
  if (error < 0) return error;
  for (int y = 0; y < frame->height; y++) {
    error = job_append(result, frame->data[0] + (ptrdiff_t)y * frame->linesize[0], row);
    if (error < 0) return error;
  }
  return 0;
}

int encoder_add(Encoder *encoder, AVFrame *frame, CAVCResult *result) {
  if (encoder->is_raw) {
    if (!frame) return 0;
    result->frames += 1;
    return add_pixels(frame, encoder->form, result);
  }
  int error = 0;
  if (!encoder->context) {
    if (!frame) return 0;
    if ((error = open(encoder, frame, result)) < 0) return error;
  }
  if (frame) {
    frame->pts = result->frames++;
    frame->pict_type = AV_PICTURE_TYPE_NONE;
    if (!encoder->form.keeps_description) av_frame_remove_side_data(frame, AV_FRAME_DATA_A53_CC);
  }
  if ((error = avcodec_send_frame(encoder->context, frame)) < 0) return error;
  return receive(encoder, result);
}

void encoder_close(Encoder *encoder) {
  av_packet_free(&encoder->packet);
  avcodec_free_context(&encoder->context);
}

#endif
