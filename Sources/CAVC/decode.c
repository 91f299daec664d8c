#ifdef CODECLM_AVC

#include "job.h"

#include <string.h>

#include <libavfilter/buffersink.h>
#include <libavfilter/buffersrc.h>

int for_each_unit(const uint8_t *stream, size_t count, int (*body)(void *, AVPacket *),
                  void *state) {
  AVCodecParserContext *parser = av_parser_init(AV_CODEC_ID_H264);
  AVCodecContext *context = avcodec_alloc_context3(avcodec_find_decoder(AV_CODEC_ID_H264));
  AVPacket *packet = av_packet_alloc();
  uint8_t *padded = av_mallocz(count + AV_INPUT_BUFFER_PADDING_SIZE);
  int error = parser && context && packet && padded ? 0 : AVERROR(ENOMEM);
  if (error >= 0 && count > INT32_MAX) error = AVERROR(EINVAL);
  if (error >= 0) memcpy(padded, stream, count);
  for (size_t offset = 0, left = count; error >= 0;) {
    packet->data = NULL;
    packet->size = 0;
    int taken = av_parser_parse2(parser, context, &packet->data, &packet->size, padded + offset,
                                 (int)left, AV_NOPTS_VALUE, AV_NOPTS_VALUE, 0);
    int is_end = left == 0 && packet->size == 0;
    offset += taken;
    left -= taken;
    packet->flags = parser->key_frame == 1 ? AV_PKT_FLAG_KEY : 0;
    if (packet->size > 0 || is_end) error = body(state, packet);
    if (is_end) break;
  }
  av_free(padded);
  av_packet_free(&packet);
  avcodec_free_context(&context);
  av_parser_close(parser);
  return error;
}

// A stream that is being decoded.
typedef struct Decoding {
  CAVCForm form;
  AVCodecContext *decoder;
  AVFrame *frame;
  Chain chain;
  Encoder pixels;
  CAVCResult *result;
} Decoding;

static int add_frame(Decoding *decoding) {
  AVFrame *frame = decoding->frame;
  CAVCForm form = decoding->form;
  CAVCResult *result = decoding->result;
  if (frame->flags & AV_FRAME_FLAG_CORRUPT || frame->decode_error_flags)
    return job_fail(result, CAVCStatusWarned, "a frame has errors that were concealed");
  if (frame->width != (int)form.width || frame->height != (int)form.height)
    return job_fail(result, CAVCStatusCorrupt, "a frame has another size");
  if (result->frames >= form.frames)
    return job_fail(result, CAVCStatusCorrupt, "more frames than the profile's");
  frame->pts = result->frames;
  AVRational time_base = {1, form.frames_per_second};
  int error = 0;
  if (!decoding->chain.graph)
    error = chain_open(&decoding->chain, frame, time_base, (AVRational){0, 1},
                       "scale=flags=bicubic+accurate_rnd+full_chroma_int", AV_PIX_FMT_RGB24);
  if (error < 0 || (error = av_buffersrc_add_frame(decoding->chain.source, frame)) < 0)
    return error;
  if ((error = av_buffersink_get_frame(decoding->chain.sink, frame)) < 0) return error;
  error = encoder_add(&decoding->pixels, frame, result);
  av_frame_unref(frame);
  return error;
}

static int decode_unit(void *state, AVPacket *unit) {
  Decoding *decoding = state;
  int error = avcodec_send_packet(decoding->decoder, unit->size > 0 ? unit : NULL);
  while (error >= 0 &&
         (error = avcodec_receive_frame(decoding->decoder, decoding->frame)) >= 0) {
    error = add_frame(decoding);
  }
  return error == AVERROR(EAGAIN) || error == AVERROR_EOF ? 0 : error;
}

void cavc_decode(const uint8_t *stream, size_t count, CAVCForm form, CAVCResult *result) {
  memset(result, 0, sizeof *result);
  const AVCodec *codec = avcodec_find_decoder(AV_CODEC_ID_H264);
  Decoding decoding = {.form = form, .frame = av_frame_alloc(), .result = result,
                       .decoder = avcodec_alloc_context3(codec),
                       .pixels = {.form = form, .is_raw = 1}};
  int error = decoding.frame && decoding.decoder ? 0 : AVERROR(ENOMEM);
  if (error >= 0) {
    decoding.decoder->thread_count = 1;
    decoding.decoder->err_recognition = AV_EF_EXPLODE | AV_EF_BITSTREAM | AV_EF_BUFFER;
    decoding.decoder->max_pixels = padded_pixels((uint64_t)form.width * form.height);
    error = avcodec_open2(decoding.decoder, codec, NULL);
  }
  if (error >= 0) error = for_each_unit(stream, count, decode_unit, &decoding);
  if (error >= 0 && result->frames < form.frames)
    error = job_fail(result, CAVCStatusCorrupt, "fewer frames than the profile's");
  job_end(result, error);
  chain_close(&decoding.chain);
  av_frame_free(&decoding.frame);
  avcodec_free_context(&decoding.decoder);
}

#endif
