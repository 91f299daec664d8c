#ifdef CODECLM_AVC

#include "job.h"

#include <stdio.h>

#include <libavfilter/buffersink.h>
#include <libavfilter/buffersrc.h>
#include <libavutil/pixdesc.h>

// Links an output to an input that are left open.
static int parse(Chain *chain, const char *filters) {
  AVFilterInOut *outputs = avfilter_inout_alloc(), *inputs = avfilter_inout_alloc();
  int error = AVERROR(ENOMEM);
  if (outputs && inputs) {
    *outputs = (AVFilterInOut){av_strdup("in"), chain->source, 0, NULL};
    *inputs = (AVFilterInOut){av_strdup("out"), chain->sink, 0, NULL};
    error = avfilter_graph_parse_ptr(chain->graph, filters, &inputs, &outputs, NULL);
  }
  avfilter_inout_free(&outputs);
  avfilter_inout_free(&inputs);
  return error;
}

int chain_open(Chain *chain, const AVFrame *like, AVRational time_base, AVRational rate,
               const char *filters, enum AVPixelFormat output) {
  char arguments[256], all[512];
  AVRational aspect = like->sample_aspect_ratio;
  int length = snprintf(arguments, sizeof arguments,
                        "video_size=%dx%d:pix_fmt=%d:time_base=%d/%d:pixel_aspect=%d/%d",
                        like->width, like->height, like->format, time_base.num, time_base.den,
                        aspect.num, aspect.den ? aspect.den : 1);
  if (rate.num > 0 && rate.den > 0)
    length += snprintf(arguments + length, sizeof arguments - length, ":frame_rate=%d/%d",
                       rate.num, rate.den);
#if LIBAVFILTER_VERSION_MAJOR >= 10
  // From FFmpeg 7 on filters agree on colours beforehand, and the command tells them these.
  snprintf(arguments + length, sizeof arguments - length, ":colorspace=%d:range=%d",
           like->colorspace, like->color_range);
#endif
  snprintf(all, sizeof all, "%s%sformat=%s", filters, *filters ? "," : "",
           av_get_pix_fmt_name(output));
  if (!(chain->graph = avfilter_graph_alloc())) return AVERROR(ENOMEM);
  chain->graph->nb_threads = 1;
  // What the ffmpeg command gives every scaler.
  chain->graph->scale_sws_opts = av_strdup("flags=bicubic");
  if (!chain->graph->scale_sws_opts) return AVERROR(ENOMEM);
  int error = avfilter_graph_create_filter(&chain->source, avfilter_get_by_name("buffer"), "in",
                                           arguments, NULL, chain->graph);
  if (error < 0) return error;
  error = avfilter_graph_create_filter(&chain->sink, avfilter_get_by_name("buffersink"), "out",
                                       NULL, NULL, chain->graph);
  if (error < 0 || (error = parse(chain, all)) < 0) return error;
  return avfilter_graph_config(chain->graph, NULL);
}

void chain_close(Chain *chain) { avfilter_graph_free(&chain->graph); }

#endif
