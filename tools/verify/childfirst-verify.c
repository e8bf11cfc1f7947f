/* childfirst-verify: checks a proof that an event stands in a force's log, or that the log has only grown, with nothing but
 * SHA-256 and Ed25519. It reads one JSON file and no database, shares no code with childfirst, and can be read in one sitting.
 *
 *     childfirst-verify [--key KEY] FILE…
 *
 * KEY is the force's verifier key, as it publishes it. Without --key the key inside the proof is used, and said to be unproven.
 * Format: doc/reference/proof.md. Every byte of a proof has one way to be written; anything else is refused.
 * Build alone: cc -O2 -o childfirst-verify childfirst-verify.c -lsodium      Exit: 0 all good, 1 one is not, 2 wrong usage. */
#include <sodium.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int childfirst_verify(const char *text, size_t n, const char *key, FILE *out);

#define HASH 32
#define TEXT_MOST (8u << 20)
#define PARTS_MOST 89
#define PATH_MOST 130
#define NOTE_MOST 4096

/* ---- SHA-256 (FIPS 180-4). */
struct sha256 {
    uint32_t h[8];
    uint64_t bytes;
    uint8_t block[64];
};

static const uint32_t sha_k[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01,
    0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc,
    0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147,
    0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08,
    0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208,
    0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

static uint32_t turn(uint32_t x, int n) {
    return (x >> n) | (x << (32 - n));
}

static void sha_block(struct sha256 *s, const uint8_t *p) {
    uint32_t w[64], v[8];
    for (int i = 0; i < 16; i++) {
        w[i] = (uint32_t)p[4 * i] << 24 | (uint32_t)p[4 * i + 1] << 16 | (uint32_t)p[4 * i + 2] << 8 | p[4 * i + 3];
    }
    for (int i = 16; i < 64; i++) {
        uint32_t a = turn(w[i - 15], 7) ^ turn(w[i - 15], 18) ^ (w[i - 15] >> 3);
        uint32_t b = turn(w[i - 2], 17) ^ turn(w[i - 2], 19) ^ (w[i - 2] >> 10);
        w[i] = w[i - 16] + a + w[i - 7] + b;
    }
    memcpy(v, s->h, sizeof v);
    for (int i = 0; i < 64; i++) {
        uint32_t s1 = turn(v[4], 6) ^ turn(v[4], 11) ^ turn(v[4], 25), choose = (v[4] & v[5]) ^ (~v[4] & v[6]);
        uint32_t t1 = v[7] + s1 + choose + sha_k[i] + w[i];
        uint32_t s0 = turn(v[0], 2) ^ turn(v[0], 13) ^ turn(v[0], 22), most = (v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]);
        memmove(v + 1, v, 7 * sizeof v[0]);
        v[4] += t1;
        v[0] = t1 + s0 + most;
    }
    for (int i = 0; i < 8; i++) {
        s->h[i] += v[i];
    }
}

static void sha_start(struct sha256 *s) {
    static const uint32_t h[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                  0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    memset(s, 0, sizeof *s);
    memcpy(s->h, h, sizeof h);
}

static void sha_add(struct sha256 *s, const void *data, size_t n) {
    const uint8_t *p = data;
    for (size_t i = 0; i < n; i++) {
        s->block[s->bytes++ % 64] = p[i];
        if (s->bytes % 64 == 0) {
            sha_block(s, s->block);
        }
    }
}

static void sha_end(struct sha256 *s, uint8_t out[HASH]) {
    uint64_t bits = s->bytes * 8;
    uint8_t end = 0x80, zero = 0, length[8];
    sha_add(s, &end, 1);
    while (s->bytes % 64 != 56) {
        sha_add(s, &zero, 1);
    }
    for (int i = 0; i < 8; i++) {
        length[i] = (uint8_t)(bits >> (56 - 8 * i));
    }
    sha_add(s, length, 8);
    for (int i = 0; i < HASH; i++) {
        out[i] = (uint8_t)(s->h[i / 4] >> (24 - 8 * (i % 4)));
    }
}

static void node(const uint8_t *left, const uint8_t *right, uint8_t out[HASH]) {
    struct sha256 s;
    sha_start(&s);
    sha_add(&s, "\x01", 1);
    sha_add(&s, left, HASH);
    sha_add(&s, right, HASH);
    sha_end(&s, out);
}

/* ---- Reading the file: a cursor over text whose layout is fixed. */
struct in {
    const char *p;
    size_t n, at;
    bool bad;
    const char *why;
};

static bool refuse(struct in *f, const char *why) {
    if (!f->bad) {
        f->why = why;
    }
    f->bad = true;
    return false;
}

static bool expect(struct in *f, const char *s) {
    size_t n = strlen(s);
    if (f->bad || f->n - f->at < n || memcmp(f->p + f->at, s, n) != 0) {
        return refuse(f, "it is not laid out as a proof");
    }
    f->at += n;
    return true;
}

static bool next_is(struct in *f, const char *s) {
    size_t n = strlen(s);
    if (!f->bad && f->n - f->at >= n && memcmp(f->p + f->at, s, n) == 0) {
        f->at += n;
        return true;
    }
    return false;
}

/* A quoted text without escapes but \n. */
static bool quoted(struct in *f, char *out, size_t most, size_t *n) {
    *n = 0;
    if (!expect(f, "\"")) {
        return false;
    }
    while (f->at < f->n && f->p[f->at] != '"') {
        char c = f->p[f->at++];
        if (c == '\\') {
            c = f->at < f->n && f->p[f->at] == 'n' ? '\n' : 0;
            f->at++;
        } else if ((unsigned char)c < 0x20) {
            c = 0;
        }
        if (c == 0 || *n + 1 >= most) {
            return refuse(f, "a text in it is too long or oddly written");
        }
        out[(*n)++] = c;
    }
    out[*n] = 0;
    return expect(f, "\"");
}

static int hex_digit(char c) {
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Quoted hex digits in small letters; `most` bytes or, when exact, that many. */
static bool hex(struct in *f, uint8_t *out, size_t most, bool exact, size_t *n) {
    *n = 0;
    if (!expect(f, "\"")) {
        return false;
    }
    while (f->n - f->at >= 2 && f->p[f->at] != '"') {
        int a = hex_digit(f->p[f->at]), b = hex_digit(f->p[f->at + 1]);
        if (a < 0 || b < 0 || *n == most) {
            return refuse(f, "a hash or text in it is not hexadecimal, or too long");
        }
        out[(*n)++] = (uint8_t)(a * 16 + b);
        f->at += 2;
    }
    if (exact && *n != most) {
        return refuse(f, "a hash in it is too short");
    }
    return expect(f, "\"");
}

static bool number(struct in *f, uint64_t *out) {
    size_t from = f->at;
    *out = 0;
    while (f->at < f->n && f->p[f->at] >= '0' && f->p[f->at] <= '9' && f->at - from < 19) {
        *out = *out * 10 + (uint64_t)(f->p[f->at++] - '0');
    }
    if (f->at == from || (f->p[from] == '0' && f->at - from > 1)) {
        return refuse(f, "a number in it is not one");
    }
    return true;
}

/* Standard base64 with padding, of exactly n bytes, written the one right way. */
static bool base64(const char *s, size_t len, uint8_t *out, size_t n) {
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    if (len != (n + 2) / 3 * 4) {
        return false;
    }
    uint32_t bits = 0;
    size_t got = 0;
    int have = 0;
    for (size_t i = 0; i < len; i++) {
        const char *at = s[i] != 0 ? strchr(letters, s[i]) : NULL;
        if (s[i] == '=') {
            if (got != n) {
                return false;
            }
            continue;
        }
        if (at == NULL || (i > 0 && s[i - 1] == '=')) {
            return false;
        }
        bits = bits << 6 | (uint32_t)(at - letters);
        have += 6;
        if (have >= 8) {
            have -= 8;
            if (got == n) {
                return false;
            }
            out[got++] = (uint8_t)(bits >> have);
            bits &= (1U << have) - 1;
        }
    }
    return got == n && bits == 0;
}

/* ---- Keys and heads (C2SP signed-note, tlog-checkpoint). */
struct vkey {
    char name[256];
    uint8_t id[4], key[32];
};

static bool key_read(const char *text, struct vkey *k) {
    const char *plus = strchr(text, '+');
    size_t n = plus == NULL ? 0 : (size_t)(plus - text);
    struct in f = {.p = text, .n = strlen(text), .at = n + 1};
    uint8_t raw[33], hash[HASH];
    if (plus == NULL || n == 0 || n >= sizeof k->name || f.n - f.at < 10) {
        return false;
    }
    memcpy(k->name, text, n);
    k->name[n] = 0;
    for (int i = 0; i < 4; i++) {
        int a = hex_digit(text[f.at]), b = hex_digit(text[f.at + 1]);
        if (a < 0 || b < 0) {
            return false;
        }
        k->id[i] = (uint8_t)(a * 16 + b);
        f.at += 2;
    }
    if (text[f.at] != '+' || !base64(text + f.at + 1, f.n - f.at - 1, raw, sizeof raw) || raw[0] != 1) {
        return false;
    }
    memcpy(k->key, raw + 1, 32);
    struct sha256 s;
    sha_start(&s);
    sha_add(&s, k->name, n);
    sha_add(&s, "\n\x01", 2);
    sha_add(&s, k->key, 32);
    sha_end(&s, hash);
    return memcmp(hash, k->id, 4) == 0;
}

struct head {
    uint64_t size;
    uint8_t root[HASH];
    char when[128];
};

static bool line(struct in *f, const char **p, size_t *n) {
    const char *end = f->bad ? NULL : memchr(f->p + f->at, '\n', f->n - f->at);
    if (end == NULL) {
        return refuse(f, "its head is not a signed note");
    }
    *p = f->p + f->at;
    *n = (size_t)(end - *p);
    f->at += *n + 1;
    return true;
}

static bool head_text(struct in *f, const struct vkey *k, struct head *h) {
    const char *p = NULL;
    size_t n = 0;
    if (!line(f, &p, &n) || n != strlen(k->name) || memcmp(p, k->name, n) != 0) {
        return refuse(f, "its head is of another log than the key");
    }
    if (!number(f, &h->size) || !expect(f, "\n") || h->size == 0 || !line(f, &p, &n) || !base64(p, n, h->root, HASH)) {
        return refuse(f, "its head has no size or no root");
    }
    while (line(f, &p, &n) && n > 0) {
        if (n > 5 && n < sizeof h->when && memcmp(p, "time ", 5) == 0) {
            memcpy(h->when, p, n);
            h->when[n] = 0;
        }
    }
    return !f->bad;
}

/* The text up to the blank line, then a line of the form "— name base64(key id | signature)". Lines of others are passed over.
 */
static bool head_read(const char *note, size_t note_n, const struct vkey *k, struct head *h, const char **why) {
    struct in f = {.p = note, .n = note_n};
    const char *p = NULL;
    size_t n = 0;
    memset(h, 0, sizeof *h);
    bool ok = head_text(&f, k, h), signed_by_it = false;
    size_t text = f.at - 1; /* without the blank line */
    while (ok && f.at < f.n) {
        uint8_t sig[68];
        size_t name = strlen(k->name);
        ok = line(&f, &p, &n) && n > 4 && memcmp(p, "\xe2\x80\x94 ", 4) == 0;
        if (ok && n > 4 + name + 1 && memcmp(p + 4, k->name, name) == 0 && p[4 + name] == ' ' &&
            base64(p + 4 + name + 1, n - 4 - name - 1, sig, sizeof sig) && memcmp(sig, k->id, 4) == 0) {
            ok = crypto_sign_verify_detached(sig + 4, (const unsigned char *)note, text, k->key) == 0;
            signed_by_it = ok;
        }
    }
    *why = f.bad ? f.why : "its head is not signed by the key";
    return ok && signed_by_it;
}

/* ---- Inclusion and consistency (RFC 9162 2.1.3.2, 2.1.4.2). */
static bool included(uint64_t seq, uint64_t size, const uint8_t leaf[HASH], uint8_t (*path)[HASH], size_t n,
                     const uint8_t root[HASH]) {
    uint64_t fn = seq, sn = size - 1;
    uint8_t r[HASH];
    if (seq >= size) {
        return false;
    }
    memcpy(r, leaf, HASH);
    for (size_t i = 0; i < n; i++) {
        if (sn == 0) {
            return false;
        }
        if ((fn & 1) != 0 || fn == sn) {
            node(path[i], r, r);
            while ((fn & 1) == 0 && fn != 0) {
                fn >>= 1;
                sn >>= 1;
            }
        } else {
            node(r, path[i], r);
        }
        fn >>= 1;
        sn >>= 1;
    }
    return sn == 0 && memcmp(r, root, HASH) == 0;
}

static bool grown(const struct head *a, const struct head *b, uint8_t (*path)[HASH], size_t n) {
    if (a->size > b->size) {
        return false;
    }
    if (a->size == b->size) {
        return n == 0 && memcmp(a->root, b->root, HASH) == 0;
    }
    uint64_t fn = a->size - 1, sn = b->size - 1;
    uint8_t fr[HASH], sr[HASH];
    size_t i = 0;
    while ((fn & 1) != 0) {
        fn >>= 1;
        sn >>= 1;
    }
    if (fn == 0) { /* a complete tree: the old root begins the path itself */
        memcpy(fr, a->root, HASH);
    } else if (n == 0) {
        return false;
    } else {
        memcpy(fr, path[i++], HASH);
    }
    memcpy(sr, fr, HASH);
    for (; i < n; i++) {
        if (sn == 0) {
            return false;
        }
        if ((fn & 1) != 0 || fn == sn) {
            node(path[i], fr, fr);
            node(path[i], sr, sr);
            while ((fn & 1) == 0 && fn != 0) {
                fn >>= 1;
                sn >>= 1;
            }
        } else {
            node(sr, path[i], sr);
        }
        fn >>= 1;
        sn >>= 1;
    }
    return sn == 0 && memcmp(fr, a->root, HASH) == 0 && memcmp(sr, b->root, HASH) == 0;
}

/* ---- CBOR in diagnostic notation, for parts that are disclosed. */
struct cbor_text {
    const uint8_t *p;
    size_t n, at;
    FILE *out;
    int depth;
};

static bool cbor_show(struct cbor_text *c);

static void cbor_string(struct cbor_text *c, bool text, uint64_t v) {
    fputs(text ? "\"" : "h'", c->out);
    for (uint64_t i = 0; i < v; i++) {
        uint8_t b = c->p[c->at + i];
        if (text && b >= 0x20 && b != 0x7f) {
            fputc(b, c->out);
        } else {
            fprintf(c->out, text ? "\\x%02x" : "%02x", b);
        }
    }
    fputs(text ? "\"" : "'", c->out);
    c->at += (size_t)v;
}

static bool cbor_many(struct cbor_text *c, bool map, uint64_t v) {
    fputs(map ? "{" : "[", c->out);
    for (uint64_t i = 0; i < v; i++) {
        fputs(i > 0 ? ", " : "", c->out);
        if (!cbor_show(c)) {
            return false;
        }
        if (map) {
            fputs(": ", c->out);
            if (!cbor_show(c)) {
                return false;
            }
        }
    }
    fputs(map ? "}" : "]", c->out);
    return true;
}

static bool cbor_show(struct cbor_text *c) {
    static const char *const simple[] = {"false", "true", "null", "undefined"};
    if (c->at >= c->n || c->depth > 64) {
        return false;
    }
    unsigned first = c->p[c->at++], major = first >> 5, low = first & 31;
    uint64_t v = low;
    if (major == 7) {
        bool known = low >= 20 && low <= 23;
        fputs(known ? simple[low - 20] : "", c->out);
        return known;
    }
    size_t more = low < 24 ? 0 : (size_t)1 << (low - 24);
    if (low > 27 || major == 6 || c->n - c->at < more) {
        return false;
    }
    v = more > 0 ? 0 : v;
    for (size_t i = 0; i < more; i++) {
        v = v << 8 | c->p[c->at++];
    }
    if (major < 2) {
        fprintf(c->out, major == 0 ? "%llu" : "-1-%llu", (unsigned long long)v);
        return true;
    }
    if (v > c->n - c->at) {
        return false;
    }
    if (major < 4) {
        cbor_string(c, major == 3, v);
        return true;
    }
    c->depth++;
    bool ok = cbor_many(c, major == 5, v);
    c->depth--;
    return ok;
}

/* ---- The two kinds of proof. */
struct proof {
    struct in f;
    struct vkey key;
    bool key_given;
    uint8_t path[PATH_MOST][HASH];
    size_t path_n;
    FILE *out;
};

static bool read_key(struct proof *x, const char *given) {
    char text[512];
    size_t n = 0;
    struct vkey inside;
    if (!expect(&x->f, "  \"key\": ") || !quoted(&x->f, text, sizeof text, &n) || !expect(&x->f, ",\n")) {
        return false;
    }
    if (strlen(text) != n || !key_read(text, &inside)) {
        return refuse(&x->f, "the key inside it is not one");
    }
    x->key = inside;
    x->key_given = given != NULL;
    if (given != NULL && (!key_read(given, &x->key) || strcmp(given, text) != 0)) {
        return refuse(&x->f, "it was made with another key than the one you gave");
    }
    return true;
}

static bool read_head(struct proof *x, const char *name, struct head *h) {
    char *note = malloc(NOTE_MOST);
    size_t n = 0;
    const char *why = NULL;
    if (note == NULL) {
        return refuse(&x->f, "there is not enough memory");
    }
    bool ok = expect(&x->f, "  \"") && expect(&x->f, name) && expect(&x->f, "\": ") && quoted(&x->f, note, NOTE_MOST, &n) &&
              expect(&x->f, ",\n");
    if (ok && !head_read(note, n, &x->key, h, &why)) {
        ok = refuse(&x->f, why);
    }
    free(note);
    return ok;
}

static bool read_path(struct proof *x) {
    size_t n = 0;
    if (!expect(&x->f, "  \"path\": [")) {
        return false;
    }
    while (next_is(&x->f, x->path_n == 0 ? "\n    " : ",\n    ")) {
        if (x->path_n == PATH_MOST || !hex(&x->f, x->path[x->path_n++], HASH, true, &n)) {
            return refuse(&x->f, "its path is too long");
        }
    }
    if (!expect(&x->f, x->path_n > 0 ? "\n  ]\n}\n" : "]\n}\n")) {
        return false;
    }
    return x->f.at == x->f.n || refuse(&x->f, "something follows its end");
}

struct part {
    uint64_t kind;
    uint8_t commitment[HASH], salt[32];
    uint8_t *plain;
    size_t plain_n;
    bool disclosed;
};

static bool read_part(struct proof *x, struct part *p, const uint8_t event[16], size_t i) {
    size_t n = 0;
    uint8_t hash[HASH], at[3] = {(uint8_t)(i >> 8), (uint8_t)i, 0};
    if (!expect(&x->f, "{\"kind\": ") || !number(&x->f, &p->kind) || p->kind > 3 || !expect(&x->f, ", \"commitment\": ") ||
        !hex(&x->f, p->commitment, HASH, true, &n)) {
        return refuse(&x->f, "one of its parts is not laid out as one");
    }
    if (next_is(&x->f, "}")) {
        return true;
    }
    p->plain = malloc(x->f.n - x->f.at);
    p->disclosed = p->plain != NULL;
    if (!p->disclosed || !expect(&x->f, ", \"salt\": ") || !hex(&x->f, p->salt, 32, true, &n) ||
        !expect(&x->f, ", \"plain\": ") || !hex(&x->f, p->plain, x->f.n - x->f.at, false, &p->plain_n) || !expect(&x->f, "}")) {
        return refuse(&x->f, "one of its parts is not laid out as one");
    }
    struct sha256 s;
    at[2] = (uint8_t)p->kind;
    sha_start(&s);
    sha_add(&s, "cf/part/1", 10);
    sha_add(&s, event, 16);
    sha_add(&s, at, 3);
    sha_add(&s, p->salt, 32);
    sha_add(&s, p->plain, p->plain_n);
    sha_end(&s, hash);
    return memcmp(hash, p->commitment, HASH) == 0 || refuse(&x->f, "a disclosed part is not what was recorded");
}

static void add_u64(struct sha256 *s, uint64_t v) {
    uint8_t b[8];
    for (int i = 0; i < 8; i++) {
        b[i] = (uint8_t)(v >> (56 - 8 * i));
    }
    sha_add(s, b, 8);
}

static void show_parts(struct proof *x, const struct part *parts, size_t n) {
    static const char *const names[] = {"frame", "person", "facts", "words"};
    for (size_t i = 0; i < n; i++) {
        if (parts[i].disclosed) {
            struct cbor_text c = {.p = parts[i].plain, .n = parts[i].plain_n, .out = x->out};
            fprintf(x->out, "  part %zu, %s: ", i, names[parts[i].kind]);
            (void)cbor_show(&c);
            fputs("\n", x->out);
        }
    }
}

static bool read_leaf(struct proof *x, struct part *parts, size_t *n_parts, uint64_t *seq, uint64_t *recorded,
                      uint8_t event[16], uint8_t leaf[HASH]) {
    uint8_t ledger[16];
    size_t n = 0;
    if (!expect(&x->f, "  \"ledger\": ") || !hex(&x->f, ledger, 16, true, &n) || !expect(&x->f, ",\n  \"event\": ") ||
        !hex(&x->f, event, 16, true, &n) || !expect(&x->f, ",\n  \"seq\": ") || !number(&x->f, seq) ||
        !expect(&x->f, ",\n  \"recorded\": ") || !number(&x->f, recorded) || !expect(&x->f, ",\n  \"parts\": [")) {
        return false;
    }
    while (next_is(&x->f, *n_parts == 0 ? "\n    " : ",\n    ")) {
        if (*n_parts == PARTS_MOST) {
            return refuse(&x->f, "it has too many parts");
        }
        (*n_parts)++;
        if (!read_part(x, &parts[*n_parts - 1], event, *n_parts - 1)) {
            return false;
        }
    }
    struct sha256 s;
    uint8_t count[2] = {0, (uint8_t)*n_parts};
    sha_start(&s);
    sha_add(&s,
            "\0"
            "cf/event/1",
            12);
    sha_add(&s, ledger, 16);
    add_u64(&s, *seq);
    add_u64(&s, *recorded);
    sha_add(&s, event, 16);
    sha_add(&s, count, 2);
    for (size_t i = 0; i < *n_parts; i++) {
        uint8_t kind = (uint8_t)parts[i].kind;
        sha_add(&s, &kind, 1);
        sha_add(&s, parts[i].commitment, HASH);
    }
    sha_end(&s, leaf);
    return expect(&x->f, "\n  ],\n");
}

static bool check_event(struct proof *x, const char *given) {
    struct head h;
    struct part *parts = calloc(PARTS_MOST, sizeof *parts);
    size_t n = 0;
    uint64_t seq = 0, recorded = 0;
    uint8_t event[16], leaf[HASH];
    bool ok = parts != NULL && read_key(x, given) && read_head(x, "head", &h) &&
              read_leaf(x, parts, &n, &seq, &recorded, event, leaf) && read_path(x);
    if (ok && !included(seq, h.size, leaf, x->path, x->path_n, h.root)) {
        ok = refuse(&x->f, "its path does not lead from the event to the signed root");
    }
    if (ok) {
        fputs("good: event ", x->out);
        for (int i = 0; i < 16; i++) {
            fprintf(x->out, "%02x", event[i]);
        }
        fprintf(x->out, " is number %llu of %llu in the log %s, recorded %llu.%06llu s after 1970\n", (unsigned long long)seq,
                (unsigned long long)h.size, x->key.name, (unsigned long long)(recorded / 1000000),
                (unsigned long long)(recorded % 1000000));
        show_parts(x, parts, n);
    }
    for (size_t i = 0; parts != NULL && i < n; i++) {
        free(parts[i].plain);
    }
    free(parts);
    return ok;
}

static bool check_growth(struct proof *x, const char *given) {
    struct head before, after;
    if (!read_key(x, given) || !read_head(x, "before", &before) || !read_head(x, "head", &after) || !read_path(x)) {
        return false;
    }
    if (!grown(&before, &after, x->path, x->path_n)) {
        return refuse(&x->f, "the later log does not begin with the earlier one");
    }
    fprintf(x->out, "good: the log %s of size %llu begins with the one of size %llu\n", x->key.name,
            (unsigned long long)after.size, (unsigned long long)before.size);
    return true;
}

int childfirst_verify(const char *text, size_t n, const char *key, FILE *out) {
    struct proof *x = calloc(1, sizeof *x);
    if (x == NULL || sodium_init() < 0) {
        free(x);
        return 1;
    }
    x->f = (struct in){.p = text, .n = n};
    x->out = out;
    bool ok = expect(&x->f, "{\n  \"format\": \"childfirst-");
    if (ok && next_is(&x->f, "proof/1\",\n")) {
        ok = check_event(x, key);
    } else if (ok && next_is(&x->f, "growth/1\",\n")) {
        ok = check_growth(x, key);
    } else {
        ok = refuse(&x->f, "it is not a proof of a kind that this program knows");
    }
    if (!ok) {
        fprintf(out, "NOT good: %s\n", x->f.why != NULL ? x->f.why : "there is not enough memory");
    } else if (!x->key_given) {
        fprintf(out, "  the key came with the proof: compare it with the one that the force publishes (--key)\n");
    }
    free(x);
    return ok ? 0 : 1;
}

#ifndef CHILDFIRST_VERIFY_NO_MAIN
static int verify_file(const char *path, const char *key) {
    FILE *f = fopen(path, "rb");
    char *text = malloc(TEXT_MOST);
    int status = 1;
    if (f == NULL || text == NULL) {
        printf("%s: cannot be opened: check the path\n", path);
    } else {
        size_t n = fread(text, 1, TEXT_MOST, f);
        printf("%s: ", path);
        while (n > 1 && text[n - 1] == '\n' && text[n - 2] == '\n') { /* empty lines that a printer or editor put at its end */
            n--;
        }
        if (n == TEXT_MOST || ferror(f) != 0) {
            puts("NOT good: it is too large for a proof or cannot be read");
        } else {
            status = childfirst_verify(text, n, key, stdout);
        }
    }
    free(text);
    if (f != NULL) {
        (void)fclose(f);
    }
    return status;
}

int main(int argc, char **argv) {
    const char *key = NULL;
    int status = 0, first = 1;
    if (argc > 2 && strcmp(argv[1], "--key") == 0) {
        key = argv[2];
        first = 3;
    }
    if (first >= argc || argv[first][0] == '-') {
        fputs("usage: childfirst-verify [--key KEY] FILE…\n", stderr);
        return 2;
    }
    for (int i = first; i < argc; i++) {
        status |= verify_file(argv[i], key);
    }
    return status;
}
#endif
