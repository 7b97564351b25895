#include "CSimdJSON.h"

#include <new>
#include <simdjson.h>

static_assert(FH_JSON_PADDING >= simdjson::SIMDJSON_PADDING, "the padding that simdjson asks for");

struct fh_json {
    simdjson::dom::parser parser;
    explicit fh_json(size_t max_bytes) : parser(max_bytes) {}
};

extern "C" fh_json *fh_json_create(size_t max_bytes, size_t max_depth) {
    auto *json = new (std::nothrow) fh_json(max_bytes);
    if (json && json->parser.allocate(4096, max_depth) != simdjson::SUCCESS) {
        delete json;
        return nullptr;
    }
    return json;
}

extern "C" void fh_json_destroy(fh_json *json) { delete json; }

extern "C" int fh_json_parse(
    fh_json *json, const uint8_t *bytes, size_t length, const uint64_t **tape, const uint8_t **strings) {
    switch (json->parser.parse(bytes, length, false).error()) {
    case simdjson::SUCCESS:
        *tape = json->parser.doc.tape.get();
        *strings = json->parser.doc.string_buf.get();
        return FH_JSON_OK;
    case simdjson::EMPTY: return FH_JSON_EMPTY;
    case simdjson::UTF8_ERROR: return FH_JSON_UTF8;
    case simdjson::NUMBER_ERROR: return FH_JSON_NUMBER;
    case simdjson::DEPTH_ERROR: return FH_JSON_DEPTH;
    case simdjson::CAPACITY: return FH_JSON_CAPACITY;
    case simdjson::MEMALLOC: return FH_JSON_MEMORY;
    default: return FH_JSON_SYNTAX;
    }
}
