/* ledger: verify, prove, head, erase, hold, release, restrict. */
#include "cli/cli.h"

static int verify(struct cli *c) {
    if (!cli_nothing_left(c)) {
        return cli_failed(c);
    }
    struct ledger_verified v;
    struct cf_progress bar = cf_progress_start("verifying", ledger_size(desk_ledger(c->desk)));
    bool ok = ledger_verify(desk_ledger(c->desk), cli_bar, &bar, &v, &c->errs);
    cf_progress_end(&bar);
    struct cf_str root = cf_hex(c->arena, v.root, sizeof v.root);
    if (c->json) {
        printf("{\"events\":%llu,\"parts\":%llu,\"destroyed\":%llu,\"sealed\":%llu,\"faults\":%llu,\"root\":\"%.*s\"}\n",
               (unsigned long long)v.events, (unsigned long long)v.parts, (unsigned long long)v.destroyed,
               (unsigned long long)v.sealed, (unsigned long long)v.faults, CF_STR_ARG(root));
    } else {
        printf("%llu events, %llu parts (%llu destroyed, %llu sealed), %llu faults; root %.*s\n", (unsigned long long)v.events,
               (unsigned long long)v.parts, (unsigned long long)v.destroyed, (unsigned long long)v.sealed,
               (unsigned long long)v.faults, CF_STR_ARG(root));
    }
    struct ledger_reads *reads = NULL; /* the log of reads is hashed into the ledger hour by hour: its chain must agree */
    ok = ledger_reads_open(c->arena, desk_ledger(c->desk), &c->errs, &reads) &&
         ledger_reads_verify(reads, desk_ledger(c->desk), &c->errs) && ok;
    ledger_reads_close(reads);
    if (ok) {
        return CLI_DONE;
    }
    cf_errs_print(stderr, &c->errs);
    return CLI_FAULTS;
}

static int head(struct cli *c) {
    struct cf_str note;
    if (!ledger_head(desk_ledger(c->desk), c->arena, &note, &c->errs)) {
        return cli_failed(c);
    }
    if (c->json) {
        struct cf_buf b = cf_buf_new(c->arena, CF_MAX_JSON_BYTES);
        cf_buf_lit(&b, "{\"note\":");
        cf_json_str(&b, note);
        cf_buf_lit(&b, ",\"key\":");
        cf_json_str(&b, ledger_verifier_key(desk_ledger(c->desk), c->arena));
        cf_buf_lit(&b, "}\n");
        cli_print(&b);
        return CLI_DONE;
    }
    printf("%.*s", CF_STR_ARG(note));
    return CLI_DONE;
}

static int prove(struct cli *c) {
    struct cf_id id;
    struct cf_str json;
    if (c->words.n < 2) {
        cf_fail(&c->errs, CF_C012, CF_NOWHERE, "prove needs the id of an event");
        return cli_failed(c);
    }
    struct cf_str words = CF_LIT(""), one;
    uint16_t disclose[64];
    size_t n = 0;
    bool given = cli_option(c, "disclose", &words);
    while (given && n < CF_COUNT(disclose) && cf_str_split(&words, ',', &one)) {
        int64_t part;
        if (!cf_str_int(one, &part) || part < 0 || part > UINT16_MAX) {
            cf_fail(&c->errs, CF_C008, CF_NOWHERE, "--disclose takes numbers of parts like 0,2, not \"%.*s\"", CF_STR_ARG(one));
            return cli_failed(c);
        }
        disclose[n++] = (uint16_t)part;
    }
    if (!cli_id(c, c->words.v[1], "an event", &id) || !cli_nothing_left(c) ||
        !ledger_prove(desk_ledger(c->desk), id, disclose, n, c->arena, &json, &c->errs)) {
        return cli_failed(c);
    }
    printf("%.*s", CF_STR_ARG(json));
    return CLI_DONE;
}

static bool erasure_scope(struct cli *c, struct ledger_erasure *what) {
    struct cf_str words;
    int64_t field;
    what->scope = LEDGER_WHOLE_EVENT;
    if (cli_option(c, "person", &words)) {
        what->scope = LEDGER_PERSON_PART;
        return cli_id(c, words, "a person", &what->person);
    }
    if (cli_option(c, "narrative", &words)) {
        struct ledger_event e;
        what->scope = LEDGER_NARRATIVE;
        if (!ledger_read_id(desk_ledger(c->desk), what->event, c->arena, &e, &c->errs)) {
            return false;
        }
        what->field = ledger_number(desk_ledger(c->desk), LEDGER_FIELDS, e.d.kind, words);
        if (!what->field && (!cf_str_int(words, &field) || field < 1)) {
            return cf_fail(&c->errs, CF_C008, CF_NOWHERE, "the event has no narrative %.*s", CF_STR_ARG(words));
        }
        what->field = what->field ? what->field : (uint32_t)field;
    }
    return true;
}

/* What C5 keeps: the ended lines that rested on the erased event, as duty id and state. */
static bool ended_lines(struct cli *c, struct cf_id event, struct ledger_value *out) {
    uint64_t seq;
    struct ledger_event e;
    struct {
        CF_VEC(struct ledger_value);
    } kept = {0};
    if (!ledger_seq_of_id(desk_ledger(c->desk), event, &seq, &c->errs) || seq == LEDGER_NO_SEQ ||
        !ledger_read(desk_ledger(c->desk), seq, c->arena, &e, &c->errs)) {
        return !c->errs.failures;
    }
    for (size_t p = 0; desk_set(c->desk) && p < e.d.n_persons; p++) {
        int64_t no = 0;
        struct lang_docket k = {0};
        struct lang_history h;
        const struct lang_set *set;
        const struct lang_reference *ref;
        if (e.d.persons[p].role < LEDGER_FIRST_ROLE ||
            !ledger_subject_no(desk_ledger(c->desk), e.d.persons[p].subject, &no, &c->errs) || !no) {
            continue;
        }
        if (!desk_docket(c->desk, (uint32_t)no, cf_now_us() / 1000000, INT64_MAX, c->arena, &k, &set, &ref, &h, &c->errs)) {
            return false;
        }
        for (size_t i = 0; i < k.duties.n; i++) {
            const struct lang_duty_line *l = &k.duties.v[i];
            bool rests = l->cause == seq || l->ended_by == seq;
            for (size_t s = 0; s < l->support.n; s++) {
                rests |= l->support.seqs[s] == seq;
            }
            if (rests && l->state >= LANG_MET_STATE) {
                *cf_push(c->arena, &kept) = ledger_bytes((struct cf_str){cf_memdup(c->arena, l->id.b, 16), 16});
                *cf_push(c->arena, &kept) = ledger_text(cf_str_from(lang_state_word(l->state)));
            }
        }
    }
    *out = (struct ledger_value){.type = LEDGER_LIST};
    out->as.list.v = kept.v;
    out->as.list.n = kept.n;
    return true;
}

static int erase(struct cli *c) {
    struct ledger_erasure what = {0};
    struct ledger_receipt receipt;
    struct ledger_value ended;
    struct cf_str reviewer, approver;
    if (c->words.n < 2) {
        cf_fail(&c->errs, CF_C012, CF_NOWHERE, "erase needs the id of an event");
        return cli_failed(c);
    }
    if (!cli_option(c, "authority", &what.authority) || !cli_option(c, "reviewer", &reviewer) ||
        !cli_option(c, "approver", &approver)) {
        cf_fail(&c->errs, CF_C012, CF_NOWHERE, "erase needs --authority TEXT, --reviewer ID and --approver ID");
        return cli_failed(c);
    }
    (void)cli_option(c, "schedule", &what.schedule);
    (void)cli_option(c, "reason", &what.reason);
    if (!cli_id(c, c->words.v[1], "an event", &what.event) || !cli_id(c, reviewer, "the reviewer", &what.reviewer) ||
        !cli_id(c, approver, "the approver", &what.approver) || !erasure_scope(c, &what) || !cli_nothing_left(c) ||
        !ended_lines(c, what.event, &ended)) {
        return cli_failed(c);
    }
    what.ended = &ended;
    uint64_t done;
    if (!ledger_erase(desk_ledger(c->desk), &what, &receipt, &c->errs) || !desk_forget(c->desk, &c->errs) ||
        !desk_sweep(c->desk, cf_now_us() / 1000000, 0, NULL, NULL, &done, &c->errs)) {
        return cli_failed(c);
    }
    printf("erased %.*s by event number %llu; the leaf stays, and the log still verifies\n", CF_STR_ARG(c->words.v[1]),
           (unsigned long long)receipt.seq);
    return CLI_DONE;
}

/* hold, release, restrict, unrestrict: ordinary events of built-in kinds. */
static int control(struct cli *c, uint32_t kind, const char *what) {
    struct cf_id target;
    struct cf_str authority, review;
    if (c->words.n < 2 || !cli_option(c, "authority", &authority)) {
        cf_fail(&c->errs, CF_C012, CF_NOWHERE, "%s needs an id and --authority TEXT", what);
        return cli_failed(c);
    }
    if (!cli_id(c, c->words.v[1], "a person or an event", &target)) {
        return cli_failed(c);
    }
    struct ledger_pair pairs[3] = {{LEDGER_F_AUTHORITY, ledger_text(authority)}};
    size_t n = 1;
    uint64_t seq;
    if (!ledger_seq_of_id(desk_ledger(c->desk), target, &seq, &c->errs)) {
        return cli_failed(c);
    }
    struct ledger_value id = ledger_bytes((struct cf_str){(const char *)target.b, 16}), list = {.type = LEDGER_LIST};
    list.as.list.v = &id;
    list.as.list.n = 1;
    if (seq != LEDGER_NO_SEQ) {
        pairs[n++] = (struct ledger_pair){LEDGER_F_TARGETS, list};
    }
    if (cli_option(c, "review", &review)) {
        struct cf_moment m;
        if (!cf_time_parse(c->zone, review, CF_NOWHERE, &c->errs, &m)) {
            return cli_failed(c);
        }
        pairs[n++] = (struct ledger_pair){LEDGER_F_REVIEW_ON, ledger_int(m.at)};
    }
    struct ledger_person person = {.subject = target, .role = LEDGER_ROLE_TARGET};
    struct ledger_facts facts = {.compartment = LEDGER_OPEN, .fields = pairs, .n_fields = n};
    int64_t now = cf_now_us() / 1000000;
    struct ledger_draft draft = {.id = ledger_new_id(desk_ledger(c->desk)),
                                 .kind = kind,
                                 .from = now,
                                 .to = now,
                                 .facts = &facts,
                                 .n_facts = 1,
                                 .persons = &person,
                                 .n_persons = seq == LEDGER_NO_SEQ ? 1 : 0};
    struct ledger_receipt receipt;
    if (!cli_nothing_left(c) || !ledger_begin(desk_ledger(c->desk), &c->errs)) {
        return cli_failed(c);
    }
    if (!ledger_append(desk_ledger(c->desk), &draft, &receipt, &c->errs)) {
        ledger_rollback(desk_ledger(c->desk));
        return cli_failed(c);
    }
    if (!ledger_commit(desk_ledger(c->desk), &c->errs)) {
        return cli_failed(c);
    }
    printf("%s recorded as number %llu, event %s\n", what, (unsigned long long)receipt.seq,
           cf_cstr(c->arena, cf_hex(c->arena, draft.id.b, 16)));
    return CLI_DONE;
}

int cli_ledger(struct cli *c) {
    static const struct {
        const char *word;
        uint32_t kind;
    } controls[] = {{"hold", LEDGER_HOLD},
                    {"release", LEDGER_RELEASED},
                    {"restrict", LEDGER_RESTRICTED},
                    {"unrestrict", LEDGER_UNRESTRICTED}};
    struct cf_str word = c->words.n ? c->words.v[0] : CF_LIT("");
    static const struct {
        const char *word;
        int (*run)(struct cli *c);
        bool write;
    } kinds[] = {{"verify", verify, false}, {"head", head, false}, {"prove", prove, false}, {"erase", erase, true}};
    for (size_t i = 0; i < CF_COUNT(kinds); i++) {
        if (cf_str_is(word, kinds[i].word)) {
            return cli_open(c, kinds[i].write) ? kinds[i].run(c) : cli_failed(c);
        }
    }
    for (size_t i = 0; i < CF_COUNT(controls); i++) {
        if (cf_str_is(word, controls[i].word)) {
            return cli_open(c, true) ? control(c, controls[i].kind, controls[i].word) : cli_failed(c);
        }
    }
    cf_fail(&c->errs, CF_C001, CF_NOWHERE, "ledger does not know \"%.*s\"", CF_STR_ARG(word));
    cf_hint(&c->errs, "It knows verify, prove, head, erase, hold, release, restrict and unrestrict.");
    return cli_failed(c);
}
