// Threads and time: one simulated thread runs at a time, chosen by the seed; where none can run, time passes.
#include <dlfcn.h>
#include <errno.h>
#include <malloc.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "CSimulation.h"
#include "machine.hpp"

namespace sim {

thread_local Thread *self = nullptr;
bool tracing = false;
Random diskRandom, netRandom;

namespace {

// 2026-07-01T00:00:00Z, and a machine that has been up for a while.
constexpr int64_t wallStart = 1'782'864'000'000'000, upStart = 1'000'000'000;

std::vector<Thread *> threads;
std::vector<Process> processes;
Random turns, chances;
int64_t elapsed = 0, wallShift = 0;
uint64_t chance = 0;
uint64_t fingerprint = 0;
// The process that is dying; -1: none.
int dying = -1;
pthread_key_t ending;

template <typename F> F *real(const char *name, const char *version = nullptr) {
    void *found = version ? dlvsym(RTLD_NEXT, name, version) : dlsym(RTLD_NEXT, name);
    if (!found) abort();
    return reinterpret_cast<F *>(found);
}

int64_t nowOf(const Process &process) { return elapsed + process.ahead; }

bool isReady(Thread &thread) {
    if (thread.ended) return false;
    Process &process = processes[thread.process];
    if (thread.stalledUntil > elapsed && !process.dead) return false;
    if (thread.deadline <= nowOf(process)) return true;
    switch (thread.wait) {
    case Wait::none: return true;
    case Wait::condition: return thread.signalled;
    case Wait::poll: return process.dead || thread.isReady(thread.what);
    case Wait::sleep: return process.dead;
    case Wait::end: return processes[thread.awaited].threads == 0;
    }
    return false;
}

// Nobody can run: goes on to the next moment at which somebody can.
void skipAhead(int64_t network) {
    int64_t next = dying < 0 ? network : never;
    for (Thread *thread : threads) {
        if (thread->ended || (dying >= 0 && thread->process != dying)) continue;
        int64_t due = thread->deadline;
        if (dying < 0 && thread->stalledUntil > elapsed) due = thread->stalledUntil;
        if (due < next) next = due;
    }
    if (next == never) {
        for (Thread *thread : threads)
            if (!thread->ended)
                note("thread %d of process %d waits (%d)", thread->id, thread->process, int(thread->wait));
        fail("nobody can run and nobody waits for a time%s", dying >= 0 ? ": a process that was killed hangs" : "");
    }
    if (dying >= 0) {
        Process &process = processes[dying];
        if (next > nowOf(process)) process.ahead = next - elapsed;
    } else if (next > elapsed) {
        elapsed = next;
    }
}

Thread &choose() {
    std::vector<Thread *> ready;
    while (true) {
        if (dying >= 0 && processes[dying].threads == 0) dying = -1;
        int64_t network = advanceNetwork(elapsed);
        for (Thread *thread : threads)
            if ((dying < 0 || thread->process == dying) && isReady(*thread)) ready.push_back(thread);
        if (!ready.empty()) break;
        skipAhead(network);
    }
    Thread &next = *ready[turns.below(int64_t(ready.size()))];
    if (dying < 0) elapsed += 1 + turns.below(60);
    mix(uint64_t(next.id) << 32 ^ uint64_t(elapsed));
    return next;
}

void handOver(Thread &from) {
    Thread &next = choose();
    if (&next == &from) return;
    // Once the next one runs, the seed may end, and with it what is known of a thread that has ended.
    bool hasEnded = from.ended;
    sem_post(&next.turn);
    if (!hasEnded)
        while (sem_wait(&from.turn) != 0) {}
}

// Runs as the last of the thread's own destructors: what they release is still released in the thread's turn.
void endThread(void *value) {
    Thread *thread = static_cast<Thread *>(value);
    if (++thread->rounds < 3) {
        pthread_setspecific(ending, thread);
        return;
    }
    thread->ended = true;
    processes[thread->process].threads--;
    note("thread %d ends", thread->id);
    handOver(*thread);
    self = nullptr;
}

void *runThread(void *value) {
    Thread *thread = static_cast<Thread *>(value);
    self = thread;
    pthread_setspecific(ending, thread);
    while (sem_wait(&thread->turn) != 0) {}
    return thread->entry(thread->argument);
}

using Create = int(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);

int start(int process, pthread_t *handle, const pthread_attr_t *attributes, void *(*entry)(void *), void *argument) {
    static Create *create = real<Create>("pthread_create");
    Thread *thread = new Thread;
    thread->id = int(threads.size());
    thread->process = process;
    thread->entry = entry;
    thread->argument = argument;
    sem_init(&thread->turn, 0, 0);
    int result = create(handle, attributes, runThread, thread);
    if (result != 0) fail("no thread: %s", strerror(result));
    thread->handle = *handle;
    threads.push_back(thread);
    processes[process].threads++;
    return 0;
}

}  // namespace

int64_t now() { return elapsed; }
int64_t processNow() { return nowOf(own()); }
Process &process(int number) { return processes[number]; }

void pass(int64_t microseconds) { (dying < 0 ? elapsed : processes[dying].ahead) += microseconds; }

void condemn(int number) {
    Process &process = processes[number];
    if (process.dead) return;
    note("process %d is killed", number);
    process.dead = true;
    dying = number;
    cutNetwork(number);
}

bool block(Thread &thread, Wait wait, int64_t deadline) {
    thread.wait = wait;
    thread.deadline = deadline;
    handOver(thread);
    thread.wait = Wait::none;
    bool isLate = deadline <= nowOf(processes[thread.process]);
    thread.deadline = never;
    return !isLate;
}

void mix(uint64_t value) {
    fingerprint = (fingerprint ^ value) * 0x100000001B3;
    fingerprint ^= fingerprint >> 29;
}

void note(const char *format, ...) {
    if (!tracing) return;
    va_list list;
    va_start(list, format);
    fprintf(stderr, "%10.6f %2d ", double(elapsed) / 1e6, self ? self->id : -1);
    vfprintf(stderr, format, list);
    fputc('\n', stderr);
    va_end(list);
}

void fail(const char *format, ...) {
    va_list list;
    va_start(list, format);
    fputs("the machine stops: ", stderr);
    vfprintf(stderr, format, list);
    fputc('\n', stderr);
    va_end(list);
    abort();
}

}  // namespace sim

using namespace sim;

void sim_begin(uint64_t seed, const char *root) {
    static bool isFirst = true;
    if (isFirst) pthread_key_create(&ending, endThread);
    isFirst = false;
    Random random{seed * 0x2545F4914F6CDD1D + 0x632BE59BD9B4E019};
    for (Random *each : {&turns, &chances, &diskRandom, &netRandom}) each->state = random.next();
    chance = random.next();
    elapsed = wallShift = 0;
    fingerprint = seed;
    dying = -1;
    processes.assign(1, Process{});
    Thread *thread = new Thread;
    sem_init(&thread->turn, 0, 0);
    threads.assign(1, thread);
    self = thread;
    beginNetwork();
    beginDisk(root);
}

void sim_end(void) {
    for (size_t number = 1; number < processes.size(); number++)
        if (processes[number].threads > 0) fail("process %zu still runs", number);
    endNetwork();
    endDisk();
    for (Thread *thread : threads) {
        sem_destroy(&thread->turn);
        delete thread;
    }
    threads.clear();
    self = nullptr;
}

uint64_t sim_fingerprint(void) { return fingerprint; }
void sim_trace(bool on) { tracing = on; }
void sim_note(const char *text) { note("%s", text); }

int64_t sim_bytes_in_use(void) {
    struct mallinfo2 heap = mallinfo2();
    // Large blocks are maps of their own.
    return int64_t(heap.uordblks + heap.hblkhd);
}

void sim_watch(const char *text) {
    static char watched[512];
    static bool isSet = false;
    snprintf(watched, sizeof watched, "%s", text);
    alarm(120);
    if (isSet) return;
    isSet = true;
    for (int number : {SIGALRM, SIGABRT, SIGILL, SIGTRAP, SIGSEGV, SIGBUS})
        signal(number, [](int number) {
            call(SYS_write, 2, watched, strlen(watched));
            signal(number, SIG_DFL);
            raise(number);
        });
}
int64_t sim_now(void) { return elapsed; }
void sim_sleep(int64_t microseconds) { block(*self, Wait::sleep, processNow() + microseconds); }
void sim_shift_wall(int64_t microseconds) { wallShift += microseconds; }

int32_t sim_spawn(void (*entry)(void *), void *argument) {
    processes.push_back(Process{});
    int number = int(processes.size()) - 1;
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, 8 << 20);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_t handle;
    start(number, &handle, &attributes, reinterpret_cast<void *(*)(void *)>(entry), argument);
    pthread_attr_destroy(&attributes);
    return number;
}

void sim_exit(void) {
    if (own().threads > 1) condemn(self->process);
}

bool sim_is_running(int32_t number) { return processes[number].threads > 0; }

void sim_kill(int32_t number) {
    if (processes[number].threads == 0) return;
    condemn(number);
    self->awaited = number;
    block(*self, Wait::end, never);
}

static bool isNamed(Thread &thread, const char *name) {
    char found[16] = "";
    return !name || (pthread_getname_np(thread.handle, found, sizeof found) == 0 && strcmp(found, name) == 0);
}

void sim_stall_thread(int32_t number, const char *name, int64_t microseconds) {
    std::vector<Thread *> candidates;
    for (Thread *thread : threads)
        if (!thread->ended && thread->process == number && isNamed(*thread, name)) candidates.push_back(thread);
    if (candidates.empty()) return;
    Thread *thread = candidates[chances.below(int64_t(candidates.size()))];
    thread->stalledUntil = elapsed + microseconds;
    note("thread %d is stalled for %.3f s", thread->id, double(microseconds) / 1e6);
}

// What stands before libc.

extern "C" {

int pthread_create(pthread_t *handle, const pthread_attr_t *attributes, void *(*entry)(void *), void *argument) {
    // The threads of libdispatch serve the whole process; nothing of the product runs on them.
    Dl_info caller;
    bool isDispatch = dladdr(__builtin_return_address(0), &caller) != 0 && strstr(caller.dli_fname, "libdispatch");
    if (self && !isDispatch) return start(self->process, handle, attributes, entry, argument);
    static Create *create = real<Create>("pthread_create");
    return create(handle, attributes, entry, argument);
}

int pthread_join(pthread_t handle, void **result) {
    static auto *join = real<int(pthread_t, void **)>("pthread_join");
    // Others may begin while it waits: by number.
    for (size_t number = 0; self && number < threads.size(); number++) {
        Thread *thread = threads[number];
        while (!thread->ended && pthread_equal(thread->handle, handle)) {
            self->isReady = [](void *what) { return static_cast<Thread *>(what)->ended; };
            self->what = thread;
            block(*self, Wait::poll, never);
        }
    }
    return join(handle, result);
}

static int waitCondition(pthread_cond_t *condition, pthread_mutex_t *mutex, int64_t deadline) {
    self->condition = condition;
    self->signalled = false;
    pthread_mutex_unlock(mutex);
    bool inTime = block(*self, Wait::condition, deadline);
    bool signalled = self->signalled;
    self->condition = nullptr;
    pthread_mutex_lock(mutex);
    return inTime || signalled ? 0 : ETIMEDOUT;
}

int pthread_cond_wait(pthread_cond_t *condition, pthread_mutex_t *mutex) {
    static auto *wait = real<int(pthread_cond_t *, pthread_mutex_t *)>("pthread_cond_wait", "GLIBC_2.3.2");
    return self ? waitCondition(condition, mutex, never) : wait(condition, mutex);
}

int pthread_cond_timedwait(pthread_cond_t *condition, pthread_mutex_t *mutex, const timespec *until) {
    static auto *wait = real<int(pthread_cond_t *, pthread_mutex_t *, const timespec *)>(
        "pthread_cond_timedwait", "GLIBC_2.3.2");
    if (!self) return wait(condition, mutex, until);
    int64_t time = int64_t(until->tv_sec) * 1'000'000 + (until->tv_nsec + 999) / 1000;
    // Either clock: their readings are far apart.
    time -= time > wallStart / 2 ? wallStart + wallShift : upStart;
    return waitCondition(condition, mutex, time);
}

int pthread_cond_broadcast(pthread_cond_t *condition) {
    static auto *wake = real<int(pthread_cond_t *)>("pthread_cond_broadcast", "GLIBC_2.3.2");
    if (!self) return wake(condition);
    for (Thread *thread : threads)
        if (thread->condition == condition) thread->signalled = true;
    return 0;
}

// Wakes all: whoever waits on a condition looks again anyway.
int pthread_cond_signal(pthread_cond_t *condition) {
    static auto *wake = real<int(pthread_cond_t *)>("pthread_cond_signal", "GLIBC_2.3.2");
    return self ? pthread_cond_broadcast(condition) : wake(condition);
}

int clock_gettime(clockid_t clock, timespec *time) noexcept {
    bool isWall = clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE;
    bool isUp = clock == CLOCK_MONOTONIC || clock == CLOCK_MONOTONIC_RAW || clock == CLOCK_MONOTONIC_COARSE
        || clock == CLOCK_BOOTTIME;
    if (!self || (!isWall && !isUp)) return int(call(SYS_clock_gettime, clock, time));
    // Code that looks at the clock until it has moved must see it move.
    pass(1);
    int64_t value = processNow() + (isWall ? wallStart + wallShift : upStart);
    time->tv_sec = value / 1'000'000;
    time->tv_nsec = value % 1'000'000 * 1000;
    return 0;
}

int gettimeofday(timeval *time, void *zone) noexcept {
    if (!self) return int(call(SYS_gettimeofday, time, zone));
    timespec value;
    clock_gettime(CLOCK_REALTIME, &value);
    time->tv_sec = value.tv_sec;
    time->tv_usec = value.tv_nsec / 1000;
    return 0;
}

int usleep(useconds_t microseconds) {
    if (!self) {
        timespec time{time_t(microseconds / 1'000'000), long(microseconds % 1'000'000 * 1000)};
        return int(call(SYS_nanosleep, &time, nullptr));
    }
    sim_sleep(microseconds);
    return 0;
}

int nanosleep(const timespec *time, timespec *left) {
    if (!self) return int(call(SYS_nanosleep, time, left));
    sim_sleep(int64_t(time->tv_sec) * 1'000'000 + time->tv_nsec / 1000);
    return 0;
}

ssize_t getrandom(void *bytes, size_t count, unsigned flags) {
    if (!self) return call(SYS_getrandom, bytes, count, flags);
    // Of who asks and when: libraries that ask once a process must not move what later ones get.
    Random random{chance ^ uint64_t(elapsed) << 16 ^ uint64_t(self->id)};
    for (size_t at = 0; at < count; at++) static_cast<unsigned char *>(bytes)[at] = (unsigned char)random.next();
    return ssize_t(count);
}

// libswiftCore asks for chance this way.
long syscall(long number, ...) noexcept {
    va_list list;
    va_start(list, number);
    long a[6];
    for (long &each : a) each = va_arg(list, long);
    va_end(list);
    if (self && number == SYS_getrandom) return getrandom(reinterpret_cast<void *>(a[0]), size_t(a[1]), unsigned(a[2]));
    return kernel(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

int getentropy(void *bytes, size_t count) {
    return getrandom(bytes, count, 0) == ssize_t(count) ? 0 : -1;
}

void arc4random_buf(void *bytes, size_t count) noexcept {
    for (size_t at = 0; at < count;) {
        ssize_t got = getrandom(static_cast<char *>(bytes) + at, count - at, 0);
        if (got > 0) at += size_t(got);
    }
}

}
