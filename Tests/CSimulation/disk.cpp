// The disk: real files below the root, of which it is known what a loss of power would undo.
//
// A file's bytes are durable from its sync on, a name from the sync of its directory. Until then each write may survive, be
// torn at a sector or be lost, in any order; of a directory's changes a prefix survives.
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <map>
#include <unordered_map>
#include <utility>

#include "CSimulation.h"
#include "machine.hpp"

namespace sim {

uint64_t descriptorWrites = 0;

namespace {

constexpr int64_t sector = 512;

// A write or a change of length that is not synced.
struct Change {
    int64_t offset, sizeBefore, sizeAfter;
    std::string before, after;
};

struct File {
    // Keeps the file even without a name, until it is synced.
    int descriptor = -1;
    // In the order of first writes: inodes are given out as other programs leave them.
    int64_t number = 0;
    std::vector<Change> unsynced;
};

enum class Naming { create, remove, rename, directory };

struct NameChange {
    Naming what;
    std::string path, to;
    // Another name of the file that is gone or was replaced; empty: none was.
    std::string kept;
};

struct Open {
    std::string path;
    ino_t inode;
    bool isDirectory, isVolatile;
};

std::string root, graves;
std::unordered_map<ino_t, File> files;
std::map<std::string, std::vector<NameChange>> names;
std::unordered_map<int, Open> opened;
int64_t calls, killAt, failAt, slowest, graveCount, fileCount;
int failure;
bool hasFailed, isFull;
std::string ignoredSync;

int rawOpen(const char *path, int flags, mode_t mode = 0) { return int(call(SYS_openat, AT_FDCWD, path, flags, mode)); }
void rawClose(int file) { call(SYS_close, file); }
int rawUnlink(const std::string &path) { return int(call(SYS_unlinkat, AT_FDCWD, path.c_str(), 0)); }
int rawRename(const std::string &from, const std::string &to) {
    return int(call(SYS_renameat2, AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), 0));
}

std::string absolute(const char *path) {
    if (path[0] == '/') return path;
    char here[4096];
    return getcwd(here, sizeof here) ? std::string(here) + "/" + path : path;
}

bool isOnDisk(const std::string &path) {
    return self && self->process != 0 && !root.empty() && path.compare(0, root.size(), root) == 0
        && (path.size() == root.size() || path[root.size()] == '/');
}

std::string parent(const std::string &path) { return path.substr(0, path.rfind('/')); }
bool exists(const std::string &path) {
    struct stat status;
    return lstat(path.c_str(), &status) == 0;
}
const char *shortName(const std::string &path) { return path.c_str() + std::min(path.size(), root.size() + 1); }

Open *tracked(int file) {
    if (!self || self->process == 0) return nullptr;
    auto found = opened.find(file);
    return found == opened.end() ? nullptr : &found->second;
}

enum class Call { read, write, sync, name };

// Counts a call; false: it fails, errno says how.
bool begin(Call call, const std::string &path) {
    calls++;
    mix(uint64_t(calls) ^ uint64_t(call) << 40);
    if (own().dead) {
        errno = EIO;
        return false;
    }
    if (call == Call::sync && slowest > 0) pass(diskRandom.below(slowest));
    if (failAt > 0 && --failAt == 0) {
        note("disk: call %ld on %s fails: %s", long(calls), shortName(path), strerror(failure));
        hasFailed = true;
        errno = failure;
        return false;
    }
    return true;
}

// After a call: whether the process was killed in it.
bool isKilledIn(const std::string &path) {
    if (killAt == 0 || --killAt > 0) return false;
    note("disk: killed in call %ld on %s", long(calls), shortName(path));
    condemn(self->process);
    return true;
}

int64_t sizeOf(int file) {
    struct stat status;
    return fstat(file, &status) == 0 ? status.st_size : 0;
}

File &fileOf(int file, const Open &open) {
    File &found = files[open.inode];
    if (found.descriptor < 0) {
        char path[64];
        snprintf(path, sizeof path, "/proc/self/fd/%d", file);
        found.descriptor = rawOpen(path, O_RDWR | O_CLOEXEC);
        found.number = ++fileCount;
    }
    return found;
}

ssize_t writeAt(int file, Open &open, const void *bytes, size_t count, int64_t offset) {
    if (!begin(Call::write, open.path)) return -1;
    int64_t size = sizeOf(file);
    size_t room = count;
    if (isFull && !open.isVolatile && offset + int64_t(count) > size) {
        hasFailed = true;
        room = offset < size ? size_t(size - offset) : 0;
        room -= room % sector;
        if (room == 0) {
            errno = ENOSPC;
            return -1;
        }
    }
    note("disk: write %s %zu at %ld", shortName(open.path), room, long(offset));
    if (!open.isVolatile) {
        Change change{offset, size, std::max(size, offset + int64_t(room)), "", std::string((const char *)bytes, room)};
        File &kept = fileOf(file, open);
        int64_t old = std::max<int64_t>(0, std::min<int64_t>(int64_t(room), size - offset));
        change.before.resize(size_t(old));
        if (old > 0) call(SYS_pread64, kept.descriptor, change.before.data(), size_t(old), offset);
        kept.unsynced.push_back(std::move(change));
    }
    ssize_t written = call(SYS_pwrite64, file, bytes, room, offset);
    if (isKilledIn(open.path)) {
        errno = EIO;
        return -1;
    }
    return written;
}

int truncateTo(int file, Open &open, int64_t length) {
    if (!begin(Call::write, open.path)) return -1;
    note("disk: truncate %s to %ld", shortName(open.path), long(length));
    if (!open.isVolatile) {
        int64_t size = sizeOf(file);
        Change change{length, size, length, "", ""};
        File &kept = fileOf(file, open);
        if (length < size) {
            change.before.resize(size_t(size - length));
            call(SYS_pread64, kept.descriptor, change.before.data(), change.before.size(), length);
        }
        kept.unsynced.push_back(std::move(change));
    }
    int result = int(call(SYS_ftruncate, file, length));
    if (isKilledIn(open.path)) {
        errno = EIO;
        return -1;
    }
    return result;
}

int sync(Open &open) {
    if (!begin(Call::sync, open.path)) return -1;
    bool isIgnored = !ignoredSync.empty() && open.path.find(ignoredSync) != std::string::npos;
    note("disk: sync %s%s", shortName(open.path), isIgnored ? ", ignored" : "");
    // A kill in a sync comes before or after its effect.
    bool isKilled = isKilledIn(open.path);
    if (!isIgnored && (!isKilled || diskRandom.chance(500))) {
        if (open.isDirectory) {
            for (NameChange &change : names[open.path])
                if (!change.kept.empty()) rawUnlink(change.kept);
            names.erase(open.path);
        } else {
            auto file = files.find(open.inode);
            // Nothing of it can be lost any more: a file that is gone by name takes no room then.
            if (file != files.end()) {
                rawClose(file->second.descriptor);
                files.erase(file);
            }
        }
    }
    if (isKilled) {
        errno = EIO;
        return -1;
    }
    return 0;
}

// Keeps a name's file reachable for an undo; empty where there is none.
std::string keep(const std::string &path) {
    if (!exists(path)) return "";
    std::string kept = graves + "/" + std::to_string(++graveCount);
    return call(SYS_linkat, AT_FDCWD, path.c_str(), AT_FDCWD, kept.c_str(), 0) == 0 ? kept : "";
}

int openAt(const std::string &path, int flags, mode_t mode) {
    bool creates = (flags & O_CREAT) && !exists(path);
    if (!begin(creates ? Call::name : Call::read, path)) return -1;
    if (creates && isFull) {
        hasFailed = true;
        errno = ENOSPC;
        return -1;
    }
    // Cutting off at the opening goes through the record of changes.
    int file = rawOpen(path.c_str(), flags & ~O_TRUNC, mode);
    if (file < 0) return file;
    struct stat status;
    fstat(file, &status);
    bool isVolatile = path.size() > 4 && path.compare(path.size() - 4, 4, "-shm") == 0;
    opened[file] = Open{path, status.st_ino, S_ISDIR(status.st_mode), isVolatile};
    if (creates) {
        note("disk: create %s", shortName(path));
        names[parent(path)].push_back({Naming::create, path, "", ""});
        if (isKilledIn(path)) {
            opened.erase(file);
            rawClose(file);
            errno = EIO;
            return -1;
        }
    }
    if ((flags & O_TRUNC) && status.st_size > 0) truncateTo(file, opened[file], 0);
    return file;
}

int removeName(const std::string &path) {
    if (!begin(Call::name, path)) return -1;
    std::string kept = keep(path);
    int result = rawUnlink(path);
    if (result != 0) return result;
    note("disk: remove %s", shortName(path));
    names[parent(path)].push_back({Naming::remove, path, "", kept});
    if (isKilledIn(path)) {
        errno = EIO;
        return -1;
    }
    return 0;
}

int renameTo(const std::string &from, const std::string &to) {
    if (!begin(Call::name, from)) return -1;
    std::string kept = keep(to);
    int result = rawRename(from, to);
    if (result != 0) return result;
    note("disk: rename %s to %s", shortName(from), shortName(to));
    names[parent(to)].push_back({Naming::rename, from, to, kept});
    if (isKilledIn(from)) {
        errno = EIO;
        return -1;
    }
    return 0;
}

int makeDirectory(const std::string &path, mode_t mode) {
    if (!begin(Call::name, path)) return -1;
    if (isFull && !exists(path)) {
        hasFailed = true;
        errno = ENOSPC;
        return -1;
    }
    int result = int(call(SYS_mkdirat, AT_FDCWD, path.c_str(), mode));
    if (result != 0) return result;
    note("disk: make directory %s", shortName(path));
    names[parent(path)].push_back({Naming::directory, path, "", ""});
    if (isKilledIn(path)) {
        errno = EIO;
        return -1;
    }
    return 0;
}

void removeTree(const std::string &path) {
    if (DIR *folder = opendir(path.c_str())) {
        while (dirent *entry = readdir(folder)) {
            std::string name = entry->d_name;
            if (name == "." || name == "..") continue;
            if (entry->d_type == DT_DIR) removeTree(path + "/" + name);
            else rawUnlink(path + "/" + name);
        }
        closedir(folder);
    }
    call(SYS_unlinkat, AT_FDCWD, path.c_str(), AT_REMOVEDIR);
}

void undo(const NameChange &change) {
    switch (change.what) {
    case Naming::create: rawUnlink(change.path); break;
    case Naming::remove:
        if (!change.kept.empty()) rawRename(change.kept, change.path);
        break;
    case Naming::rename:
        rawRename(change.to, change.path);
        if (!change.kept.empty()) rawRename(change.kept, change.to);
        break;
    case Naming::directory: removeTree(change.path); break;
    }
    note("disk: lost the change of %s", shortName(change.path));
}

// How unsynced changes fare in one loss of power.
enum class Loss { all, none, each, rest, torn };

void loseWrites(File &file, Loss loss) {
    std::vector<Change> &changes = file.unsynced;
    for (auto change = changes.rbegin(); change != changes.rend(); ++change) {
        if (!change->before.empty())
            call(SYS_pwrite64, file.descriptor, change->before.data(), change->before.size(), change->offset);
        call(SYS_ftruncate, file.descriptor, change->sizeBefore);
    }
    size_t first = size_t(diskRandom.below(int64_t(changes.size()) + 1));
    for (size_t index = 0; index < changes.size(); index++) {
        Change &change = changes[index];
        bool survives = loss == Loss::none || (loss == Loss::each && diskRandom.chance(500))
            || (loss == Loss::rest && index < first) || (loss == Loss::torn && index <= first);
        if (!survives) continue;
        if (change.after.empty()) {
            call(SYS_ftruncate, file.descriptor, change.sizeAfter);
            continue;
        }
        bool isTorn = (loss == Loss::torn && index == first) || (loss == Loss::each && diskRandom.chance(300));
        int64_t end = change.offset + int64_t(change.after.size());
        for (int64_t at = change.offset; at < end;) {
            int64_t next = std::min(end, (at / sector + 1) * sector);
            if (!isTorn || diskRandom.chance(500))
                call(SYS_pwrite64, file.descriptor, change.after.data() + (at - change.offset), next - at, at);
            at = next;
        }
    }
    changes.clear();
}

}  // namespace

void beginDisk(const char *path) {
    root = path;
    graves = parent(root) + "/graves";
    call(SYS_mkdirat, AT_FDCWD, graves.c_str(), 0700);
    calls = killAt = failAt = slowest = graveCount = fileCount = 0;
    failure = 0;
    hasFailed = isFull = false;
    ignoredSync.clear();
}

void endDisk() {
    for (auto &file : files)
        if (file.second.descriptor >= 0) rawClose(file.second.descriptor);
    files.clear();
    names.clear();
    opened.clear();
    root.clear();
}

}  // namespace sim

using namespace sim;

int64_t sim_disk_calls(void) { return calls; }
void sim_disk_kill_after(int64_t count) { killAt = count; }
void sim_disk_fail_after(int64_t count, int32_t error) {
    failAt = count;
    failure = error;
}
bool sim_disk_take_failure(void) { return std::exchange(hasFailed, false); }
bool sim_disk_is_armed(void) { return killAt > 0 || failAt > 0; }
void sim_disk_set_full(bool full) { isFull = full; }
void sim_disk_set_slow(int64_t microseconds) { slowest = microseconds; }
void sim_disk_ignore_sync(const char *text) { ignoredSync = text ? text : ""; }

int64_t sim_disk_record(void) {
    size_t bytes = 0;
    for (auto &file : files) {
        bytes += sizeof file + file.second.unsynced.capacity() * sizeof(Change);
        for (Change &change : file.second.unsynced) bytes += change.before.capacity() + change.after.capacity();
    }
    return int64_t(bytes);
}

void sim_disk_lose_power(void) {
    if (!opened.empty()) fail("%s is still open", opened.begin()->second.path.c_str());
    Loss loss = Loss(diskRandom.below(5));
    note("disk: power is lost (%d)", int(loss));
    std::map<int64_t, File *> inOrder;
    for (auto &file : files) inOrder[file.second.number] = &file.second;
    for (auto &file : inOrder) {
        if (!file.second->unsynced.empty()) loseWrites(*file.second, loss);
        if (file.second->descriptor >= 0) rawClose(file.second->descriptor);
    }
    files.clear();
    for (auto &directory : names) {
        std::vector<NameChange> &changes = directory.second;
        size_t survive = loss == Loss::none ? changes.size()
            : loss == Loss::all             ? 0
                                            : size_t(diskRandom.below(int64_t(changes.size()) + 1));
        while (changes.size() > survive) {
            undo(changes.back());
            changes.pop_back();
        }
        for (NameChange &change : changes)
            if (!change.kept.empty()) rawUnlink(change.kept);
    }
    names.clear();
}

// What stands before libc.

extern "C" {

static int openAny(const char *name, int flags, mode_t mode) {
    std::string path = self ? absolute(name) : "";
    if (isOnDisk(path)) return openAt(path, flags, mode);
    int file = rawOpen(name, flags, mode);
    if (self && file >= 0) opened.erase(file);
    return file;
}

int open(const char *name, int flags, ...) {
    va_list list;
    va_start(list, flags);
    mode_t mode = flags & (O_CREAT | O_TMPFILE) ? mode_t(va_arg(list, int)) : 0;
    va_end(list);
    return openAny(name, flags, mode);
}

int open64(const char *name, int flags, ...) {
    va_list list;
    va_start(list, flags);
    mode_t mode = flags & (O_CREAT | O_TMPFILE) ? mode_t(va_arg(list, int)) : 0;
    va_end(list);
    return openAny(name, flags, mode);
}

int close(int file) {
    if (self) opened.erase(file);
    return int(call(SYS_close, file));
}

ssize_t write(int file, const void *bytes, size_t count) {
    if (Open *open = tracked(file)) {
        int64_t offset = call(SYS_lseek, file, 0, SEEK_CUR);
        ssize_t written = writeAt(file, *open, bytes, count, offset);
        if (written > 0) call(SYS_lseek, file, offset + written, SEEK_SET);
        return written;
    }
    if (self) descriptorWrites++;
    return call(SYS_write, file, bytes, count);
}

ssize_t pwrite64(int file, const void *bytes, size_t count, off64_t offset) {
    Open *open = tracked(file);
    return open ? writeAt(file, *open, bytes, count, offset) : call(SYS_pwrite64, file, bytes, count, offset);
}

ssize_t pwrite(int file, const void *bytes, size_t count, off_t offset) {
    return pwrite64(file, bytes, count, offset);
}

ssize_t pread64(int file, void *bytes, size_t count, off64_t offset) {
    Open *open = tracked(file);
    if (open && !begin(Call::read, open->path)) return -1;
    return call(SYS_pread64, file, bytes, count, offset);
}

ssize_t pread(int file, void *bytes, size_t count, off_t offset) { return pread64(file, bytes, count, offset); }

ssize_t read(int file, void *bytes, size_t count) {
    Open *open = tracked(file);
    if (open && !begin(Call::read, open->path)) return -1;
    return call(SYS_read, file, bytes, count);
}

int ftruncate64(int file, off64_t length) noexcept {
    Open *open = tracked(file);
    return open ? truncateTo(file, *open, length) : int(call(SYS_ftruncate, file, length));
}

int ftruncate(int file, off_t length) noexcept { return ftruncate64(file, length); }

int fsync(int file) {
    Open *open = tracked(file);
    return open ? sync(*open) : int(call(SYS_fsync, file));
}

int fdatasync(int file) {
    Open *open = tracked(file);
    return open ? sync(*open) : int(call(SYS_fdatasync, file));
}

int unlink(const char *name) noexcept {
    std::string path = self ? absolute(name) : "";
    return isOnDisk(path) ? removeName(path) : int(call(SYS_unlinkat, AT_FDCWD, name, 0));
}

int rename(const char *from, const char *to) noexcept {
    std::string path = self ? absolute(from) : "";
    return isOnDisk(path) ? renameTo(path, absolute(to)) : int(call(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0));
}

int mkdir(const char *name, mode_t mode) noexcept {
    std::string path = self ? absolute(name) : "";
    return isOnDisk(path) ? makeDirectory(path, mode) : int(call(SYS_mkdirat, AT_FDCWD, name, mode));
}

}
