/* See ledger_help.h. */
#include "ledger_help.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

uint64_t bench_random(struct bench *b) { /* splitmix64 */
    b->state += 0x9e3779b97f4a7c15;
    uint64_t z = b->state;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
}

void bench_bytes(void *arg, void *p, size_t n) {
    uint8_t *out = p;
    for (size_t i = 0; i < n; i++) {
        out[i] = (uint8_t)bench_random(arg);
    }
}

void bench_ok(struct bench *b, bool ok) {
    if (!ok) {
        cf_errs_print(stderr, &b->errs);
        fail_msg("refused");
    }
    assert_int_equal(b->errs.failures, 0);
}

void bench_refused(struct bench *b, bool ok, enum cf_code code) {
    assert_false(ok);
    assert_true(b->errs.failures > 0);
    if (b->errs.v[b->errs.n - 1].code != code) {
        cf_errs_print(stderr, &b->errs);
        fail_msg("expected %s", cf_code_name(code));
    }
    b->errs = cf_errs_new(b->a);
}

struct bench *bench_empty(void) {
    struct cf_arena *a = cf_arena_new("ledger test");
    struct bench *b = CF_NEW(a, struct bench);
    b->a = a;
    b->errs = cf_errs_new(a);
    char name[] = P_tmpdir "/childfirst-ledger-XXXXXX";
    assert_non_null(mkdtemp(name));
    b->dir = cf_cstr(a, cf_str_from(name));
    b->path = cf_cstr(a, cf_str_printf(a, "%s/test.db", b->dir));
    b->state = 7;
    b->o = (struct ledger_options){.clock = LEDGER_CLOCK_SYNCHRONISED, .random = bench_bytes, .random_arg = b};
    return b;
}

void bench_create(struct bench *b) {
    bench_ok(b, ledger_create(b->a, b->path, &b->o, &b->errs, &b->l));
    struct ledger_entry kind = {.space = LEDGER_KINDS, .name = CF_LIT("search"), .type = CF_LIT("record")};
    bench_ok(b, ledger_begin(b->l, &b->errs));
    bench_ok(b, ledger_extend(b->l, &kind, 1, &b->errs));
    b->kind = kind.number;
    struct ledger_entry more[] = {
        {.space = LEDGER_FIELDS, .owner = b->kind, .name = CF_LIT("grounds"), .type = CF_LIT("text")},
        {.space = LEDGER_FIELDS, .owner = b->kind, .name = CF_LIT("outcome"), .type = CF_LIT("code of outcome")},
        {.space = LEDGER_FIELDS, .owner = b->kind, .name = CF_LIT("note"), .type = CF_LIT("narrative")},
        {.space = LEDGER_FIELDS, .owner = b->kind, .name = CF_LIT("told"), .type = CF_LIT("yes or no")},
        {.space = LEDGER_ATTRIBUTES, .name = CF_LIT("age"), .type = CF_LIT("number")},
    };
    bench_ok(b, ledger_extend(b->l, more, CF_COUNT(more), &b->errs));
    bench_ok(b, ledger_commit(b->l, &b->errs));
    b->grounds = more[0].number;
    b->outcome = more[1].number;
    b->note = more[2].number;
    b->told = more[3].number;
    b->age = more[4].number;
    b->child = ledger_new_subject(b->l);
    b->officer = ledger_new_subject(b->l);
    b->unit = ledger_new_subject(b->l);
}

struct bench *bench_new(void) {
    struct bench *b = bench_empty();
    bench_create(b);
    return b;
}

void bench_free(struct bench *b) {
    ledger_close(b->l);
    DIR *d = opendir(b->dir);
    struct dirent *e = NULL;
    while (d != NULL && (e = readdir(d)) != NULL) {
        (void)unlinkat(dirfd(d), e->d_name, 0);
    }
    if (d != NULL) {
        (void)closedir(d);
    }
    (void)rmdir(b->dir);
    cf_arena_free(b->a);
}

void bench_reopen(struct bench *b) {
    ledger_close(b->l);
    b->l = NULL;
    bench_ok(b, ledger_open(b->a, b->path, LEDGER_WRITE, &b->o, &b->errs, &b->l));
}

struct ledger *bench_reader(struct bench *b) {
    struct ledger *l = NULL;
    bench_ok(b, ledger_open(b->a, b->path, LEDGER_READ, &b->o, &b->errs, &l));
    return l;
}

struct ledger_draft *bench_draft(struct bench *b, const char *words) {
    struct ledger_draft *d = CF_NEW(b->a, struct ledger_draft);
    struct ledger_person *p = CF_NEW_N(b->a, struct ledger_person, 3);
    struct ledger_facts *f = CF_NEW_N(b->a, struct ledger_facts, 2);
    struct ledger_pair *age = CF_NEW(b->a, struct ledger_pair), *open = CF_NEW_N(b->a, struct ledger_pair, 3),
                       *welfare = CF_NEW(b->a, struct ledger_pair);
    struct ledger_words *w = CF_NEW(b->a, struct ledger_words);
    *age = (struct ledger_pair){b->age, ledger_int(15)};
    p[0] = (struct ledger_person){
        .subject = b->child, .role = LEDGER_ROLE_TARGET, .category = LEDGER_SUSPECT, .attributes = age, .n_attributes = 1};
    p[1] = (struct ledger_person){.subject = b->officer, .role = LEDGER_ROLE_ACTOR};
    p[2] = (struct ledger_person){.subject = b->officer, .role = LEDGER_ROLE_RECORDER};
    open[0] = (struct ledger_pair){b->outcome, ledger_int(3)};
    open[1] = (struct ledger_pair){b->grounds, ledger_text(CF_LIT("smell of cannabis"))};
    open[2] = (struct ledger_pair){LEDGER_F_REASON, {.type = LEDGER_DECLINED}};
    *welfare = (struct ledger_pair){b->told, {.type = LEDGER_NOT_KNOWN}};
    f[0] = (struct ledger_facts){.compartment = LEDGER_WELFARE, .fields = welfare, .n_fields = 1};
    f[1] = (struct ledger_facts){.compartment = LEDGER_OPEN, .fields = open, .n_fields = 3};
    *w = (struct ledger_words){.field = b->note, .text = cf_str_dup(b->a, cf_str_from(words)), .opinion = true};
    int64_t at = 1700000000 + (int64_t)(bench_random(b) % 1000000);
    *d = (struct ledger_draft){.id = ledger_new_id(b->l),
                               .kind = b->kind,
                               .shape = 1,
                               .from = at,
                               .to = at,
                               .offset_min = 60,
                               .unit = b->unit,
                               .persons = p,
                               .n_persons = 3,
                               .facts = f,
                               .n_facts = 2,
                               .words = w,
                               .n_words = 1};
    return d;
}

struct ledger_receipt bench_put(struct bench *b, const struct ledger_draft *d) {
    struct ledger_receipt r;
    bench_ok(b, ledger_begin(b->l, &b->errs));
    bench_ok(b, ledger_append(b->l, d, &r, &b->errs));
    bench_ok(b, ledger_commit(b->l, &b->errs));
    return r;
}

void bench_fill(struct bench *b, size_t n) {
    struct ledger_receipt r;
    for (size_t i = 0; i < n; i++) {
        if (i % 256 == 0) {
            bench_ok(b, ledger_begin(b->l, &b->errs));
        }
        struct cf_mark m = cf_arena_mark(b->a);
        bench_ok(b, ledger_append(b->l, bench_draft(b, "as seen"), &r, &b->errs));
        cf_arena_rewind(b->a, m);
        if (i % 256 == 255 || i + 1 == n) {
            bench_ok(b, ledger_commit(b->l, &b->errs));
        }
    }
}

void bench_verified(struct bench *b, struct ledger *l) {
    struct ledger_verified v;
    bench_ok(b, ledger_verify(l, NULL, NULL, &v, &b->errs));
    assert_int_equal(v.faults, 0);
    assert_int_equal(v.events, ledger_size(l));
}

size_t bench_find(const struct bench *b, const void *bytes, size_t n) {
    struct cf_arena *a = cf_arena_new("find");
    struct cf_errs errs = cf_errs_new(a);
    size_t found = 0;
    DIR *d = opendir(b->dir);
    assert_non_null(d);
    struct dirent *e = NULL;
    while ((e = readdir(d)) != NULL) {
        struct cf_str text;
        const char *path = cf_cstr(a, cf_str_printf(a, "%s/%s", b->dir, e->d_name));
        if (e->d_name[0] == '.') {
            continue;
        }
        assert_true(cf_read_file(a, path, SIZE_MAX / 2, &text, &errs));
        found += text.n >= n && memmem(text.p, text.n, bytes, n) != NULL;
    }
    (void)closedir(d);
    cf_arena_free(a);
    return found;
}

void bench_sql(struct bench *b, const char *sql) {
    struct cf_arena *a = cf_arena_new("sql");
    struct store_db *db = NULL;
    struct store_options o = {.mode = STORE_WRITE, .sync = STORE_NORMAL};
    bench_ok(b, store_open(a, b->path, &o, &b->errs, &db));
    bench_ok(b, store_script_text(db, cf_str_from(sql), &b->errs));
    store_close(db);
    cf_arena_free(a);
}

bool bench_values_equal(const struct ledger_value *x, const struct ledger_value *y) {
    if (x->type != y->type) {
        return false;
    }
    switch (x->type) {
    case LEDGER_NOT_ASKED:
    case LEDGER_NOT_KNOWN:
    case LEDGER_DECLINED: return true;
    case LEDGER_BOOL: return x->as.yes == y->as.yes;
    case LEDGER_INT: return x->as.n == y->as.n;
    case LEDGER_TEXT:
    case LEDGER_BYTES: return cf_str_eq(x->as.s, y->as.s);
    case LEDGER_LIST: break;
    }
    bool same = x->as.list.n == y->as.list.n;
    for (size_t i = 0; same && i < x->as.list.n; i++) {
        same = bench_values_equal(&x->as.list.v[i], &y->as.list.v[i]);
    }
    return same;
}
