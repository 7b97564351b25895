#include "CSodium.h"

int fenghuo_blake2b_begin(void *state) { return crypto_generichash_init(state, NULL, 0, 32); }

int fenghuo_blake2b_add(void *state, const unsigned char *bytes, size_t length)
{
    return crypto_generichash_update(state, bytes, length);
}

int fenghuo_blake2b_end(void *state, unsigned char out[32]) { return crypto_generichash_final(state, out, 32); }

int fenghuo_blake2b_256(
    unsigned char out[32], const unsigned char *head, size_t head_length, const unsigned char *body, size_t body_length)
{
    crypto_generichash_state state;
    if (fenghuo_blake2b_begin(&state) != 0) return -1;
    if (fenghuo_blake2b_add(&state, head, head_length) != 0) return -1;
    if (body_length > 0 && fenghuo_blake2b_add(&state, body, body_length) != 0) return -1;
    return fenghuo_blake2b_end(&state, out);
}
