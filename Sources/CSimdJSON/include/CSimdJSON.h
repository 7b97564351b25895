// C shim for simdjson's DOM parser: parse one document, then the caller walks the tape itself.
#pragma once
#include <stddef.h>
#include <stdint.h>

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

#ifdef __cplusplus
}
#endif
