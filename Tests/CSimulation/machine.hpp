// What the parts of the machine share.
#pragma once
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <algorithm>
#include <cstdint>
#include <string>
#include <type_traits>
#include <vector>

namespace sim {

// The kernel itself: libc's function of this kind is one of those that are stood before.
inline long kernel(long number, long a = 0, long b = 0, long c = 0, long d = 0, long e = 0, long f = 0) {
#if defined(__x86_64__)
    long result;
    register long r10 __asm__("r10") = d;
    register long r8 __asm__("r8") = e;
    register long r9 __asm__("r9") = f;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                     : "rcx", "r11", "memory");
#elif defined(__aarch64__)
    register long result __asm__("x0") = a;
    register long x8 __asm__("x8") = number;
    register long x1 __asm__("x1") = b;
    register long x2 __asm__("x2") = c;
    register long x3 __asm__("x3") = d;
    register long x4 __asm__("x4") = e;
    register long x5 __asm__("x5") = f;
    __asm__ volatile("svc 0" : "+r"(result) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5) : "memory");
#else
#error "only x86-64 and arm64"
#endif
    if (result < 0 && result > -4096) {
        errno = int(-result);
        return -1;
    }
    return result;
}
// The same for arguments of other types.
template <typename T> long word(T value) {
    if constexpr (std::is_pointer_v<T>) return reinterpret_cast<long>(value);
    else return long(value);
}
template <typename... T> long call(long number, T... values) { return kernel(number, word(values)...); }

struct Random {
    uint64_t state = 0;
    uint64_t next() {
        uint64_t z = (state += 0x9E3779B97F4A7C15);
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
    // 0 ..< bound
    int64_t below(int64_t bound) { return bound <= 1 ? 0 : int64_t(next() % uint64_t(bound)); }
    bool chance(int permille) { return below(1000) < permille; }
};

constexpr int64_t never = INT64_MAX;

struct Process {
    bool dead = false;
    // A dying process does not wait: its clock runs ahead of everybody's.
    int64_t ahead = 0;
    int threads = 0;
};

enum class Wait { none, condition, poll, sleep, end };

struct Thread {
    int id = 0;
    int process = 0;
    sem_t turn;
    pthread_t handle{};
    void *(*entry)(void *) = nullptr;
    void *argument = nullptr;
    bool ended = false;
    int rounds = 0;
    Wait wait = Wait::none;
    int64_t deadline = never;
    int64_t stalledUntil = 0;
    // Of a condition.
    const void *condition = nullptr;
    bool signalled = false;
    // Of a poll: whether it would return.
    bool (*isReady)(void *) = nullptr;
    void *what = nullptr;
    // Of the end of a process.
    int awaited = -1;
};

// Null in threads that do not take part.
extern thread_local Thread *self;
extern bool tracing;
extern Random diskRandom, netRandom;

int64_t now();
// As the calling thread's process sees it.
int64_t processNow();
Process &process(int number);
inline Process &own() { return process(self->process); }
// Marks a process as dead: only its threads run until they have ended.
void condemn(int number);
// Lets time pass for everybody.
void pass(int64_t microseconds);
// Waits for what the thread's fields say; true unless its time has come first.
bool block(Thread &thread, Wait wait, int64_t deadline);
void mix(uint64_t value);
template <typename List, typename Test> void eraseWhere(List &list, Test test) {
    list.erase(std::remove_if(list.begin(), list.end(), test), list.end());
}
void note(const char *format, ...) __attribute__((format(printf, 1, 2)));
[[noreturn]] void fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

void beginDisk(const char *root);
void endDisk();
void beginNetwork();
void endNetwork();
// Delivers what is due; the next moment at which something will be.
int64_t advanceNetwork(int64_t now);
void cutNetwork(int process);
// Grows whenever a descriptor outside of the disk is written to: an eventfd may have become readable.
extern uint64_t descriptorWrites;

}  // namespace sim
