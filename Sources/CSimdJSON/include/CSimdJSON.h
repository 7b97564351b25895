// C shim for simdjson's DOM parser: parse one document, then the caller walks the tape itself.
#pragma once
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#ifdef __cplusplus
extern "C" {
#endif

typedef struct fh_json fh_json;

// What went wrong, as far as an answer tells it apart.
enum {
    FH_JSON_OK = 0,
    FH_JSON_SYNTAX = 1,
    FH_JSON_EMPTY = 2,
    FH_JSON_UTF8 = 3,
    FH_JSON_NUMBER = 4,
    FH_JSON_DEPTH = 5,
    FH_JSON_CAPACITY = 6,
    FH_JSON_MEMORY = 7,
};

// Bytes that must be readable after the document's last byte.
enum { FH_JSON_PADDING = 64 };

// A parser of documents up to `max_bytes`, nested up to `max_depth`; NULL without memory.
fh_json *fh_json_create(size_t max_bytes, size_t max_depth);
void fh_json_destroy(fh_json *json);

// Parses one document of which `length + FH_JSON_PADDING` bytes are readable. On FH_JSON_OK `tape` and `strings` point to
// simdjson's tape and string buffer (its doc/tape.md), valid until the next call.
int fh_json_parse(fh_json *json, const uint8_t *bytes, size_t length, const uint64_t **tape, const uint8_t **strings);

// How many of the next sixteen bytes come before the first quote, backslash, control character or byte that is not ASCII; 16
// where there is none.
static inline int fh_json_plain(const uint8_t *from) {
#ifdef __SSE2__
    __m128i bytes = _mm_loadu_si128((const __m128i *)from);
    // Signed: bytes from 0x80 on are less than a blank, too.
    __m128i special = _mm_or_si128(
        _mm_or_si128(_mm_cmplt_epi8(bytes, _mm_set1_epi8(0x20)), _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"'))),
        _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\')), _mm_cmpeq_epi8(bytes, _mm_set1_epi8(0x7F))));
    return __builtin_ctz(_mm_movemask_epi8(special) | 0x10000);
#else
    for (int i = 0; i < 16; i++)
        if (from[i] < 0x20 || from[i] >= 0x7F || from[i] == '"' || from[i] == '\\') return i;
    return 16;
#endif
}

// The same, and copies them.
static inline int fh_json_copy_plain(uint8_t *to, const uint8_t *from) {
    memcpy(to, from, 16);
    return fh_json_plain(from);
}

// How many of the first `count` bytes are the same; after each of the two fifteen more bytes are readable.
static inline size_t fh_json_same(const uint8_t *a, const uint8_t *b, size_t count) {
#ifdef __SSE2__
    for (size_t i = 0; i < count; i += 16) {
        __m128i equal = _mm_cmpeq_epi8(
            _mm_loadu_si128((const __m128i *)(a + i)), _mm_loadu_si128((const __m128i *)(b + i)));
        unsigned differing = _mm_movemask_epi8(equal) ^ 0xFFFF;
        if (differing) {
            size_t at = i + __builtin_ctz(differing);
            return at < count ? at : count;
        }
    }
    return count;
#else
    size_t i = 0;
    while (i < count && a[i] == b[i]) i++;
    return i;
#endif
}

#ifdef __cplusplus
}
#endif
