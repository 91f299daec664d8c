// FFmpeg's flags for CAVC, which includes what it needs.
