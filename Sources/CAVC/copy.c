#ifdef CODECLM_AVC

#include "job.h"

#include <string.h>

#include <libavcodec/bsf.h>

static int copy_units(Clip *clip, AVBSFContext *filter, CAVCForm form, CAVCResult *result) {
  int error;
  while ((error = clip_next_packet(clip)) >= 0) {
    if (result->frames++ == form.frames)
      return job_fail(result, CAVCStatusNotApplicable, "more frames");
    if ((error = av_bsf_send_packet(filter, clip->packet)) < 0) return error;
    while ((error = av_bsf_receive_packet(filter, clip->packet)) >= 0) {
      error = job_append(result, clip->packet->data, clip->packet->size);
      av_packet_unref(clip->packet);
      if (error < 0) return error;
    }
    if (error != AVERROR(EAGAIN)) return error;
  }
  return error == AVERROR_EOF && result->frames == form.frames ? 0 : AVERROR_INVALIDDATA;
}

void cavc_annexb(const uint8_t *file, size_t count, CAVCForm form, CAVCResult *result) {
  memset(result, 0, sizeof *result);
  Clip clip;
  AVBSFContext *filter = NULL;
  int error = clip_open(&clip, file, count, (uint64_t)form.width * form.height, result);
  if (error >= 0) {
    const AVCodecParameters *parameters = clip.stream->codecpar;
    if (parameters->codec_id != AV_CODEC_ID_H264 || parameters->width != (int)form.width ||
        parameters->height != (int)form.height)
      error = job_fail(result, CAVCStatusNotApplicable, "another codec or size");
  }
  if (error >= 0) error = av_bsf_alloc(av_bsf_get_by_name("h264_mp4toannexb"), &filter);
  if (error >= 0) error = avcodec_parameters_copy(filter->par_in, clip.stream->codecpar);
  if (error >= 0) error = av_bsf_init(filter);
  if (error >= 0) error = copy_units(&clip, filter, form, result);
  if (error < 0 && result->status == CAVCStatusDone) result->status = CAVCStatusNotApplicable;
  job_end(result, error);
  av_bsf_free(&filter);
  clip_close(&clip);
}

// A file that is being written.
typedef struct Muxing {
  CAVCForm form;
  AVFormatContext *format;
  int64_t frames;
} Muxing;

static int write_unit(void *state, AVPacket *unit) {
  Muxing *muxing = state;
  if (unit->size == 0) return 0;
  AVStream *stream = muxing->format->streams[0];
  AVRational time_base = {1, muxing->form.frames_per_second};
  unit->pts = unit->dts = muxing->frames++;
  unit->duration = 1;
  unit->stream_index = 0;
  av_packet_rescale_ts(unit, time_base, stream->time_base);
  return av_write_frame(muxing->format, unit);
}

// The length of what stands before the first slice or SEI: the parameter sets.
static size_t parameter_sets(const uint8_t *stream, size_t count) {
  for (size_t i = 0; i + 3 < count; i++) {
    if (stream[i] || stream[i + 1] || stream[i + 2] != 1) continue;
    int type = stream[i + 3] & 31;
    if (type != 7 && type != 8) return i;
  }
  return 0;
}

static int mux(Muxing *muxing, const uint8_t *stream, size_t count) {
  int error = avformat_alloc_output_context2(&muxing->format, NULL, "mp4", NULL);
  if (error < 0) return error;
  if ((error = avio_open_dyn_buf(&muxing->format->pb)) < 0) return error;
  muxing->format->flags |= AVFMT_FLAG_BITEXACT;
  AVStream *track = avformat_new_stream(muxing->format, NULL);
  if (!track) return AVERROR(ENOMEM);
  AVCodecParameters *parameters = track->codecpar;
  size_t sets = parameter_sets(stream, count);
  parameters->codec_type = AVMEDIA_TYPE_VIDEO;
  parameters->codec_id = AV_CODEC_ID_H264;
  parameters->width = muxing->form.width;
  parameters->height = muxing->form.height;
  parameters->extradata = av_mallocz(sets + AV_INPUT_BUFFER_PADDING_SIZE);
  if (!parameters->extradata) return AVERROR(ENOMEM);
  memcpy(parameters->extradata, stream, sets);
  parameters->extradata_size = (int)sets;
  track->time_base = (AVRational){1, muxing->form.frames_per_second};
  track->avg_frame_rate = av_inv_q(track->time_base);
  if ((error = avformat_write_header(muxing->format, NULL)) < 0) return error;
  if ((error = for_each_unit(stream, count, write_unit, muxing)) < 0) return error;
  return av_write_trailer(muxing->format);
}

void cavc_mp4(const uint8_t *stream, size_t count, CAVCForm form, CAVCResult *result) {
  memset(result, 0, sizeof *result);
  Muxing muxing = {.form = form};
  int error = mux(&muxing, stream, count);
  if (muxing.format && muxing.format->pb) {
    int size = avio_close_dyn_buf(muxing.format->pb, &result->bytes);
    result->count = result->capacity = size;
    muxing.format->pb = NULL;
  }
  result->frames = (uint32_t)muxing.frames;
  job_end(result, error);
  avformat_free_context(muxing.format);
}

#endif
