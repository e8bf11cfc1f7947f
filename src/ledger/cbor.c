/* ledger/cbor: deterministic CBOR (RFC 8949 section 4.2), the subset of doc/reference/ledger-format.md. Knows no event.
 *
 * Written: shortest heads, definite lengths. Read: the same and nothing else, so that encode(decode(b)) = b: no floats, no
 * tags, no indefinite lengths, no other simple values, map keys unsigned and ascending, text valid UTF-8 without NUL, nothing
 * after the end. */
#include "ledger/ledger_priv.h"

/* ---- Writing. */
static void cbor_head(struct cf_buf *b, unsigned major, uint64_t v) {
    uint8_t top = (uint8_t)(major << 5);
    if (v < 24) {
        cf_buf_byte(b, (uint8_t)(top | v));
    } else if (v <= UINT8_MAX) {
        cf_buf_byte(b, top | 24);
        cf_buf_be(b, v, 1);
    } else if (v <= UINT16_MAX) {
        cf_buf_byte(b, top | 25);
        cf_buf_be(b, v, 2);
    } else if (v <= UINT32_MAX) {
        cf_buf_byte(b, top | 26);
        cf_buf_be(b, v, 4);
    } else {
        cf_buf_byte(b, top | 27);
        cf_buf_be(b, v, 8);
    }
}

void cbor_put_uint(struct cf_buf *b, uint64_t v) {
    cbor_head(b, 0, v);
}

void cbor_put_int(struct cf_buf *b, int64_t v) {
    if (v >= 0) {
        cbor_head(b, 0, (uint64_t)v);
    } else {
        cbor_head(b, 1, ~(uint64_t)v); /* -1 - v */
    }
}

void cbor_put_bytes(struct cf_buf *b, struct cf_str s) {
    cbor_head(b, 2, s.n);
    cf_buf_str(b, s);
}

void cbor_put_text(struct cf_buf *b, struct cf_str s) {
    cbor_head(b, 3, s.n);
    cf_buf_str(b, s);
}

void cbor_put_array(struct cf_buf *b, size_t n) {
    cbor_head(b, 4, n);
}

void cbor_put_map(struct cf_buf *b, size_t n) {
    cbor_head(b, 5, n);
}

void cbor_put_bool(struct cf_buf *b, bool yes) {
    cf_buf_byte(b, yes ? 0xf5 : 0xf4);
}

void cbor_put_null(struct cf_buf *b) {
    cf_buf_byte(b, 0xf6);
}

void cbor_put_undefined(struct cf_buf *b) {
    cf_buf_byte(b, 0xf7);
}

/* ---- Reading. */
struct cbor cbor_read(struct cf_str bytes) {
    return (struct cbor){.p = (const uint8_t *)bytes.p, .n = bytes.n};
}

bool cbor_bad(struct cbor *r, const char *why) {
    if (r->bad == NULL) {
        r->bad = why;
    }
    return false;
}

/* The number of a head: in the first byte, or in the 1, 2, 4 or 8 after it, never longer than needed. */
static bool cbor_argument(struct cbor *r, unsigned low, uint64_t *v) {
    if (low < 24) {
        *v = low;
        return true;
    }
    if (low > 27) {
        return cbor_bad(r, "an indefinite or reserved length");
    }
    unsigned n = 1U << (low - 24);
    if (r->n - r->at < n) {
        return cbor_bad(r, "the bytes end inside a head");
    }
    *v = cf_be_read(r->p + r->at, n);
    r->at += n;
    static const uint64_t least[] = {24, UINT64_C(1) << 8, UINT64_C(1) << 16, UINT64_C(1) << 32};
    if (*v < least[low - 24]) {
        return cbor_bad(r, "a number not in its shortest form");
    }
    return true;
}

static bool cbor_string(struct cbor *r, struct cbor_item *out) {
    if (out->n > r->n - r->at) {
        return cbor_bad(r, "a string is longer than what is left");
    }
    out->s = (struct cf_str){(const char *)r->p + r->at, (size_t)out->n};
    r->at += (size_t)out->n;
    if (out->type == CBOR_TEXT) {
        size_t at = 0;
        if (!cf_utf8_valid(out->s, &at)) {
            return cbor_bad(r, "a text is not valid UTF-8");
        }
        if (out->s.n > 0 && memchr(out->s.p, 0, out->s.n) != NULL) {
            return cbor_bad(r, "a text holds a NUL");
        }
    }
    return true;
}

static bool cbor_simple(struct cbor *r, unsigned low, struct cbor_item *out) {
    switch (low) {
    case 20:
    case 21:
        out->type = CBOR_BOOL;
        out->n = low - 20;
        return true;
    case 22: out->type = CBOR_NULL; return true;
    case 23: out->type = CBOR_UNDEFINED; return true;
    default: return cbor_bad(r, "a float or an unknown simple value");
    }
}

bool cbor_take(struct cbor *r, struct cbor_item *out) {
    *out = (struct cbor_item){.type = CBOR_NULL};
    if (r->bad != NULL) {
        return false;
    }
    if (r->at >= r->n) {
        return cbor_bad(r, "the bytes end too early");
    }
    unsigned first = r->p[r->at++];
    unsigned major = first >> 5, low = first & 31;
    if (major == 7) {
        return cbor_simple(r, low, out);
    }
    if (major == 6) {
        return cbor_bad(r, "a tag");
    }
    out->type = (enum cbor_type)major; /* the first six types stand in the order of the major types */
    if (!cbor_argument(r, low, &out->n)) {
        return false;
    }
    if (major == 2 || major == 3) {
        return cbor_string(r, out);
    }
    if (major >= 4 && out->n > r->n - r->at) { /* each item takes a byte at least */
        return cbor_bad(r, "a list is longer than what is left");
    }
    return true;
}

bool cbor_take_uint(struct cbor *r, uint64_t most, uint64_t *out) {
    struct cbor_item it;
    if (!cbor_take(r, &it)) {
        return false;
    }
    if (it.type != CBOR_UINT || it.n > most) {
        return cbor_bad(r, "not a number in range");
    }
    *out = it.n;
    return true;
}

bool cbor_take_int(struct cbor *r, int64_t *out) {
    struct cbor_item it;
    if (!cbor_take(r, &it)) {
        return false;
    }
    if ((it.type != CBOR_UINT && it.type != CBOR_NEGATIVE) || it.n > INT64_MAX) {
        return cbor_bad(r, "not a 64-bit integer");
    }
    *out = it.type == CBOR_UINT ? (int64_t)it.n : -1 - (int64_t)it.n;
    return true;
}

bool cbor_take_bytes(struct cbor *r, size_t exactly, struct cf_str *out) {
    struct cbor_item it;
    if (!cbor_take(r, &it)) {
        return false;
    }
    if (it.type != CBOR_BYTES || (exactly != SIZE_MAX && it.s.n != exactly)) {
        return cbor_bad(r, "not bytes of the right length");
    }
    *out = it.s;
    return true;
}

bool cbor_take_text(struct cbor *r, struct cf_str *out) {
    struct cbor_item it;
    if (!cbor_take(r, &it)) {
        return false;
    }
    if (it.type != CBOR_TEXT) {
        return cbor_bad(r, "not a text");
    }
    *out = it.s;
    return true;
}

static bool cbor_take_many(struct cbor *r, enum cbor_type type, size_t most, size_t *n) {
    struct cbor_item it;
    if (!cbor_take(r, &it)) {
        return false;
    }
    if (it.type != type || it.n > most) {
        return cbor_bad(r, "not a map or list, or one that is too long");
    }
    *n = (size_t)it.n;
    return true;
}

bool cbor_take_map(struct cbor *r, size_t most, size_t *n) {
    return cbor_take_many(r, CBOR_MAP, most, n);
}

bool cbor_take_array(struct cbor *r, size_t most, size_t *n) {
    return cbor_take_many(r, CBOR_ARRAY, most, n);
}

bool cbor_take_key(struct cbor *r, int64_t *last, uint32_t *key) {
    uint64_t k = 0;
    if (!cbor_take_uint(r, UINT32_MAX, &k)) {
        return false;
    }
    if ((int64_t)k <= *last) {
        return cbor_bad(r, "map keys are not ascending");
    }
    *last = (int64_t)k;
    *key = (uint32_t)k;
    return true;
}

bool cbor_end(struct cbor *r) {
    if (r->bad == NULL && r->at != r->n) {
        return cbor_bad(r, "bytes follow the end");
    }
    return r->bad == NULL;
}

static bool cbor_skip_at(struct cbor *r, int depth) {
    struct cbor_item it;
    if (depth > CF_MAX_DEPTH) {
        return cbor_bad(r, "nested too deeply");
    }
    if (!cbor_take(r, &it)) {
        return false;
    }
    int64_t last = -1;
    uint32_t key = 0;
    if (it.type != CBOR_ARRAY && it.type != CBOR_MAP) {
        return true;
    }
    for (uint64_t i = 0; i < it.n; i++) {
        if (it.type == CBOR_MAP && !cbor_take_key(r, &last, &key)) {
            return false;
        }
        if (!cbor_skip_at(r, depth + 1)) {
            return false;
        }
    }
    return true;
}

bool cbor_skip(struct cbor *r) {
    return cbor_skip_at(r, 0);
}

bool cbor_valid(struct cf_str bytes, const char **why) {
    struct cbor r = cbor_read(bytes);
    bool ok = cbor_skip(&r) && cbor_end(&r);
    *why = r.bad;
    return ok;
}
