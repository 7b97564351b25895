// libsodium, and the BLAKE2b of parts that Swift cannot call: its state type is over-aligned.
#pragma once
#include <sodium.h>

// BLAKE2b-256, unkeyed, over `head` then `body`; 0 when it worked.
int fenghuo_blake2b_256(
    unsigned char out[32], const unsigned char *head, size_t head_length, const unsigned char *body, size_t body_length);

// The same over any number of parts; `state` has crypto_generichash_statebytes() bytes at a multiple of 64.
int fenghuo_blake2b_begin(void *state);
int fenghuo_blake2b_add(void *state, const unsigned char *bytes, size_t length);
int fenghuo_blake2b_end(void *state, unsigned char out[32]);
