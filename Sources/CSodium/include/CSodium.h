// libsodium, and the two-part BLAKE2b that Swift cannot call: its state type is over-aligned.
#pragma once
#include <sodium.h>

// BLAKE2b-256, unkeyed, over `head` then `body`; 0 when it worked.
int fenghuo_blake2b_256(
    unsigned char out[32], const unsigned char *head, size_t head_length, const unsigned char *body, size_t body_length);
