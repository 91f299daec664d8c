#include "CKernels.h"

static _Thread_local int depth;

int codeclm_loop_depth(void) { return depth; }
void codeclm_enter_loop(void) { depth++; }
void codeclm_leave_loop(void) { depth--; }
