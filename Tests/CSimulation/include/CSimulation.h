// A simulated machine under unchanged code: time, threads, disk and ZeroMQ of the threads that take part, from one seed.
//
// Linked into an executable, it stands before libc and libzmq: what a simulated thread calls there comes here. One thread
// runs at a time; which one, for how long the disk takes and what the network does follow from the seed alone. Threads that
// do not take part are served by the real libraries.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// Begins a machine; the caller becomes its first thread, outside of every process. Files below `root` are on the simulated disk.
void sim_begin(uint64_t seed, const char *root);
// Ends it: every process must have ended.
void sim_end(void);
// Of everything that the threads, the disk and the network did so far: equal for equal runs.
uint64_t sim_fingerprint(void);
// What happens is written to standard error.
void sim_trace(bool on);
void sim_note(const char *text);
// Of this process's heap, large blocks included.
int64_t sim_bytes_in_use(void);
// Written to standard error where the process traps, or this is not said again within two minutes of real time.
void sim_watch(const char *text);

// Time, in microseconds.
int64_t sim_now(void);
void sim_sleep(int64_t microseconds);
// Moves the time of day, not the machine's clock.
void sim_shift_wall(int64_t microseconds);

// Processes: threads that die together. A process that is killed gets errors from disk and network, and nothing it does is
// seen by others; the call returns when its threads have ended.
int32_t sim_spawn(void (*entry)(void *), void *argument);
// The calling process ends, and with it the threads that it still has.
void sim_exit(void);
bool sim_is_running(int32_t process);
void sim_kill(int32_t process);
// Stops its thread of this name, or one chosen by the seed where null, from running for so long.
void sim_stall_thread(int32_t process, const char *name, int64_t microseconds);

// The disk. Calls of simulated processes are counted; an errno of 0 switches a fault off.
int64_t sim_disk_calls(void);
// The process that makes the n-th call from now is killed in it; 0: none.
void sim_disk_kill_after(int64_t calls);
// The n-th call from now fails once, before it has done anything; 0: none.
void sim_disk_fail_after(int64_t calls, int32_t error);
// Whether a call has failed, that or for want of room, since this was asked last.
bool sim_disk_take_failure(void);
// Whether a call that is to fail, or to be the last, is still to come.
bool sim_disk_is_armed(void);
void sim_disk_set_full(bool full);
// How long syncs take: at most so long.
void sim_disk_set_slow(int64_t microseconds);
// Says that it has synced files whose path contains the text, and has not; null: none.
void sim_disk_ignore_sync(const char *text);
// What was not synced survives, is torn, or is lost, as the seed has it. No process may be running.
void sim_disk_lose_power(void);
// Bytes of memory that the disk's record of unsynced changes takes: they come and go with the syncs, and are not the platform's.
int64_t sim_disk_record(void);

// The network. All times in microseconds; faults concern what is sent from now on.
void sim_net_set_latency(int64_t least, int64_t most);
// Per mille of published messages that are dropped for a subscriber, as by a full queue.
void sim_net_set_publish_loss(int32_t permille);
// Cuts connections, each with this chance; what is on its way is lost, and they come back by themselves.
void sim_net_cut(int32_t permille);
// What arrived last of DEALER clients, oldest first: how many messages, and a frame of one, or null where it has fewer. Valid
// until the caller waits.
int32_t sim_net_delivered_count(void);
const void *sim_net_delivered(int32_t number, int32_t frame, size_t *count);
// Nothing arrives at anybody for so long.
void sim_net_stall(int64_t microseconds);

#ifdef __cplusplus
}
#endif
