/* policies: which texts are adopted, and what their names are in the ledger's numbers. A set is read back from the ledger's own
 * blobs, never from a folder, so that the past can be judged by the texts of the past. Must not know what any policy says. */
#include "docket/priv.h"
#include "docket/replay.h"

#include <dirent.h>
#include <stdlib.h>
#include <sys/stat.h>

/* ---- Reading a folder. */

static int by_path(const void *x, const void *y) {
    const struct text_file *a = x, *b = y;
    return cf_str_cmp(a->path, b->path);
}

static bool wanted_name(struct cf_str name) {
    return cf_str_ends(name, CF_LIT(".policy")) || cf_str_ends(name, CF_LIT(".tsv"));
}

static bool read_folder(struct cf_arena *a, const char *root, struct cf_str below, int depth, struct text_files *out,
                        struct cf_errs *errs) {
    const char *path = cf_cstr(a, cf_str_printf(a, "%s%s%.*s", root, below.n ? "/" : "", CF_STR_ARG(below)));
    DIR *dir = opendir(path);
    if (!dir) {
        return cf_fail(errs, CF_B001, CF_NOWHERE, "the folder %s cannot be opened", path);
    }
    bool ok = depth < 8;
    struct dirent *entry;
    while (ok && (entry = readdir(dir)) != NULL) {
        struct cf_str name = cf_str_from(entry->d_name);
        if (name.p[0] == '.') {
            continue;
        }
        struct cf_str rel = cf_str_printf(a, "%.*s%s%.*s", CF_STR_ARG(below), below.n ? "/" : "", CF_STR_ARG(name));
        const char *full = cf_cstr(a, cf_str_printf(a, "%s/%.*s", root, CF_STR_ARG(rel)));
        struct stat st;
        if (stat(full, &st) != 0) {
            continue;
        }
        if (S_ISDIR(st.st_mode)) {
            ok = read_folder(a, root, rel, depth + 1, out, errs);
        } else if (S_ISREG(st.st_mode) && wanted_name(name)) {
            struct cf_str text;
            ok = cf_read_file(a, full, CF_MAX_SOURCE_BYTES, &text, errs);
            *cf_push(a, out) = (struct text_file){rel, text};
        }
    }
    closedir(dir);
    return ok;
}

/* ---- From texts to a checked set. */

const struct text_file *desk_text(const struct text_files *files, struct cf_str path) {
    for (size_t i = 0; i < files->n; i++) {
        if (cf_str_eq(files->v[i].path, path)) {
            return &files->v[i];
        }
    }
    return NULL;
}

static bool read_beside(void *ctx, struct cf_arena *a, struct cf_str folder, struct cf_str file, struct cf_str *text,
                        struct cf_errs *errs) {
    struct cf_str path = folder.n ? cf_str_printf(a, "%.*s/%.*s", CF_STR_ARG(folder), CF_STR_ARG(file)) : file;
    const struct text_file *own = desk_text(ctx, cf_str_printf(a, OWN_TABLES "%.*s", CF_STR_ARG(path)));
    const struct text_file *f = own ? own : desk_text(ctx, path);
    if (!f) {
        return cf_fail(errs, CF_D002, CF_NOWHERE, "there is no file %.*s beside the policies", CF_STR_ARG(path));
    }
    *text = f->text;
    return true;
}

static struct cf_str folder_of(struct cf_str path) {
    size_t slash = 0;
    for (size_t i = 0; i < path.n; i++) {
        if (path.p[i] == '/') {
            slash = i;
        }
    }
    return cf_str_slice(path, 0, slash);
}

static bool check_files(struct cf_arena *a, struct text_files *files, const struct cf_zone *zone, struct cf_errs *errs,
                        struct lang_set **out) {
    struct {
        CF_VEC(struct lang_decl *);
    } policies = {0};
    bool ok = true;
    for (size_t i = 0; i < files->n; i++) {
        if (!cf_str_ends(files->v[i].path, CF_LIT(".policy"))) {
            continue;
        }
        struct cf_source *src = CF_NEW(a, struct cf_source);
        *src = (struct cf_source){files->v[i].path, files->v[i].text};
        struct lang_decl *policy = NULL;
        ok = lang_parse(a, src, errs, &policy) && ok;
        if (policy) {
            policy->as.policy.folder = folder_of(files->v[i].path);
            *cf_push(a, &policies) = policy;
        }
    }
    struct lang_reader reader = {read_beside, files};
    return ok && lang_check(a, policies.v, policies.n, zone, reader, errs, out);
}

/* ---- Naming: every name of a set as a dictionary entry. */

struct naming {
    CF_VEC(struct ledger_entry);
};

static uint32_t builtin_kind(struct cf_str name) {
    static const struct {
        const char *name;
        uint32_t kind;
    } fixed[] = {
        {"correction", LEDGER_CORRECTION},
        {"erased", LEDGER_ERASED},
        {"merged", LEDGER_MERGED},
        {"handover", LEDGER_HANDOVER},
        {"assigned", LEDGER_ASSIGNED},
        {"explained", LEDGER_EXPLAINED},
        {"sent", LEDGER_SENT},
        {"acknowledged", LEDGER_ACKNOWLEDGED},
    };
    for (size_t i = 0; i < CF_COUNT(fixed); i++) {
        if (cf_str_is(name, fixed[i].name)) {
            return fixed[i].kind;
        }
    }
    return 0;
}

static uint32_t name_it(struct desk *d, enum ledger_space space, uint32_t owner, struct cf_str name, struct cf_str type,
                        struct cf_errs *errs) {
    uint32_t number = ledger_number(d->ledger, space, owner, name);
    if (number) {
        return number;
    }
    struct ledger_entry entry = {.space = space, .owner = owner, .name = name, .type = type};
    return ledger_extend(d->ledger, &entry, 1, errs) ? entry.number : 0;
}

static struct cf_str codes_name(struct cf_arena *a, const struct lang_decl *record, const struct lang_field *f) {
    if (f->inline_codes) {
        return cf_str_printf(a, "%.*s.%.*s", CF_STR_ARG(record->name.text), CF_STR_ARG(f->name.text));
    }
    return f->type.of->name.text;
}

static bool name_codes(struct desk *d, const struct lang_decl *codes, struct cf_str as, struct cf_errs *errs) {
    uint32_t list = name_it(d, LEDGER_LISTS, 0, as, CF_LIT("codes"), errs);
    for (size_t i = 0; list && i < codes->as.codes.list.n; i++) {
        if (!name_it(d, LEDGER_CODES, list, codes->as.codes.list.v[i].name.text, CF_LIT("code"), errs)) {
            return false;
        }
    }
    return list != 0;
}

static bool is_subject_field(const struct lang_field *f) {
    return f->type.kind == LANG_T_SUBJECT || (f->type.kind == LANG_T_SET && f->type.elem == LANG_T_SUBJECT);
}

static bool is_coded(const struct lang_field *f) {
    return f->type.kind == LANG_T_CODE || (f->type.kind == LANG_T_SET && f->type.elem == LANG_T_CODE);
}

static struct cf_str type_words(struct cf_arena *a, const struct lang_field *f) {
    return f->inline_codes ? CF_LIT("code") : cf_str_dup(a, f->type_name.text);
}

static bool name_field(struct desk *d, const struct lang_decl *record, uint32_t kind, const struct lang_field *f,
                       struct cf_errs *errs) {
    struct cf_arena *a = d->arena;
    if (is_coded(f) && f->type.of && !name_codes(d, f->type.of, codes_name(a, record, f), errs)) {
        return false;
    }
    for (size_t i = 0; i < f->keeping.n; i++) {
        if (!name_it(d, LEDGER_ATTRIBUTES, 0, f->keeping.v[i].text, CF_LIT("kept"), errs)) {
            return false;
        }
    }
    struct cf_str type = type_words(a, f);
    if (is_subject_field(f) && !name_it(d, LEDGER_ROLES, kind, f->name.text, type, errs)) {
        return false;
    }
    return name_it(d, LEDGER_FIELDS, kind, f->name.text, type, errs) != 0; /* of a subject field: for its absences */
}

static bool name_record(struct desk *d, const struct lang_decl *record, struct cf_errs *errs) {
    uint32_t kind = record->as.record.built_in ? builtin_kind(record->name.text) : 0;
    if (!kind) {
        kind = name_it(d, LEDGER_KINDS, 0, record->name.text, CF_LIT("record"), errs);
    }
    bool ok = kind != 0;
    for (size_t i = 0; ok && i < record->as.record.roles.n; i++) {
        const struct lang_about *about = &record->as.record.roles.v[i];
        ok = name_it(d, LEDGER_ROLES, kind, about->role.text, cf_str_from(lang_subject_word(about->kind)), errs) != 0;
    }
    for (size_t i = 0; ok && i < record->as.record.fields.n; i++) {
        ok = name_field(d, record, kind, &record->as.record.fields.v[i], errs);
    }
    return ok;
}

static bool name_set(struct desk *d, const struct lang_set *set, struct cf_errs *errs) {
    bool ok = true;
    for (int s = 0; ok && s < LANG_SUBJECTS; s++) {
        ok = name_it(d, LEDGER_TYPES, 0, cf_str_from(lang_subject_word((enum lang_subject)s)), CF_LIT("subject"), errs) != 0;
    }
    static const char *const evidence[] = {"born_from", "born_to", "roles"};
    for (size_t i = 0; ok && i < CF_COUNT(evidence); i++) {
        ok = name_it(d, LEDGER_ATTRIBUTES, 0, cf_str_from(evidence[i]), CF_LIT("evidence"), errs) != 0;
    }
    for (size_t i = 0; ok && i < set->decls.n; i++) {
        const struct lang_decl *decl = set->decls.v[i];
        if (decl->kind == LANG_CODES && decl->name.text.n) {
            ok = name_codes(d, decl, decl->name.text, errs);
        }
    }
    for (size_t i = 0; ok && i < set->roles.n; i++) {
        ok = name_it(d, LEDGER_GRANTS, 0, set->roles.v[i]->name.text, CF_LIT("role"), errs) != 0;
    }
    for (size_t i = 0; ok && i < set->records.n; i++) {
        ok = name_record(d, set->records.v[i], errs);
    }
    return ok;
}

/* ---- Units and partners are no people: their ids follow from ledger and name, so that nothing need be kept beside. */

static struct cf_id derived_id(const struct desk *d, const char *what, struct cf_str name) {
    struct cf_buf b = cf_buf_new(d->scratch, 4096);
    struct cf_id ledger = ledger_id(d->ledger);
    cf_buf_lit(&b, "cf/");
    cf_buf_lit(&b, what);
    cf_buf_byte(&b, 0);
    cf_buf_add(&b, ledger.b, 16);
    cf_buf_str(&b, name);
    uint8_t hash[LEDGER_HASH];
    ledger_sha256(b.p, b.n, hash);
    struct cf_id id;
    memcpy(id.b, hash, 16);
    return id;
}

static bool number_units(struct desk *d, const struct lang_set *set, struct cf_errs *errs) {
    uint32_t unit = ledger_number(d->ledger, LEDGER_TYPES, 0, cf_str_from(lang_subject_word(LANG_UNIT_SUBJECT)));
    for (size_t i = 0; i < set->units.n; i++) {
        int64_t no;
        if (!ledger_subject_add(d->ledger, derived_id(d, "unit/1", set->units.v[i]->name.text), unit, &no, errs)) {
            return false;
        }
    }
    uint32_t organisation = ledger_number(d->ledger, LEDGER_TYPES, 0, cf_str_from(lang_subject_word(LANG_ORGANISATION)));
    for (size_t i = 0; i < set->partners.n; i++) {
        int64_t no;
        if (!ledger_subject_add(d->ledger, derived_id(d, "partner/1", set->partners.v[i]->name.text), organisation, &no,
                                errs)) {
            return false;
        }
    }
    return true;
}

struct cf_id desk_unit_id(const struct desk *d, const struct lang_decl *unit) {
    return derived_id(d, unit->kind == LANG_UNIT ? "unit/1" : "partner/1", unit->name.text);
}

/* ---- Binding a loaded set. */

static const struct bound_codes *bind_codes(struct desk *d, struct bound_set *s, const struct lang_decl *codes,
                                            struct cf_str as) {
    void **slot = cf_map_put(s->codes, as);
    if (*slot) {
        return *slot;
    }
    struct bound_codes *c = CF_NEW(d->arena, struct bound_codes);
    c->codes = codes;
    c->list = ledger_number(d->ledger, LEDGER_LISTS, 0, as);
    c->n = codes->as.codes.list.n;
    c->number = CF_NEW_N(d->arena, uint32_t, c->n + 1);
    for (size_t i = 0; i < c->n; i++) {
        c->number[i] = ledger_number(d->ledger, LEDGER_CODES, c->list, codes->as.codes.list.v[i].name.text);
    }
    return *slot = c;
}

int bound_code_index(const struct bound_codes *c, int64_t number) {
    for (size_t i = 0; c && i < c->n; i++) {
        if (c->number[i] == number) {
            return (int)i;
        }
    }
    return -1;
}

/* The code list of a kept attribute: that of the fact of its name, else the list of its name. */
static const struct bound_codes *kept_codes(struct desk *d, struct bound_set *s, struct cf_str attribute) {
    const struct lang_decl *decl = lang_find(s->set, cf_cstr(d->scratch, attribute));
    if (decl && decl->kind == LANG_FACT && decl->as.fact.value->type.kind == LANG_T_CODE) {
        const struct lang_decl *codes = decl->as.fact.value->type.of;
        return bind_codes(d, s, codes, codes->name.text);
    }
    for (size_t i = 0; i < s->set->decls.n; i++) {
        const struct lang_decl *codes = s->set->decls.v[i];
        if (codes->kind == LANG_CODES && cf_str_eq(codes->name.text, attribute)) {
            return bind_codes(d, s, codes, attribute);
        }
    }
    return NULL;
}

static void bind_field(struct desk *d, struct bound_set *s, const struct lang_decl *record, uint32_t kind,
                       const struct lang_field *f, struct bound_field *out) {
    if (is_subject_field(f)) {
        out->role = ledger_number(d->ledger, LEDGER_ROLES, kind, f->name.text);
    }
    out->field = ledger_number(d->ledger, LEDGER_FIELDS, kind, f->name.text);
    if (is_coded(f) && f->type.of) {
        out->codes = bind_codes(d, s, f->type.of, codes_name(d->arena, record, f));
    }
    out->kept = CF_NEW_N(d->arena, uint32_t, f->keeping.n + 1);
    out->kept_codes = CF_NEW_N(d->arena, const struct bound_codes *, f->keeping.n + 1);
    for (size_t i = 0; i < f->keeping.n; i++) {
        out->kept[i] = ledger_number(d->ledger, LEDGER_ATTRIBUTES, 0, f->keeping.v[i].text);
        out->kept_codes[i] = kept_codes(d, s, f->keeping.v[i].text);
    }
}

static void bind_record(struct desk *d, struct bound_set *s, const struct lang_decl *record) {
    struct bound_record *b = &s->records[record->as.record.number];
    b->record = record;
    b->kind = record->as.record.built_in ? builtin_kind(record->name.text) : 0;
    if (!b->kind) {
        b->kind = ledger_number(d->ledger, LEDGER_KINDS, 0, record->name.text);
    }
    const struct lang_record *r = &record->as.record;
    b->roles = CF_NEW_N(d->arena, uint32_t, r->roles.n + 1);
    for (size_t i = 0; i < r->roles.n; i++) {
        b->roles[i] = ledger_number(d->ledger, LEDGER_ROLES, b->kind, r->roles.v[i].role.text);
    }
    b->fields = CF_NEW_N(d->arena, struct bound_field, r->fields.n + 1);
    for (size_t i = 0; i < r->fields.n; i++) {
        bind_field(d, s, record, b->kind, &r->fields.v[i], &b->fields[i]);
    }
    if (b->kind >= s->kinds) {
        const struct bound_record **grown = CF_NEW_N(d->arena, const struct bound_record *, b->kind + 64);
        if (s->kinds) {
            memcpy(grown, s->by_kind, s->kinds * sizeof(*grown));
        }
        s->by_kind = grown;
        s->kinds = b->kind + 64;
    }
    s->by_kind[b->kind] = b;
}

static void bind_grants(struct desk *d, struct bound_set *s) {
    s->role_grant = CF_NEW_N(d->arena, uint32_t, s->set->roles.n + 1);
    uint32_t most = 0;
    for (size_t i = 0; i < s->set->roles.n; i++) {
        s->role_grant[i] = ledger_number(d->ledger, LEDGER_GRANTS, 0, s->set->roles.v[i]->name.text);
        most = s->role_grant[i] > most ? s->role_grant[i] : most;
    }
    s->grants = most + 1;
    s->grant_role = CF_NEW_N(d->arena, uint16_t, s->grants);
    memset(s->grant_role, 0xff, s->grants * sizeof(*s->grant_role));
    for (size_t i = 0; i < s->set->roles.n; i++) {
        s->grant_role[s->role_grant[i]] = (uint16_t)s->set->roles.v[i]->as.role.number;
    }
}

static bool bind_units(struct desk *d, struct bound_set *s, struct cf_errs *errs) {
    const struct lang_set *set = s->set;
    s->unit_no = CF_NEW_N(d->arena, uint32_t, set->units.n + 1);
    s->partner_no = CF_NEW_N(d->arena, uint32_t, set->partners.n + 1);
    for (size_t i = 0; i < set->units.n + set->partners.n; i++) {
        const struct lang_decl *decl = i < set->units.n ? set->units.v[i] : set->partners.v[i - set->units.n];
        int64_t no;
        if (!ledger_subject_no(d->ledger, desk_unit_id(d, decl), &no, errs)) {
            return false;
        }
        if (i < set->units.n) {
            s->unit_no[decl->as.unit.number] = (uint32_t)no;
        } else {
            s->partner_no[decl->as.partner.number] = (uint32_t)no;
        }
    }
    return true;
}

/* ---- Reference: what rules ask about no person. */

static bool school_day(void *ctx, uint32_t organisation, int64_t t, int64_t *start, struct cf_str *which) {
    const struct bound_set *s = ctx;
    (void)organisation; /* term dates of one school come with the schools register; until then the default's days are used */
    struct cf_school_start found;
    if (cf_school_next(s->desk->zone, s->reference.calendar, s->schools, CF_LIT(""), CF_LIT(""), t, &found) != CF_WHEN_OK) {
        return false;
    }
    *start = found.at;
    *which = found.name.n ? found.name : CF_LIT("the default term dates");
    return true;
}

/* A partner that serves organisations is named by the organisation that it serves: children's services of Lewisham. */
static uint32_t partner_of(void *ctx, const struct lang_decl *partner, uint32_t organisation) {
    (void)ctx;
    (void)partner;
    return organisation;
}

static uint32_t unit_subject(void *ctx, const struct lang_decl *unit) {
    const struct bound_set *s = ctx;
    return s->unit_no[unit->as.unit.number];
}

static struct cf_str subject_name(void *ctx, uint32_t subject) {
    const struct bound_set *s = ctx;
    for (size_t i = 0; i < s->set->units.n; i++) {
        if (s->unit_no[s->set->units.v[i]->as.unit.number] == subject) {
            return s->set->units.v[i]->title;
        }
    }
    return CF_LIT("");
}

static bool make_reference(struct desk *d, struct bound_set *s, const struct text_files *calendars, struct cf_errs *errs) {
    s->schools = cf_schools_new(d->arena);
    const struct cf_calendar *calendar = NULL;
    for (size_t i = 0; i < calendars->n; i++) {
        struct cf_source *src = CF_NEW(d->arena, struct cf_source);
        *src = (struct cf_source){calendars->v[i].path, calendars->v[i].text};
        bool schools = cf_str_starts(calendars->v[i].path, CF_LIT("school"));
        if (schools && !cf_schools_parse(s->schools, src, errs)) {
            return false;
        }
        if (!schools && !(calendar = cf_calendar_parse(d->arena, src, errs))) {
            return false;
        }
    }
    if (!calendar) {
        return cf_fail(errs, CF_D003, CF_NOWHERE, "no calendar of bank holidays is adopted");
    }
    s->reference = (struct lang_reference){.zone = d->zone,
                                           .calendar = calendar,
                                           .ctx = s,
                                           .school_day = school_day,
                                           .partner_of = partner_of,
                                           .unit_subject = unit_subject,
                                           .subject_name = subject_name,
                                           .first_day = calendar->first,
                                           .last_day = calendar->last};
    return true;
}

static bool bind_set(struct desk *d, const struct lang_set *set, const struct text_files *calendars, uint64_t adopted,
                     const uint8_t digest[LEDGER_HASH], struct bound_set **out, struct cf_errs *errs) {
    struct bound_set *s = CF_NEW(d->arena, struct bound_set);
    s->set = set;
    s->desk = d;
    s->adopted = adopted;
    memcpy(s->digest, digest, LEDGER_HASH);
    s->codes = cf_map_new(d->arena);
    s->records = CF_NEW_N(d->arena, struct bound_record, set->records.n + 1);
    for (size_t i = 0; i < set->records.n; i++) {
        bind_record(d, s, set->records.v[i]);
    }
    bind_grants(d, s);
    s->born_from = ledger_number(d->ledger, LEDGER_ATTRIBUTES, 0, CF_LIT("born_from"));
    s->born_to = ledger_number(d->ledger, LEDGER_ATTRIBUTES, 0, CF_LIT("born_to"));
    s->roles_attribute = ledger_number(d->ledger, LEDGER_ATTRIBUTES, 0, CF_LIT("roles"));
    if (!bind_units(d, s, errs) || !make_reference(d, s, calendars, errs) ||
        !lang_lower(d->arena, set, &s->reference, errs, &s->program)) {
        return false;
    }
    s->machine = lang_machine_new(d->arena, s->program);
    for (int k = 0; k < LANG_SUBJECTS; k++) {
        d->type_of[k] = ledger_number(d->ledger, LEDGER_TYPES, 0, cf_str_from(lang_subject_word((enum lang_subject)k)));
    }
    *out = s;
    return true;
}

/* ---- Adopting. */

static void digest_of(const struct text_files *files, const struct text_files *calendars, struct cf_arena *a,
                      uint8_t out[LEDGER_HASH]) {
    struct cf_buf b = cf_buf_new(a, 64u << 20);
    for (int part = 0; part < 2; part++) {
        const struct text_files *list = part ? calendars : files;
        for (size_t i = 0; i < list->n; i++) {
            uint8_t hash[LEDGER_HASH];
            ledger_sha256(list->v[i].text.p, list->v[i].text.n, hash);
            cf_buf_str(&b, list->v[i].path);
            cf_buf_byte(&b, 0);
            cf_buf_add(&b, hash, LEDGER_HASH);
        }
        cf_buf_byte(&b, (uint8_t)part);
    }
    ledger_sha256(b.p, b.n, out);
}

static bool put_files(struct desk *d, const struct text_files *files, struct ledger_value *digests, struct ledger_value *paths,
                      struct cf_errs *errs) {
    for (size_t i = 0; i < files->n; i++) {
        uint8_t hash[LEDGER_HASH];
        if (!ledger_blob_put(d->ledger, files->v[i].text, hash, errs)) {
            return false;
        }
        const char *kept = cf_memdup(d->arena, hash, LEDGER_HASH);
        digests[i] = ledger_bytes((struct cf_str){kept, LEDGER_HASH});
        paths[i] = ledger_text(files->v[i].path);
    }
    return true;
}

static struct ledger_value list_of(const struct ledger_value *v, size_t n) {
    struct ledger_value list = {.type = LEDGER_LIST};
    list.as.list.v = v;
    list.as.list.n = n;
    return list;
}

static bool append_adoption(struct desk *d, const struct text_files *files, const struct text_files *calendars,
                            const uint8_t digest[LEDGER_HASH], const char *authority, struct ledger_receipt *receipt,
                            struct cf_errs *errs) {
    struct cf_arena *a = d->arena;
    size_t n = files->n, c = calendars->n;
    struct ledger_value *digests = CF_NEW_N(a, struct ledger_value, n + 1),
                        *paths = CF_NEW_N(a, struct ledger_value, n + c + 1);
    struct ledger_value *cal = CF_NEW_N(a, struct ledger_value, c + 1);
    uint8_t tz[LEDGER_HASH];
    if (!put_files(d, files, digests, paths, errs) || !put_files(d, calendars, cal, paths + n, errs) ||
        !ledger_blob_put(d->ledger, cf_zone_bytes(d->zone), tz, errs)) {
        return false;
    }
    struct ledger_pair pairs[] = {
        {LEDGER_F_AUTHORITY, ledger_text(cf_str_from(authority))},
        {LEDGER_F_POLICIES, list_of(digests, n)},
        {LEDGER_F_TZDATA, ledger_bytes((struct cf_str){(const char *)tz, LEDGER_HASH})},
        {LEDGER_F_CALENDARS, list_of(cal, c)},
        {LEDGER_F_PATHS, list_of(paths, n + c)},
        {LEDGER_F_DIGEST, ledger_bytes((struct cf_str){(const char *)digest, LEDGER_HASH})},
    };
    struct ledger_facts facts = {.compartment = LEDGER_OPEN, .fields = pairs, .n_fields = CF_COUNT(pairs)};
    int64_t now = desk_now();
    struct ledger_draft draft = {
        .id = ledger_new_id(d->ledger), .kind = LEDGER_POLICY_ADOPTED, .from = now, .to = now, .facts = &facts, .n_facts = 1};
    return ledger_append(d->ledger, &draft, receipt, errs);
}

static bool read_both(struct desk *d, const char *folder, struct text_files *files, struct text_files *calendars,
                      struct cf_errs *errs) {
    if (!read_folder(d->arena, folder, CF_LIT(""), 0, files, errs) ||
        !read_folder(d->arena, d->options.calendars, CF_LIT(""), 0, calendars, errs)) {
        return false;
    }
    if (files->n) {
        qsort(files->v, files->n, sizeof(*files->v), by_path);
    }
    if (calendars->n) {
        qsort(calendars->v, calendars->n, sizeof(*calendars->v), by_path);
    }
    return true;
}

static bool has_own_tables(const struct text_files *files) {
    bool any = false;
    for (size_t i = 0; i < files->n; i++) {
        any = any || cf_str_starts(files->v[i].path, CF_LIT(OWN_TABLES));
    }
    return any;
}

bool desk_adopt_texts(struct desk *d, struct text_files *files, struct text_files *calendars, const char *authority,
                      bool *changed, struct cf_errs *errs) {
    struct lang_set *set = NULL;
    uint8_t digest[LEDGER_HASH];
    *changed = false;
    if (files->n) {
        qsort(files->v, files->n, sizeof(*files->v), by_path);
    }
    digest_of(files, calendars, d->arena, digest);
    struct bound_set *now = desk_current(d);
    if (now && memcmp(now->digest, digest, LEDGER_HASH) == 0) {
        return true;
    }
    if (!check_files(d->arena, files, d->zone, errs, &set)) {
        if (has_own_tables(files)) {
            cf_hint(errs,
                    "The force's own tables stand in the place of shipped ones: `childfirst policy table list` shows them; "
                    "drop or load anew one that no longer fits.");
        }
        return false;
    }
    struct ledger_receipt receipt;
    if (!ledger_begin(d->ledger, errs)) {
        return false;
    }
    struct bound_set
        *bound; /* bound before it is kept: what cannot be bound (no calendar, too much to lower) never comes into force */
    if (!name_set(d, set, errs) || !number_units(d, set, errs) ||
        !append_adoption(d, files, calendars, digest, authority, &receipt, errs) ||
        !bind_set(d, set, calendars, receipt.seq, digest, &bound, errs)) {
        ledger_rollback(d->ledger);
        return false;
    }
    if (!ledger_commit(d->ledger, errs)) {
        return false;
    }
    *cf_push(d->arena, &d->sets) = bound;
    *changed = true;
    return desk_catch_up(d, errs);
}

/* The force's own tables go along, but for those that the folder brings itself. */
static bool keep_own_tables(struct desk *d, struct text_files *files, struct cf_errs *errs) {
    struct text_files now = {0}, calendars = {0};
    if (!desk_current(d)) {
        return true;
    }
    if (!desk_adopted_texts(d, &now, &calendars, errs)) {
        return false;
    }
    for (size_t i = 0; i < now.n; i++) {
        if (cf_str_starts(now.v[i].path, CF_LIT(OWN_TABLES)) && !desk_text(files, now.v[i].path)) {
            *cf_push(d->arena, files) = now.v[i];
        }
    }
    return true;
}

bool desk_adopt(struct desk *d, const char *folder, const char *authority, bool *changed, struct cf_errs *errs) {
    struct text_files files = {0}, calendars = {0};
    *changed = false;
    return read_both(d, folder, &files, &calendars, errs) && keep_own_tables(d, &files, errs) &&
           desk_adopt_texts(d, &files, &calendars, authority, changed, errs);
}

/* ---- Loading what was adopted. */

static bool load_files(struct desk *d, const struct ledger_value *digests, const struct ledger_value *paths, size_t skip,
                       struct text_files *out, struct cf_errs *errs) {
    for (size_t i = 0; i < digests->as.list.n; i++) {
        struct cf_str digest = digests->as.list.v[i].as.s, text;
        if (digest.n != LEDGER_HASH || skip + i >= paths->as.list.n) {
            return cf_fail(errs, CF_D004, CF_NOWHERE, "an adoption of policies in the ledger is not whole");
        }
        if (!ledger_blob_get(d->ledger, (const uint8_t *)digest.p, d->arena, &text, errs)) {
            return cf_fail(errs, CF_D004, CF_NOWHERE, "the adopted file %.*s is gone from the ledger",
                           CF_STR_ARG(paths->as.list.v[skip + i].as.s));
        }
        *cf_push(d->arena, out) = (struct text_file){paths->as.list.v[skip + i].as.s, text};
    }
    return true;
}

static bool load_texts(struct desk *d, uint64_t seq, struct text_files *files, struct text_files *cal,
                       const struct ledger_value **digest, struct cf_errs *errs) {
    struct ledger_event e;
    if (!ledger_read(d->ledger, seq, d->arena, &e, errs)) {
        return false;
    }
    const struct ledger_value *digests = ledger_fact(&e, LEDGER_F_POLICIES), *paths = ledger_fact(&e, LEDGER_F_PATHS);
    const struct ledger_value *calendars = ledger_fact(&e, LEDGER_F_CALENDARS);
    *digest = ledger_fact(&e, LEDGER_F_DIGEST);
    if (!digests || !paths || !calendars || !*digest || (*digest)->as.s.n != LEDGER_HASH) {
        return cf_fail(errs, CF_D004, CF_NOWHERE, "the adoption of policies at %llu is not whole", (unsigned long long)seq);
    }
    return load_files(d, digests, paths, 0, files, errs) && load_files(d, calendars, paths, digests->as.list.n, cal, errs);
}

bool desk_adopted_texts(struct desk *d, struct text_files *files, struct text_files *calendars, struct cf_errs *errs) {
    const struct ledger_value *digest;
    if (!desk_current(d)) {
        return cf_fail(errs, CF_D001, CF_NOWHERE, "no policies are adopted in this ledger");
    }
    return load_texts(d, desk_current(d)->adopted, files, calendars, &digest, errs);
}

static bool load_set(struct desk *d, uint64_t seq, struct bound_set **out, struct cf_errs *errs) {
    const struct ledger_value *digest;
    struct text_files files = {0}, cal = {0};
    struct lang_set *set = NULL;
    struct cf_errs notes = cf_errs_new(d->arena); /* warnings are for who writes a policy: who adopted it was shown them */
    if (!load_texts(d, seq, &files, &cal, &digest, errs)) {
        return false;
    }
    if (!check_files(d->arena, &files, d->zone, &notes, &set)) {
        cf_fail(errs, CF_D004, CF_NOWHERE, "the policies adopted at %llu no longer pass the check", (unsigned long long)seq);
        cf_hint(errs,
                "Use the version of childfirst that adopted them, correct them with `policy check`, and adopt them again.");
        return false;
    }
    return bind_set(d, set, &cal, seq, (const uint8_t *)digest->as.s.p, out, errs);
}

/* The last adopted set is loaded at once; earlier ones when the past is asked for. */
bool desk_load_sets(struct desk *d, struct cf_errs *errs) {
    uint64_t *seqs;
    size_t n;
    if (!ledger_builtins(d->ledger, LEDGER_POLICY_ADOPTED, 0, d->arena, &seqs, &n, errs)) {
        return false;
    }
    struct bound_set *last;
    if (n == 0) {
        return true;
    }
    if (!load_set(d, seqs[n - 1], &last, errs)) {
        return false;
    }
    *cf_push(d->arena, &d->sets) = last;
    return true;
}

struct bound_set *desk_current(const struct desk *d) {
    return d->sets.n ? d->sets.v[d->sets.n - 1] : NULL;
}

uint64_t desk_adopted(const struct desk *d) {
    return d->sets.n ? desk_current(d)->adopted : LEDGER_NO_SEQ;
}

bool desk_set_at(struct desk *d, uint64_t size, struct bound_set **out, struct cf_errs *errs) {
    uint64_t *seqs;
    size_t n;
    if (!ledger_builtins(d->ledger, LEDGER_POLICY_ADOPTED, 0, d->scratch, &seqs, &n, errs)) {
        return false;
    }
    uint64_t want = LEDGER_NO_SEQ;
    for (size_t i = 0; i < n && seqs[i] < size; i++) {
        want = seqs[i];
    }
    if (want == LEDGER_NO_SEQ) {
        return cf_fail(errs, CF_D001, CF_NOWHERE, "no policies were adopted by then");
    }
    for (size_t i = 0; i < d->sets.n; i++) {
        if (d->sets.v[i]->adopted == want) {
            *out = d->sets.v[i];
            return true;
        }
    }
    if (!load_set(d, want, out, errs)) {
        return false;
    }
    struct bound_set *in_force = desk_current(d); /* stays last */
    *cf_push(d->arena, &d->sets) = in_force;
    d->sets.v[d->sets.n - 2] = *out;
    return true;
}

static bool propose(struct desk *d, struct text_files *files, const struct text_files *calendars, struct desk_proposal **out,
                    struct cf_errs *errs) {
    struct lang_set *set = NULL;
    struct bound_set *bound;
    uint8_t digest[LEDGER_HASH] = {0};
    if (!check_files(d->arena, files, d->zone, errs, &set) || !bind_set(d, set, calendars, 0, digest, &bound, errs)) {
        return false;
    }
    *out = CF_NEW(d->arena, struct desk_proposal);
    (*out)->set = bound;
    return true;
}

bool desk_propose(struct desk *d, const char *folder, struct desk_proposal **out, struct cf_errs *errs) {
    struct text_files files = {0}, calendars = {0};
    return read_both(d, folder, &files, &calendars, errs) && keep_own_tables(d, &files, errs) &&
           propose(d, &files, &calendars, out, errs);
}

/* The version of a policy that a text holds: its name and the day from which it is in force. */
static bool same_version(struct desk *d, const struct text_file *file, const struct lang_decl *policy) {
    struct cf_errs quiet = cf_errs_new(d->arena);
    struct cf_source *src = CF_NEW(d->arena, struct cf_source);
    struct lang_decl *other = NULL;
    *src = (struct cf_source){file->path, file->text};
    return cf_str_ends(file->path, CF_LIT(".policy")) && lang_parse(d->arena, src, &quiet, &other) &&
           cf_str_eq(other->name.text, policy->name.text) && other->as.policy.from == policy->as.policy.from;
}

bool desk_propose_text(struct desk *d, struct cf_str text, struct desk_proposal **out, struct cf_errs *errs) {
    struct text_files files = {0}, calendars = {0};
    struct cf_source *src = CF_NEW(d->arena, struct cf_source);
    struct lang_decl *policy = NULL;
    *src = (struct cf_source){CF_LIT("the proposed text"), text};
    if (!lang_parse(d->arena, src, errs, &policy) || !desk_adopted_texts(d, &files, &calendars, errs)) {
        return false;
    }
    struct text_file *place = NULL;
    for (size_t i = 0; i < files.n && !place; i++) {
        place = same_version(d, &files.v[i], policy) ? &files.v[i] : NULL;
    }
    if (!place) {
        place = cf_push(d->arena, &files);
        place->path = cf_str_printf(d->arena, "proposed/%.*s.policy", CF_STR_ARG(policy->name.text));
    }
    place->text = text;
    return propose(d, &files, &calendars, out, errs);
}

const struct lang_set *desk_proposed_set(const struct desk_proposal *p) {
    return p->set->set;
}

const struct bound_record *desk_bound(const struct bound_set *s, const struct lang_decl *record) {
    return &s->records[record->as.record.number];
}
