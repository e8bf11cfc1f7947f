/* ledger/keys: the keys file. The development default is childfirst.keys beside the ledger, readable by its owner only; in
 * service the path names a credential of the host. Knows the file's text, not what the keys are used for.
 *
 *     childfirst keys 1
 *     signing <64 hex digits>     Ed25519 seed of the heads
 *     wrapping <64 hex digits>    masks the secrets of events
 *     index <64 hex digits>       keyed hashes: source keys, receipts, row marks
 *     check <16 hex digits>       BLAKE2b of the four lines above, so that a damaged file is known as such */
#include "ledger/ledger_priv.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define KEYS_MOST 4096
#define KEYS_FIRST "childfirst keys 1"

const char *keys_path(struct cf_arena *a, const char *ledger, const struct ledger_options *o) {
    if (o->keys != NULL) {
        return o->keys;
    }
    struct cf_str path = cf_str_from(ledger);
    size_t n = path.n;
    while (n > 0 && path.p[n - 1] != '/') {
        n--;
    }
    return cf_cstr(a, cf_str_printf(a, "%.*schildfirst.keys", (int)n, path.p));
}

static void keys_check_hex(struct cf_arena *a, struct cf_str lines, struct cf_str *out) {
    uint8_t sum[16];
    seal_hash(lines, sum, sizeof sum);
    *out = cf_hex(a, sum, 8);
}

static bool keys_write(int fd, struct cf_str text) {
    size_t done = 0;
    while (done < text.n) {
        ssize_t n = write(fd, text.p + done, text.n - done);
        if (n <= 0) {
            return false;
        }
        done += (size_t)n;
    }
    return fsync(fd) == 0;
}

bool keys_make(const char *path, const struct ledger_options *o, struct cf_errs *errs) {
    uint8_t raw[3][32];
    for (size_t i = 0; i < 3; i++) {
        if (o->random != NULL) {
            o->random(o->random_arg, raw[i], 32);
        } else {
            seal_random(raw[i], 32);
        }
    }
    struct cf_arena *a = cf_arena_new("keys");
    struct cf_str lines =
        cf_str_printf(a, KEYS_FIRST "\nsigning %.*s\nwrapping %.*s\nindex %.*s\n", CF_STR_ARG(cf_hex(a, raw[0], 32)),
                      CF_STR_ARG(cf_hex(a, raw[1], 32)), CF_STR_ARG(cf_hex(a, raw[2], 32)));
    struct cf_str sum;
    keys_check_hex(a, lines, &sum);
    struct cf_str text = cf_str_printf(a, "%.*scheck %.*s\n", CF_STR_ARG(lines), CF_STR_ARG(sum));
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    bool ok = fd >= 0 && keys_write(fd, text);
    if (fd >= 0 && close(fd) != 0) {
        ok = false;
    }
    if (!ok && fd >= 0) {
        (void)unlink(path);
    }
    seal_wipe(raw, sizeof raw);
    cf_arena_free(a);
    return ok || cf_fail(errs, CF_B003, CF_NOWHERE, "%s: the keys file cannot be written", path);
}

static bool keys_line(struct cf_str *rest, const char *name, uint8_t *out, size_t n) {
    struct cf_str line, word;
    return cf_str_split(rest, '\n', &line) && cf_str_split(&line, ' ', &word) && cf_str_is(word, name) &&
           cf_unhex(line, out, n);
}

bool keys_load(struct cf_arena *a, const char *path, struct seal_keys **out, struct cf_errs *errs) {
    struct stat st;
    if (stat(path, &st) != 0) {
        return cf_fail(errs, CF_E004, CF_NOWHERE, "%s: there is no keys file here", path);
    }
    struct cf_mark m = cf_arena_mark(a);
    struct seal_keys *k = seal_keys_new(a);
    struct cf_arena *tmp = cf_arena_new("keys");
    struct cf_str text, first;
    if (!cf_read_file(tmp, path, KEYS_MOST, &text, errs)) {
        cf_arena_free(tmp);
        cf_arena_rewind(a, m);
        return false;
    }
    struct cf_str rest = text;
    uint8_t sum[8];
    bool ok = cf_str_split(&rest, '\n', &first) && cf_str_is(first, KEYS_FIRST) && keys_line(&rest, "signing", k->seed, 32) &&
              keys_line(&rest, "wrapping", k->wrapping, 32) && keys_line(&rest, "index", k->index, 32);
    size_t lines = ok ? (size_t)(rest.p - text.p) : 0;
    ok = ok && keys_line(&rest, "check", sum, sizeof sum) && rest.n == 0;
    if (ok) {
        struct cf_str want;
        keys_check_hex(tmp, cf_str_slice(text, 0, lines), &want);
        ok = cf_str_eq(cf_hex(tmp, sum, sizeof sum), want);
    }
    if (text.n > 0) {
        seal_wipe((void *)(uintptr_t)text.p, text.n);
    }
    cf_arena_free(tmp);
    if (!ok) {
        cf_arena_rewind(a, m);
        return cf_fail(errs, CF_E005, CF_NOWHERE, "%s: this is not a whole keys file", path);
    }
    seal_keys_ready(k);
    *out = k;
    return true;
}
