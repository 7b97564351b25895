#ifndef FENGHUO_CSPAWN_H
#define FENGHUO_CSPAWN_H

#include <spawn.h>

// Declared here because Swift's Glibc module does not show what glibc has beyond POSIX (2.29 and 2.34).
int posix_spawn_file_actions_addchdir_np(posix_spawn_file_actions_t *actions, const char *path);
int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *actions, int from);

#endif
