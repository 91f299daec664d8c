#ifdef CODECLM_AVC

#include "job.h"

#include <string.h>

#include <libavutil/common.h>

static int read_memory(void *opaque, uint8_t *buffer, int size) {
  struct Memory *memory = opaque;
  int64_t left = memory->count - memory->offset;
  if (left <= 0) return AVERROR_EOF;
  if (size > left) size = (int)left;
  memcpy(buffer, memory->bytes + memory->offset, size);
  memory->offset += size;
  return size;
}

static int64_t seek_memory(void *opaque, int64_t offset, int whence) {
  struct Memory *memory = opaque;
  whence &= ~AVSEEK_FORCE;
  if (whence == AVSEEK_SIZE) return memory->count;
  if (whence == SEEK_CUR) offset += memory->offset;
  if (whence == SEEK_END) offset += memory->count;
  if (offset < 0 || offset > memory->count) return AVERROR(EINVAL);
  return memory->offset = offset;
}

static int open_nothing(AVFormatContext *format, AVIOContext **io, const char *url, int flags,
                        AVDictionary **options) {
  (void)format, (void)io, (void)url, (void)flags, (void)options;
  return AVERROR(EPERM);
}

// Tells of frames that are too large.
static int check_size(const AVCodecParameters *parameters, uint64_t maximum_pixels,
                      CAVCResult *result) {
  result->width = parameters->width;
  result->height = parameters->height;
  if (parameters->width < 0 || parameters->height < 0) return AVERROR_INVALIDDATA;
  if ((uint64_t)parameters->width * parameters->height > maximum_pixels)
    return job_fail(result, CAVCStatusTooLarge, "");
  return 0;
}

// Fills in what the streams' headers leave out by decoding some frames, none of which may be too large.
// Streams that begin later than the header have no limit but FFmpeg's own.
static int find_streams(AVFormatContext *format, uint64_t maximum_pixels) {
  unsigned count = format->nb_streams;
  AVDictionary **options = av_calloc(count ? count : 1, sizeof *options);
  int error = options ? 0 : AVERROR(ENOMEM);
  for (unsigned i = 0; error >= 0 && i < count; i++)
    error = av_dict_set_int(&options[i], "max_pixels", padded_pixels(maximum_pixels), 0);
  if (error >= 0) error = avformat_find_stream_info(format, count ? options : NULL);
  for (unsigned i = 0; options && i < count; i++) av_dict_free(&options[i]);
  av_free(options);
  return error;
}

int clip_open(Clip *clip, const uint8_t *file, size_t count, uint64_t maximum_pixels,
              CAVCResult *result) {
  enum { buffer_size = 1 << 15 };
  memset(clip, 0, sizeof *clip);
  clip->memory = (struct Memory){file, (int64_t)count, 0};
  uint8_t *buffer = av_malloc(buffer_size);
  if (!buffer) return AVERROR(ENOMEM);
  clip->io = avio_alloc_context(buffer, buffer_size, 0, &clip->memory, read_memory, NULL,
                                seek_memory);
  if (!clip->io) {
    av_free(buffer);
    return AVERROR(ENOMEM);
  }
  clip->format = avformat_alloc_context();
  clip->packet = av_packet_alloc();
  clip->frame = av_frame_alloc();
  if (!clip->format || !clip->packet || !clip->frame) return AVERROR(ENOMEM);
  clip->format->pb = clip->io;
  clip->format->flags |= AVFMT_FLAG_CUSTOM_IO;
  clip->format->io_open = open_nothing;
  clip->format->protocol_whitelist = av_strdup("none");
  if (!clip->format->protocol_whitelist) return AVERROR(ENOMEM);
  int error = avformat_open_input(&clip->format, NULL, NULL, NULL);
  if (error == AVERROR_INVALIDDATA)
    return job_fail(result, CAVCStatusWrongFormat, "no container of video that FFmpeg knows");
  for (unsigned i = 0; error >= 0 && i < clip->format->nb_streams; i++) {
    const AVStream *stream = clip->format->streams[i];
    if (stream->codecpar->codec_type == AVMEDIA_TYPE_VIDEO &&
        !(stream->disposition & AV_DISPOSITION_ATTACHED_PIC))
      error = check_size(stream->codecpar, maximum_pixels, result);
  }
  if (error < 0 || (error = find_streams(clip->format, maximum_pixels)) < 0) return error;
  int index = av_find_best_stream(clip->format, AVMEDIA_TYPE_VIDEO, -1, -1, NULL, 0);
  if (index < 0) return job_fail(result, CAVCStatusUnsupported, "a file without video");
  clip->stream = clip->format->streams[index];
  if (clip->format->start_time != AV_NOPTS_VALUE) clip->shift = -clip->format->start_time;
  return 0;
}

int clip_open_decoder(Clip *clip, CAVCLimits limits, CAVCResult *result) {
  const AVCodecParameters *parameters = clip->stream->codecpar;
  int error = check_size(parameters, limits.maximum_pixels, result);
  if (error < 0) return error;
  const AVCodec *codec = avcodec_find_decoder(parameters->codec_id);
  if (!codec)
    return job_fail(result, CAVCStatusUnsupported, avcodec_get_name(parameters->codec_id));
  if (!(clip->decoder = avcodec_alloc_context3(codec))) return AVERROR(ENOMEM);
  if ((error = avcodec_parameters_to_context(clip->decoder, parameters)) < 0) return error;
  clip->decoder->pkt_timebase = clip->stream->time_base;
  clip->decoder->thread_count = 1;
  clip->decoder->max_pixels = padded_pixels(limits.maximum_pixels);
  AVRational rate = clip->stream->avg_frame_rate;
  clip->next_dts =
      rate.num > 0 ? -av_rescale(clip->decoder->has_b_frames, AV_TIME_BASE * (int64_t)rate.den,
                                 rate.num)
                   : 0;
  return avcodec_open2(clip->decoder, codec, NULL);
}

int clip_next_packet(Clip *clip) {
  int error;
  while ((error = av_read_frame(clip->format, clip->packet)) >= 0) {
    if (clip->packet->stream_index == clip->stream->index) return 0;
    av_packet_unref(clip->packet);
  }
  return error;
}

static int64_t to_microseconds(const Clip *clip, int64_t time) {
  return av_rescale_q(time, clip->stream->time_base, AV_TIME_BASE_Q);
}

static int64_t from_microseconds(const Clip *clip, int64_t time) {
  return av_rescale_q(time, AV_TIME_BASE_Q, clip->stream->time_base);
}

// How long the frame of a packet lasts, in microseconds, as far as its container says.
static int64_t duration(const Clip *clip) {
  if (clip->packet->duration > 0) return to_microseconds(clip, clip->packet->duration);
  AVRational rate = clip->decoder->framerate;
  return rate.num > 0 && rate.den > 0 ? av_rescale(AV_TIME_BASE, rate.den, rate.num) : 0;
}

// Sends the next packet, or the end, to the decoder.
static int send(Clip *clip) {
  int error = clip_next_packet(clip);
  if (error == AVERROR_EOF) {
    clip->is_drained = 1;
    return avcodec_send_packet(clip->decoder, NULL);
  }
  if (error < 0) return error;
  AVPacket *packet = clip->packet;
  int64_t shift = from_microseconds(clip, clip->shift);
  if (packet->pts != AV_NOPTS_VALUE) packet->pts = av_sat_add64(packet->pts, shift);
  if (packet->dts != AV_NOPTS_VALUE)
    clip->next_dts = to_microseconds(clip, av_sat_add64(packet->dts, shift));
  clip->dts = clip->next_dts;
  packet->dts = from_microseconds(clip, clip->dts);
  int64_t length = duration(clip);
  clip->next_dts = av_sat_add64(clip->next_dts, length);
  error = avcodec_send_packet(clip->decoder, packet);
  av_packet_unref(packet);
  return error;
}

// How long a frame lasts, in the stream's time base; 0 if that is not known.
static int64_t frame_duration(const AVFrame *frame) {
#if LIBAVUTIL_VERSION_INT >= AV_VERSION_INT(57, 30, 100)
  return frame->duration;
#else
  return frame->pkt_duration;
#endif
}

int clip_next_frame(Clip *clip, CAVCLimits limits, CAVCResult *result) {
  AVFrame *frame = clip->frame;
  int error;
  while ((error = avcodec_receive_frame(clip->decoder, frame)) == AVERROR(EAGAIN)) {
    if (clip->is_drained) return AVERROR_EOF;
    if ((error = send(clip)) < 0) return error;
  }
  if (error < 0) return error;
  if (frame->flags & AV_FRAME_FLAG_CORRUPT || frame->decode_error_flags)
    return job_fail(result, CAVCStatusWarned, "a frame has errors that were concealed");
  if (++clip->frames > limits.maximum_frames)
    return job_fail(result, CAVCStatusTooLarge, "too many frames");
  if (frame->best_effort_timestamp != AV_NOPTS_VALUE) {
    frame->pts = frame->best_effort_timestamp;
    clip->next_pts = to_microseconds(clip, frame->pts);
  }
  AVRational rate = clip->decoder->framerate;
  int64_t length = frame_duration(frame);
  if (length > 0)
    clip->next_pts = av_sat_add64(clip->next_pts, to_microseconds(clip, length));
  else if (rate.num > 0 && rate.den > 0)
    clip->next_pts =
        av_sat_add64(clip->next_pts, av_rescale(AV_TIME_BASE, rate.den, rate.num));
  if (clip->stream->sample_aspect_ratio.num)
    frame->sample_aspect_ratio = clip->stream->sample_aspect_ratio;
  return 0;
}

void clip_close(Clip *clip) {
  avcodec_free_context(&clip->decoder);
  av_frame_free(&clip->frame);
  av_packet_free(&clip->packet);
  avformat_close_input(&clip->format);
  if (clip->io) av_freep(&clip->io->buffer);
  avio_context_free(&clip->io);
}

#endif
