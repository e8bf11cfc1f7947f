/* record, correct, withdraw, merge, unmerge: what people enter and put right. Each says which docket lines changed, and why. */
#include "cli/cli.h"

static const struct lang_decl *find_record(struct cli *c, struct cf_str word) {
    const struct lang_set *set = desk_set(c->desk);
    struct cf_str *names = CF_NEW_N(c->arena, struct cf_str, set->records.n + 1);
    for (size_t i = 0; i < set->records.n; i++) {
        names[i] = set->records.v[i]->name.text;
        if (cf_str_eq(names[i], word)) {
            return set->records.v[i];
        }
    }
    cf_fail(&c->errs, CF_C011, CF_NOWHERE, "no adopted policy has a record %.*s", CF_STR_ARG(word));
    struct cf_str near = cf_nearest(word, names, set->records.n);
    if (near.n) {
        cf_hint(&c->errs, "Did you mean %.*s?", CF_STR_ARG(near));
    }
    return NULL;
}

static bool read_fields(struct cli *c, const struct lang_decl *record, struct desk_value *fields) {
    bool ok = true;
    for (size_t i = 0; i < record->as.record.fields.n; i++) {
        const struct lang_field *f = &record->as.record.fields.v[i];
        struct cf_str words;
        if (cli_option(c, cf_cstr(c->arena, f->name.text), &words)) {
            ok = cli_value(c, f, words, &fields[i]) && ok;
        }
    }
    return ok;
}

struct abouts {
    CF_VEC(struct desk_about);
};

static bool read_about(struct cli *c, const struct lang_decl *record, struct abouts *out) {
    for (size_t i = 0; i < record->as.record.roles.n; i++) {
        struct cf_str words, one;
        if (!cli_option(c, cf_cstr(c->arena, record->as.record.roles.v[i].role.text), &words) &&
            !(i == 0 && cli_option(c, "subject", &words))) {
            continue;
        }
        while (cf_str_split(&words, ',', &one)) {
            struct desk_about about = {.role = (int)i};
            if (!cli_subject(c, cf_str_trim(one), &about.subject)) {
                return false;
            }
            *cf_push(c->arena, out) = about;
        }
    }
    return true;
}

struct ids {
    CF_VEC(struct cf_id);
};

static bool read_episodes(struct cli *c, struct ids *out, bool *given) {
    struct cf_str words, one;
    *given = cli_option(c, "in", &words);
    if (!*given || cf_str_is(words, "nothing")) {
        return true;
    }
    while (cf_str_split(&words, ',', &one)) {
        if (!cli_id(c, cf_str_trim(one), "the event that opened the episode", cf_push(c->arena, out))) {
            return false;
        }
    }
    return true;
}

static void say_receipt(struct cf_buf *b, struct cli *c, const char *what, struct cf_id id, const struct ledger_receipt *r) {
    cf_buf_printf(b, "%s %s as number %llu, at %s%s\n", what, cf_cstr(c->arena, cf_hex(c->arena, id.b, 16)),
                  (unsigned long long)r->seq, cf_time_shown(c->zone, r->recorded_us / 1000000).p,
                  r->again ? " (it was here already: nothing is changed)" : "");
}

/* The page before the docket lines: event, people, then what follows; the whole is one reading of a person's data. */
static int answer(struct cli *c, const char *what, struct cf_id id, const struct abouts *about,
                  const struct ledger_receipt *receipt, const struct desk_changes *changes) {
    struct cf_buf b = cf_buf_new(c->arena, CF_MAX_JSON_BYTES);
    if (c->json) {
        cf_buf_printf(&b, "{\"event\":\"%s\",\"number\":%llu,\"recorded\":\"%s\",\"again\":%s,\"changes\":",
                      cf_cstr(c->arena, cf_hex(c->arena, id.b, 16)), (unsigned long long)receipt->seq,
                      cf_time_iso(receipt->recorded_us / 1000000).p, receipt->again ? "true" : "false");
        cli_changes_json(&b, c, changes);
        cf_buf_lit(&b, "}\n");
    } else {
        say_receipt(&b, c, what, id, receipt);
        for (size_t i = 0; about && i < about->n; i++) {
            cf_buf_printf(&b, "  about %s\n", cf_cstr(c->arena, cf_hex(c->arena, about->v[i].subject.b, 16)));
        }
        cli_say_changes(&b, c, changes);
    }
    cli_print(&b);
    return CLI_DONE;
}

static int print_record_help(struct cli *c, const struct lang_decl *record) {
    printf("%.*s: %.*s\n", CF_STR_ARG(record->name.text), CF_STR_ARG(record->title));
    for (size_t i = 0; i < record->as.record.roles.n; i++) {
        printf("  --%.*s ID or new\n", CF_STR_ARG(record->as.record.roles.v[i].role.text));
    }
    for (size_t i = 0; i < record->as.record.fields.n; i++) {
        const struct lang_field *f = &record->as.record.fields.v[i];
        printf("  --%-20s %s%s%s", cf_cstr(c->arena, f->name.text), f->many ? "many " : "",
               f->inline_codes ? "one of" : cf_cstr(c->arena, f->type_name.text), f->required ? " required" : "");
        for (size_t k = 0; f->inline_codes && k < f->inline_codes->as.codes.list.n; k++) {
            printf("%s%.*s", k ? ", " : " ", CF_STR_ARG(f->inline_codes->as.codes.list.v[k].name.text));
        }
        printf("%s%.*s\n", f->hint.n ? "  " : "", CF_STR_ARG(f->hint));
    }
    return CLI_DONE;
}

int cli_record(struct cli *c) {
    if (!c->words.n) {
        cf_fail(&c->errs, CF_C012, CF_NOWHERE, "record needs the kind of event");
        return cli_failed(c);
    }
    bool fields_only = cli_flag(c, "list");
    if (!cli_open(c, !fields_only)) {
        return cli_failed(c);
    }
    if (!desk_set(c->desk)) {
        cf_fail(&c->errs, CF_D001, CF_NOWHERE, "no policies are adopted in this ledger");
        return cli_failed(c);
    }
    const struct lang_decl *record = find_record(c, c->words.v[0]);
    if (!record) {
        return cli_failed(c);
    }
    if (fields_only) {
        return print_record_help(c, record);
    }
    struct desk_value *fields = CF_NEW_N(c->arena, struct desk_value, record->as.record.fields.n + 1);
    struct abouts about = {0};
    struct ids episodes = {0};
    struct desk_entry e = {.record = record, .fields = fields};
    struct cf_moment at;
    struct cf_str words;
    const struct lang_decl **roles = NULL;
    bool in;
    bool ok = read_fields(c, record, fields);
    ok = read_about(c, record, &about) && ok;
    ok = read_episodes(c, &episodes, &in) && ok;
    ok = cli_time(c, "at", cf_now_us() / 1000000, &at) && ok;
    ok = cli_actor(c, record, &e.actor, &roles, &e.n_actor_roles) && ok;
    ok = (!cli_option(c, "unit", &words) || cli_subject(c, words, &e.unit)) && ok;
    ok = (!cli_option(c, "event", &words) || cli_id(c, words, "this event", &e.id)) && ok;
    ok = (!cli_option(c, "to", &words) || record->as.record.built_in == false || cli_subject(c, words, &e.recipient)) && ok;
    if (cli_option(c, "share", &words)) {
        e.share = lang_find(desk_set(c->desk), cf_cstr(c->arena, words));
    }
    if (!cli_nothing_left(c) || !ok) {
        return cli_failed(c);
    }
    e.actor_roles = roles;
    e.from = at.at;
    e.to = at.day_only ? cf_day_end(c->zone, at.day) : at.at;
    e.precision = at.day_only ? LEDGER_DAY : LEDGER_EXACT;
    e.about = about.v;
    e.n_about = about.n;
    e.episodes = episodes.v;
    e.n_episodes = episodes.n;
    if (cf_id_zero(e.id)) {
        e.id = ledger_new_id(desk_ledger(c->desk));
    }
    struct ledger_receipt receipt;
    struct desk_changes changes = {0};
    if (!desk_record(c->desk, &e, c->arena, &receipt, &changes, &c->errs)) {
        return cli_failed(c);
    }
    return answer(c, "recorded", e.id, &about, &receipt, &changes);
}

/* ---- Putting right. */

static const struct lang_decl *record_of_event(struct cli *c, struct cf_id event) {
    struct ledger_event e;
    const struct lang_set *set = desk_set(c->desk);
    if (!ledger_read_id(desk_ledger(c->desk), event, c->arena, &e, &c->errs)) {
        return NULL;
    }
    const struct ledger_entry *kind = ledger_entry(desk_ledger(c->desk), LEDGER_KINDS, e.d.kind);
    const struct lang_decl *record = kind ? lang_find(set, cf_cstr(c->arena, kind->name)) : NULL;
    if (!record) {
        cf_fail(&c->errs, CF_D015, CF_NOWHERE, "this event is of a kind that cannot be corrected");
    }
    return record;
}

static bool begin_righting(struct cli *c, const char *what, struct cf_id *id) {
    if (!c->words.n) {
        return cf_fail(&c->errs, CF_C012, CF_NOWHERE, "%s needs the id of an event", what);
    }
    return cli_id(c, c->words.v[0], "an event", id) && cli_open(c, true) &&
           (desk_set(c->desk) || cf_fail(&c->errs, CF_D001, CF_NOWHERE, "no policies are adopted in this ledger"));
}

static bool reason_given(struct cli *c, struct cf_str *reason) {
    return cli_option(c, "reason", reason) || cf_fail(&c->errs, CF_C013, CF_NOWHERE, "this needs a reason: --reason TEXT");
}

static int finish_correction(struct cli *c, struct desk_correction *fix, const char *what) {
    const struct lang_decl **roles;
    size_t n;
    struct ledger_receipt receipt;
    struct desk_changes changes = {0};
    if (!cli_actor(c, NULL, &fix->actor, &roles, &n) || !cli_nothing_left(c) ||
        !desk_correct(c->desk, fix, c->arena, &receipt, &changes, &c->errs)) {
        return cli_failed(c);
    }
    return answer(c, what, fix->event, NULL, &receipt, &changes);
}

static int field_named(const struct lang_decl *record, const char *name) {
    for (size_t i = 0; i < record->as.record.fields.n; i++) {
        if (cf_str_is(record->as.record.fields.v[i].name.text, name)) {
            return (int)i;
        }
    }
    return -1;
}

int cli_correct(struct cli *c) {
    struct desk_correction fix = {0};
    struct abouts about = {0};
    struct ids episodes = {0};
    struct cf_moment when;
    struct cf_str words;
    if (!begin_righting(c, "correct", &fix.event)) {
        return cli_failed(c);
    }
    const struct lang_decl *record = record_of_event(c, fix.event);
    if (!record) {
        return cli_failed(c);
    }
    size_t n = record->as.record.fields.n;
    struct desk_value *fields = CF_NEW_N(c->arena, struct desk_value, n + 1),
                      *values = CF_NEW_N(c->arena, struct desk_value, n + 1);
    int *numbers = CF_NEW_N(c->arena, int, n + 1);
    fix.has_time = cli_option(c, "happened", &words);
    if (!read_fields(c, record, fields) || !read_about(c, record, &about) ||
        !read_episodes(c, &episodes, &fix.replace_episodes) || !cli_time(c, "happened", 0, &when)) {
        return cli_failed(c);
    }
    for (size_t i = 0; i < n; i++) {
        if (fields[i].v.kind != LANG_V_NOT_ASKED) {
            numbers[fix.n_fields] = (int)i;
            values[fix.n_fields++] = fields[i];
        }
    }
    fix.field_numbers = numbers;
    fix.values = values;
    fix.from = when.at;
    fix.to = when.day_only ? cf_day_end(c->zone, when.day) : when.at;
    fix.precision = when.day_only ? LEDGER_DAY : LEDGER_EXACT;
    fix.about = about.v;
    fix.n_about = about.n;
    fix.episodes = episodes.v;
    fix.n_episodes = episodes.n;
    if (!cli_option(c, "because", &fix.reason) && field_named(record, "reason") < 0) {
        (void)cli_option(c, "reason", &fix.reason); /* where the record asks a reason itself, --reason corrects that answer */
    }
    if (!fix.has_time && !fix.n_fields && !fix.n_about && !fix.replace_episodes) {
        cf_fail(&c->errs, CF_C013, CF_NOWHERE, "nothing is corrected");
        cf_hint(&c->errs, "Give a field, --happened TIME, a person's role or --in EPISODE.");
        return cli_failed(c);
    }
    return finish_correction(c, &fix, "corrected");
}

int cli_withdraw(struct cli *c) {
    struct desk_correction fix = {.withdraw = true};
    if (!begin_righting(c, "withdraw", &fix.event) || !reason_given(c, &fix.reason)) {
        return cli_failed(c);
    }
    return finish_correction(c, &fix, "withdrawn");
}

int cli_merge(struct cli *c) {
    struct cf_id x, y, actor;
    struct cf_str reason;
    const struct lang_decl **roles;
    size_t n;
    struct ledger_receipt receipt;
    struct desk_changes changes = {0};
    if (c->words.n != 2) {
        cf_fail(&c->errs, CF_C012, CF_NOWHERE, "merge needs the ids of two people");
        return cli_failed(c);
    }
    if (!cli_id(c, c->words.v[0], "a person", &x) || !cli_id(c, c->words.v[1], "a person", &y) || !cli_open(c, true) ||
        !reason_given(c, &reason) || !cli_actor(c, NULL, &actor, &roles, &n) || !cli_nothing_left(c) ||
        !desk_merge(c->desk, x, y, reason, actor, c->arena, &receipt, &changes, &c->errs)) {
        return cli_failed(c);
    }
    struct ledger_event e;
    if (!ledger_read(desk_ledger(c->desk), receipt.seq, c->arena, &e, &c->errs)) {
        return cli_failed(c);
    }
    return answer(c, "merged", e.d.id, NULL, &receipt, &changes);
}

int cli_unmerge(struct cli *c) {
    struct cf_id merge, actor;
    struct cf_str reason;
    const struct lang_decl **roles;
    size_t n;
    struct ledger_receipt receipt;
    struct desk_changes changes = {0};
    if (!begin_righting(c, "unmerge", &merge) || !reason_given(c, &reason) || !cli_actor(c, NULL, &actor, &roles, &n) ||
        !cli_nothing_left(c) || !desk_unmerge(c->desk, merge, reason, actor, c->arena, &receipt, &changes, &c->errs)) {
        return cli_failed(c);
    }
    return answer(c, "unmerged", merge, NULL, &receipt, &changes);
}
