#define _GNU_SOURCE
#include "CZeroMQ.h"

void fz_name_thread(const char *name) { pthread_setname_np(pthread_self(), name); }
