// Shim over libzmq and the Linux calls that Swift cannot name.
#pragma once
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>
#include <zmq.h>

static inline int fz_errno(void) { return zmq_errno(); }
static inline int fz_eventfd(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }
void fz_name_thread(const char *name);

// Why a socket file may not be made there, which libzmq would do in place of whatever is there: EADDRINUSE where somebody listens on it,
// EEXIST where it is no socket, that of a probe that fails otherwise; 0 where it is free or its owner is gone.
int fz_socket_file_trouble(const char *path);

// Adds to the niceness, at most 19, of this thread and those that it starts: on Linux each thread has its own. Needs no privilege.
static inline void fz_add_niceness(unsigned by) { (void)!nice((int)by); }

// Blocks SIGINT, SIGTERM and SIGHUP in this thread and those it starts, ignores SIGPIPE, returns a signalfd for the three.
static inline int fz_signal_fd(void) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGHUP);
    if (pthread_sigmask(SIG_BLOCK, &set, NULL) != 0) return -1;
    signal(SIGPIPE, SIG_IGN);
    return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

// The signal number waiting in a signalfd, or 0.
static inline int fz_read_signal(int fd) {
    struct signalfd_siginfo info;
    return read(fd, &info, sizeof info) == (ssize_t)sizeof info ? (int)info.ssi_signo : 0;
}
