#ifndef CODECLM_CJPEG_H
#define CODECLM_CJPEG_H
#endif
