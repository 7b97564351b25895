#define _GNU_SOURCE
#include "CZeroMQ.h"
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

int fz_socket_file_trouble(const char *path) {
    struct stat found;
    if (lstat(path, &found) != 0) return 0;
    if (!S_ISSOCK(found.st_mode)) return EEXIST;
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path) return ENAMETOOLONG;
    strcpy(address.sun_path, path);
    int probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (probe < 0) return errno;
    int trouble = connect(probe, (struct sockaddr *)&address, sizeof address) == 0 ? EADDRINUSE : 0;
    close(probe);
    return trouble;
}

void fz_name_thread(const char *name) { pthread_setname_np(pthread_self(), name); }
