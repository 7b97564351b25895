#define _GNU_SOURCE
#include "CZeroMQ.h"
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

int fz_socket_file_trouble(const char *path) {
    struct stat found;
    // For `*` libzmq chooses a path, `@…` is none.
    if (path[0] == '@' || strcmp(path, "*") == 0 || lstat(path, &found) != 0) return 0;
    if (!S_ISSOCK(found.st_mode)) return EEXIST;
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path) return ENAMETOOLONG;
    strcpy(address.sun_path, path);
    int probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (probe < 0) return errno;
    int trouble = connect(probe, (struct sockaddr *)&address, sizeof address) == 0 ? EADDRINUSE : errno;
    close(probe);
    switch (trouble) {
    case EAGAIN: return EADDRINUSE;  // somebody listens who has no room for more
    case ECONNREFUSED: case ENOENT: return 0;
    default: return trouble;
    }
}

void fz_name_thread(const char *name) { pthread_setname_np(pthread_self(), name); }
