/* The checker: what names mean in their place, numbers, versions, files, and questions about a finished set. */
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check_help.h"

#define HEAD                                                                                                                   \
    "policy test.check \"Check\"\n    owner team\n    serves S6\n    in force from 2024-04-01\n    cites\n        law "        \
    "\"Law\"\n"                                                                                                                \
    "unit team \"Team\"\n"                                                                                                     \
    "role constable \"Constable\"\n    rank 1\nrole sergeant \"Sergeant\"\n    rank 2\nrole trainer \"Trainer\"\n"             \
    "role head \"Head\"\n    includes trainer\n"
#define CASE                                                                                                                   \
    "record identity \"Who\"\n    about person is person\n    by anyone\n    fields\n        born date\n        sex sex\n"     \
    "episode case \"Case\"\nepisode held_case \"Held\"\n    held\n"                                                            \
    "record stop \"Stop\"\n    opens case\n    about child is person\n    by constable\n    fields\n"                          \
    "        found yes/no\n        result one of (nothing, arrest)\n        officers many officer keeping sex\n"               \
    "        place place keeping ward\n"                                                                                       \
    "record taken \"Taken\"\n    opens held_case\n    about child is person\n    by constable\n"                               \
    "codes ward\n    north \"North\"\n    south \"South\"\n"                                                                   \
    "codes risk\n    ordered\n    low \"Low\"\n    medium \"Medium\"\n    high \"High\"\n"                                     \
    "record decision \"Decision\"\n    in case\n    decided by sergeant\n    fields\n        level risk\n        reason "      \
    "narrative\n"                                                                                                              \
    "        stop stop\n"                                                                                                      \
    "record lead_named \"Lead\"\n    about child is person, lead is officer, former is officer\n    by sergeant\n"             \
    "fact sex about person = identity.sex\n"                                                                                   \
    "fact lead about person = lead_named.lead\n"

static struct checked with(const char *lines) {
    struct cf_arena *a = cf_arena_new("text");
    struct checked c = check_text(cf_cstr(a, cf_str_printf(a, "%s%s%s", HEAD, CASE, lines)));
    if (!c.ok) {
        cf_errs_print(stderr, &c.errs);
        fail();
    }
    cf_arena_free(a);
    return c;
}

static const struct lang_decl *gate(const struct checked *c, const char *name) {
    const struct lang_decl *d = lang_find_kind(c->set, LANG_GATE, cf_str_from(name));
    assert_non_null(d);
    return d;
}

/* ---- what roles let people do */

static const struct lang_decl *role(const struct checked *c, const char *name) {
    const struct lang_decl *d = lang_find_kind(c->set, LANG_ROLE, cf_str_from(name));
    assert_non_null(d);
    return d;
}

#define ACCESS                                                                                                                 \
    "codes purpose\n    care \"Care\"\n    quality \"Quality\"\n    audit \"Audit\"\n"                                         \
    "role inspector \"Inspector\"\n    rank 3\n    purposes quality, care\n    may supervise, restrict\n    sees force\n"      \
    "role chief \"Chief\"\n    rank 5\n"                                                                                       \
    "role clerk \"Clerk\"\n    purposes care\n    may correct\n    sees own\n"                                                 \
    "role head_clerk \"Head clerk\"\n    includes clerk\n    may merge\n"                                                      \
    "role council \"Council\"\n    sees own\npartner council \"Council\"\n    for organisation\n    purposes care\n"

static void who_is_a_role_has_what_it_gives(void **state) {
    (void)state;
    struct checked c = with(ACCESS);
    const struct lang_decl *chief = role(&c, "chief"), *head = role(&c, "head_clerk"), *both[] = {chief, head};
    assert_true(lang_role_may(c.set, &chief, 1, LANG_MAY_RESTRICT));
    assert_false(lang_role_may(c.set, &chief, 1, LANG_MAY_MERGE));
    assert_int_equal(lang_role_abilities(c.set, &head, 1), 1u << LANG_MAY_MERGE | 1u << LANG_MAY_CORRECT);
    assert_true(lang_role_may(c.set, both, 2, LANG_MAY_MERGE) && lang_role_may(c.set, both, 2, LANG_MAY_SUPERVISE));
    assert_int_equal(lang_role_abilities(c.set, both, 0), 0);
    const struct lang_decl *low = role(&c, "sergeant");
    assert_int_equal(lang_role_abilities(c.set, &low, 1), 0); /* a higher rank gives nothing down */
    cf_arena_free(c.a);
}

static void the_widest_view_holds_and_silence_is_the_unit(void **state) {
    (void)state;
    struct checked c = with(ACCESS);
    const struct lang_decl *chief = role(&c, "chief"), *head = role(&c, "head_clerk"), *said_nothing = role(&c, "trainer");
    const struct lang_decl *two[] = {head, said_nothing}, *three[] = {head, said_nothing, chief};
    assert_int_equal(lang_sees(c.set, &head, 1), LANG_SEES_OWN);
    assert_int_equal(lang_sees(c.set, &said_nothing, 1), LANG_SEES_UNIT);
    assert_int_equal(lang_sees(c.set, two, 2), LANG_SEES_UNIT);
    assert_int_equal(lang_sees(c.set, three, 3), LANG_SEES_FORCE);
    assert_int_equal(lang_sees(c.set, NULL, 0), LANG_SEES_OWN);
    cf_arena_free(c.a);
}

static void purposes_come_with_roles_and_with_the_partner_of_the_name(void **state) {
    (void)state;
    struct checked c = with(ACCESS);
    const struct lang_decl *council = role(&c, "council"), *both[] = {role(&c, "head_clerk"), role(&c, "chief")};
    const struct cf_str *p;
    assert_int_equal(lang_role_purposes(c.a, c.set, &council, 1, &p), 1);
    assert_text(p[0], "care");
    assert_int_equal(lang_role_purposes(c.a, c.set, both, 2, &p), 2);
    assert_text(p[0], "quality");
    assert_text(p[1], "care");
    const struct lang_decl *none = role(&c, "trainer");
    assert_int_equal(lang_role_purposes(c.a, c.set, &none, 1, &p), 0);
    cf_arena_free(c.a);
}

static void a_record_is_seen_for_what_it_says_and_else_for_all(void **state) {
    (void)state;
    struct checked c = with(ACCESS "record note \"Note\"\n    about child is person\n    by clerk\n    seen for care, audit\n");
    assert_true(lang_record_seen_for(lang_find(c.set, "note"), CF_LIT("audit")));
    assert_false(lang_record_seen_for(lang_find(c.set, "note"), CF_LIT("quality")));
    assert_false(lang_record_seen_for(lang_find(c.set, "note"), CF_LIT("")));
    assert_true(lang_record_seen_for(lang_find(c.set, "stop"), CF_LIT("quality")));
    assert_true(lang_record_seen_for(lang_find(c.set, "correction"), CF_LIT("quality")));
    cf_arena_free(c.a);
}

static void every_ability_has_its_word_and_its_meaning(void **state) {
    (void)state;
    for (int i = 0; i < LANG_ABILITIES; i++) {
        assert_non_null(lang_ability_word((enum lang_ability)i));
        assert_true(strlen(lang_ability_meaning((enum lang_ability)i)) > 10);
        for (int j = 0; j < i; j++) {
            assert_string_not_equal(lang_ability_word((enum lang_ability)i), lang_ability_word((enum lang_ability)j));
        }
    }
}

/* ---- what names mean */

static void a_bare_name_beside_a_coded_value_is_its_code(void **state) {
    (void)state;
    struct checked c = with("gate g \"G\"\n    before stop\n    needs stop.result = arrest\n    cites law 1\n"
                            "gate h \"H\"\n    before stop\n    needs arrest = stop.result\n    cites law 1\n");
    const struct lang_expr *e = gate(&c, "g")->as.gate.needs;
    assert_int_equal(e->a->op, LANG_FIELD);
    assert_ptr_equal(e->a->decl, lang_find(c.set, "stop"));
    assert_int_equal(e->a->index, 1);
    assert_int_equal(e->b->op, LANG_CODE_LIT);
    assert_int_equal(e->b->index, 1);
    const struct lang_expr *other = gate(&c, "h")->as.gate.needs;
    assert_int_equal(other->a->op, LANG_CODE_LIT);
    assert_int_equal(other->a->index, 1);
    cf_arena_free(c.a);
}

static void a_fact_knows_whose_role_it_is_read_of(void **state) {
    (void)state;
    struct checked c = with("gate g \"G\"\n    before stop\n    needs child.lead is known and lead is known\n    cites law 1\n"
                            "gate w \"W\"\n    before lead_named as child\n    needs child.lead is known\n    cites law 1\n");
    const struct lang_expr *e = gate(&c, "g")->as.gate.needs;
    assert_int_equal(e->a->a->op, LANG_FACT_REF);
    assert_int_equal(e->a->a->role, 0);
    assert_int_equal(e->b->a->op, LANG_FACT_REF);
    assert_int_equal(e->b->a->role, -1);
    assert_int_equal(gate(&c, "w")->as.gate.before->role_index, 0);
    const struct lang_expr *lead = lang_find(c.set, "lead")->as.fact.value;
    assert_int_equal(lead->op, LANG_FIELD);
    assert_int_equal(lead->attr, LANG_ATTR_ROLE);
    assert_int_equal(lead->index, 1);
    assert_int_equal(lead->type.subject, LANG_OFFICER);
    cf_arena_free(c.a);
}

static void with_reads_the_events_own_fields_and_what_they_keep(void **state) {
    (void)state;
    struct checked c = with("flag f \"F\"\n    about person\n    while child and a stop with (found = yes and ward = south and "
                            "place.ward = north and"
                            " actor is constable and age < 18 and every officers has sex = female)\n"
                            "    lawful use of sex law 2\n    cites law 1\n");
    const struct lang_expr *w = lang_find(c.set, "f")->as.flag.cond->b->sel->with;
    while (w->op == LANG_AND && w->a->op == LANG_AND) {
        w = w->a;
    }
    const struct lang_expr *found = w->a->a, *ward = w->b->a;
    assert_int_equal(found->op, LANG_OWN_FIELD);
    assert_int_equal(found->index, 0);
    assert_int_equal(ward->op, LANG_OWN_FIELD);
    assert_int_equal(ward->index, 3);
    assert_int_equal(ward->num, 1); /* the first kept attribute of `place` */
    cf_arena_free(c.a);
}

static void a_trigger_is_an_event_or_an_instant_as_wanted(void **state) {
    (void)state;
    struct checked c = with("duty d \"D\"\n    after stop\n    owner sergeant\n    within 1 hour of the earlier of trigger and "
                            "2 hours after trigger.happened\n"
                            "    done by decision with stop = trigger\n    cites law 1\n");
    const struct lang_duty *d = &lang_find(c.set, "d")->as.duty;
    const struct lang_expr *pair = d->done_by.v[0]->with;
    assert_int_equal(pair->b->op, LANG_TRIGGER);
    assert_int_equal(pair->b->type.kind, LANG_T_EVENT);
    assert_int_equal(d->of->a->op, LANG_TRIGGER);
    assert_int_equal(d->of->a->type.kind, LANG_T_INSTANT);
    assert_int_equal(d->of->b->a->op, LANG_TRIGGER_FIELD);
    assert_int_equal(d->of->b->a->attr, LANG_ATTR_HAPPENED);
    cf_arena_free(c.a);
}

static void an_owner_is_a_role_a_unit_the_actor_or_somebody_named(void **state) {
    (void)state;
    struct checked c = with("duty r \"R\"\n    after stop\n    owner sergeant\n    done by explained\n    cites law 1\n"
                            "duty u \"U\"\n    after stop\n    owner team\n    done by explained\n    cites law 1\n"
                            "duty a \"A\"\n    after stop\n    owner actor\n    done by explained\n    cites law 1\n"
                            "duty n \"N\"\n    after stop\n    owner child.lead\n    done by explained\n    cites law 1\n");
    assert_int_equal(lang_find(c.set, "r")->as.duty.owner->op, LANG_ROLE_LIT);
    assert_int_equal(lang_find(c.set, "u")->as.duty.owner->op, LANG_UNIT_LIT);
    const struct lang_expr *actor = lang_find(c.set, "a")->as.duty.owner;
    assert_int_equal(actor->op, LANG_NAME);
    assert_text(actor->text, "actor");
    assert_int_equal(lang_find(c.set, "n")->as.duty.owner->op, LANG_FACT_REF);
    cf_arena_free(c.a);
}

static void a_step_has_the_roles_of_its_opener(void **state) {
    (void)state;
    struct checked c = with("");
    const struct lang_decl *d = lang_find(c.set, "decision");
    assert_int_equal(d->as.record.about.n, 0);
    assert_int_equal(d->as.record.roles.n, 1);
    assert_text(d->as.record.roles.v[0].role.text, "child");
    assert_ptr_equal(lang_find(c.set, "case")->as.episode.opener, lang_find(c.set, "stop"));
    cf_arena_free(c.a);
}

static void count_of_a_set_is_told_from_count_of_events(void **state) {
    (void)state;
    struct checked c = with("gate g \"G\"\n    before stop\n    needs count of holders >= 2 and count of stop.officers >= 2 "
                            "and count of stop >= 2\n"
                            "    cites law 1\n");
    const struct lang_expr *e = gate(&c, "g")->as.gate.needs;
    assert_int_equal(e->a->a->a->op, LANG_COUNT_SET);
    assert_int_equal(e->a->b->a->op, LANG_COUNT_SET);
    assert_int_equal(e->b->a->op, LANG_COUNT_SEL);
    cf_arena_free(c.a);
}

static void a_set_may_be_counted_and_summed_inside_with(void **state) {
    (void)state;
    struct cf_arena *a = cf_arena_new("text");
    const char *text = cf_cstr(
        a,
        cf_str_printf(a, "%s%s%s", HEAD, CASE,
                      "table worth from \"worth.tsv\"\n    keyed by ward\n    gives points whole\n"
                      "record seen \"Seen\"\n    about child is person\n    by constable\n    fields\n        wards many ward\n"
                      "flag f \"F\"\n    about person\n    while child and a seen with (count of wards >= 2 and sum of worth "
                      "over wards > 3)\n"
                      "    cites law 1\n"));
    const struct test_file files[] = {{"worth.tsv", "north\t1\nsouth\t2\n"}, {0}};
    struct checked c = check_files(&text, 1, files);
    if (!c.ok) {
        cf_errs_print(stderr, &c.errs);
    }
    assert_true(c.ok);
    const struct lang_expr *with = lang_find(c.set, "f")->as.flag.cond->b->sel->with;
    assert_int_equal(with->a->a->op, LANG_COUNT_SET);
    assert_int_equal(with->a->a->a->op, LANG_OWN_FIELD);
    assert_int_equal(with->b->a->op, LANG_SUM_TABLE);
    assert_int_equal(with->b->a->a->op, LANG_OWN_FIELD);
    assert_ptr_equal(with->b->a->decl, lang_find(c.set, "worth"));
    cf_arena_free(c.a);
    cf_arena_free(a);
}

static void a_code_comes_before_a_field_of_the_same_name(void **state) {
    (void)state;
    struct checked c =
        with("record told \"Told\"\n    about child is person\n    by constable\n    fields\n        present yes/no\n"
             "        adult one of (present, absent)\n"
             "flag f \"F\"\n    about person\n    while child and a told with adult = present\n    cites law 1\n");
    const struct lang_expr *w = lang_find(c.set, "f")->as.flag.cond->b->sel->with;
    assert_int_equal(w->a->op, LANG_OWN_FIELD);
    assert_int_equal(w->b->op, LANG_CODE_LIT);
    cf_arena_free(c.a);
}

static void child_names_a_person_whose_role_has_another_name(void **state) {
    (void)state;
    struct checked c =
        with("record card \"Card\"\n    about holder is person\n    by constable\n"
             "gate g \"G\"\n    before card\n    needs child.lead is known and holder.lead is known\n    cites law 1\n");
    const struct lang_expr *e = gate(&c, "g")->as.gate.needs;
    assert_int_equal(e->a->a->role, 0);
    assert_int_equal(e->b->a->role, 0);
    cf_arena_free(c.a);
}

static void a_gate_and_a_fact_may_share_a_name(void **state) {
    (void)state;
    struct checked c = with("gate sex \"S\"\n    before stop\n    needs stop.found = yes\n    cites law 1\n");
    assert_int_equal(lang_find_kind(c.set, LANG_GATE, CF_LIT("sex"))->kind, LANG_GATE);
    assert_int_equal(lang_find_kind(c.set, LANG_FACT, CF_LIT("sex"))->kind, LANG_FACT);
    assert_int_equal(lang_find(c.set, "sex")->kind, LANG_FACT);
    cf_arena_free(c.a);
}

static void birth_is_the_dated_field_born_of_a_record_about_a_person(void **state) {
    (void)state;
    struct checked c = with("");
    assert_ptr_equal(c.set->birth, lang_find(c.set, "identity"));
    assert_int_equal(c.set->birth_field, 0);
    cf_arena_free(c.a);
}

/* ---- grades, choices, more */

#define GRADE                                                                                                                  \
    "grade danger \"Danger\"\n    in case\n    levels risk\n    high when a lead_named\n    low otherwise\n"                   \
    "    decided in decision.level\n    departure needs reason\n    cites law 1\n"

static void a_departure_is_a_gate_of_its_own(void **state) {
    (void)state;
    struct checked c = with(GRADE);
    const struct lang_decl *g = gate(&c, "danger.departure");
    assert_ptr_equal(g->as.gate.departs_from, lang_find(c.set, "danger"));
    assert_ptr_equal(g->as.gate.before->decl, lang_find(c.set, "decision"));
    assert_int_equal(g->as.gate.needs->op, LANG_IS_KNOWN);
    assert_int_equal(g->as.gate.needs->a->op, LANG_FIELD);
    assert_int_equal(g->as.gate.needs->a->index, 1);
    bool among = false;
    for (size_t i = 0; i < c.set->rules.n; i++) {
        among = among || c.set->rules.v[i] == g;
    }
    assert_true(among);
    cf_arena_free(c.a);
}

static void more_lines_stand_after_the_rules_own_and_say_whence(void **state) {
    (void)state;
    struct checked c = with(GRADE "more grade danger\n    medium when a taken\n");
    const struct lang_grade *g = &lang_find(c.set, "danger")->as.grade;
    assert_int_equal(g->list.n, 3);
    assert_null(g->list.v[0].more);
    assert_int_equal(g->list.v[0].index, 2);
    assert_non_null(g->list.v[2].more);
    assert_int_equal(g->list.v[2].index, 1);
    assert_int_equal(g->list.v[2].when->op, LANG_EXISTS);
    cf_arena_free(c.a);
}

/* ---- numbers */

static void numbers_are_dense_and_built_in_records_come_first(void **state) {
    (void)state;
    struct checked c = with(GRADE);
    static const char *const first[] = {"correction", "erased",    "merged", "handover",
                                        "assigned",   "explained", "sent",   "acknowledged"};
    for (size_t i = 0; i < CF_COUNT(first); i++) {
        assert_text(c.set->records.v[i]->name.text, first[i]);
        assert_true(c.set->records.v[i]->as.record.built_in);
    }
    for (size_t i = 0; i < c.set->records.n; i++) {
        assert_int_equal(c.set->records.v[i]->as.record.number, i);
    }
    for (size_t i = 0; i < c.set->decls.n; i++) {
        assert_int_equal(c.set->decls.v[i]->number, i);
        assert_non_null(c.set->decls.v[i]->policy);
    }
    for (size_t i = 0; i < c.set->roles.n; i++) {
        assert_int_equal(c.set->roles.v[i]->as.role.number, i);
    }
    cf_arena_free(c.a);
}

static void see_id(uint8_t *seen, const struct lang_expr *e, uint32_t n) {
    if (e == NULL) {
        return;
    }
    assert_true(e->id < n);
    assert_int_equal(seen[e->id], 0);
    seen[e->id] = 1;
    see_id(seen, e->a, n);
    see_id(seen, e->b, n);
    see_id(seen, e->c, n);
    for (size_t i = 0; i < e->list.n; i++) {
        see_id(seen, e->list.v[i], n);
    }
    if (e->sel != NULL) {
        see_id(seen, e->sel->with, n);
        see_id(seen, e->sel->last, n);
    }
}

static void no_two_expressions_share_a_number(void **state) {
    (void)state;
    struct cf_arena *a = cf_arena_new("worked");
    struct cf_errs errs = cf_errs_new(a);
    struct lang_set *set;
    const struct cf_zone *zone = cf_zone_load(a, "Europe/London", &errs);
    assert_true(lang_load(a, "test/lang/good", zone, &errs, &set));
    uint8_t *seen = CF_NEW_N(a, uint8_t, set->exprs);
    for (size_t i = 0; i < set->rules.n; i++) {
        const struct lang_decl *d = set->rules.v[i];
        if (d->kind == LANG_GATE) {
            see_id(seen, d->as.gate.where, set->exprs);
            see_id(seen, d->as.gate.needs, set->exprs);
        } else if (d->kind == LANG_DUTY) {
            see_id(seen, d->as.duty.cond, set->exprs);
            see_id(seen, d->as.duty.where, set->exprs);
            see_id(seen, d->as.duty.owner, set->exprs);
            see_id(seen, d->as.duty.within.value, set->exprs);
            see_id(seen, d->as.duty.of, set->exprs);
        } else if (d->kind == LANG_FLAG) {
            see_id(seen, d->as.flag.cond, set->exprs);
        }
    }
    cf_arena_free(a);
}

/* ---- versions */

#define VERSION(from_to, lines)                                                                                                \
    "policy test.v \"V\"\n    owner team\n    serves S6\n    in force " from_to "\n    cites\n        law \"Law\"\n" lines

static void versions_of_a_name_are_chained_and_found_by_day(void **state) {
    (void)state;
    const char *texts[] = {
        HEAD,
        VERSION("from 2020-01-01 to 2023-12-31", "fact f about person = no r\nrecord r \"R\"\n    about child is person\n    "
                                                 "by constable\n    fields\n        old whole\n        both one of (a, b)\n"),
        VERSION("from 2024-01-01", "fact f about person = a r\nrecord r \"R\"\n    about child is person\n    by constable\n   "
                                   " fields\n        both one of (b, c)\n        new date\n")};
    struct checked c = check_files(texts, 3, NULL);
    if (!c.ok) {
        cf_errs_print(stderr, &c.errs);
    }
    assert_true(c.ok);
    const struct lang_decl *f = lang_find(c.set, "f"), *r = lang_find(c.set, "r");
    assert_null(f->newer);
    assert_non_null(f->older);
    assert_ptr_equal(lang_version_at(f, cf_day_of(2023, 12, 31)), f->older);
    assert_ptr_equal(lang_version_at(f->older, cf_day_of(2024, 1, 1)), f);
    assert_null(lang_version_at(f, cf_day_of(2019, 12, 31)));
    assert_int_equal(r->as.record.fields.n, 3); /* both, new, and old at the end */
    assert_text(r->as.record.fields.v[2].name.text, "old");
    assert_true(r->as.record.fields.v[2].retired);
    assert_int_equal(r->as.record.fields.v[0].inline_codes->as.codes.list.n, 3); /* b, c, and a, which old events hold */
    assert_int_equal(r->as.record.number, r->older->as.record.number);
    assert_ptr_equal(f->older->as.fact.value->sel->decl, r);
    cf_arena_free(c.a);
}

static void versions_that_overlap_are_refused(void **state) {
    (void)state;
    const char *texts[] = {HEAD, VERSION("from 2020-01-01 to 2024-01-01", ""), VERSION("from 2024-01-01", "")};
    assert_refused(check_files(texts, 3, NULL), CF_L052, "test.v");
}

static void a_field_never_changes_its_type(void **state) {
    (void)state;
    const char *texts[] = {
        HEAD,
        VERSION("from 2020-01-01 to 2023-12-31",
                "record r \"R\"\n    about child is person\n    by constable\n    fields\n        f whole\n"),
        VERSION("from 2024-01-01",
                "record r \"R\"\n    about child is person\n    by constable\n    fields\n        f date\n")};
    assert_refused(check_files(texts, 3, NULL), CF_L053, "f");
}

static void an_ordered_list_never_loses_a_code(void **state) {
    (void)state;
    const char *texts[] = {HEAD,
                           VERSION("from 2020-01-01 to 2023-12-31", "codes c\n    ordered\n    low \"L\"\n    high \"H\"\n"),
                           VERSION("from 2024-01-01", "codes c\n    ordered\n    low \"L\"\n")};
    assert_refused(check_files(texts, 3, NULL), CF_L053, "c");
}

static void a_name_never_changes_its_kind(void **state) {
    (void)state;
    const char *texts[] = {HEAD, VERSION("from 2020-01-01 to 2023-12-31", "setting s 3 confirmed law 1\n"),
                           VERSION("from 2024-01-01", "fact s about person = child\n")};
    assert_refused(check_files(texts, 3, NULL), CF_L053, "s");
}

/* ---- files */

#define TABLES                                                                                                                 \
    HEAD "codes offence from \"codes.tsv\"\n"                                                                                  \
         "table points from \"points.tsv\"\n    keyed by offence\n    gives points whole\n"

static void codes_and_tables_are_read_from_files_with_or_without_a_header(void **state) {
    (void)state;
    const char *text = TABLES;
    const struct test_file files[] = {{"codes.tsv", "# invented\ntheft\tTheft\n\nfraud\tFraud\n"},
                                      {"points.tsv", "offence\ttitle\tpoints\ntheft\tTheft\t-3\nfraud\tFraud\t\n"},
                                      {0}};
    struct checked c = check_files(&text, 1, files);
    assert_true(c.ok);
    const struct lang_codes *codes = &lang_find(c.set, "offence")->as.codes;
    assert_int_equal(codes->list.n, 2);
    assert_text(codes->list.v[1].title, "Fraud");
    const struct lang_table *t = &lang_find(c.set, "points")->as.table;
    assert_int_equal(t->rows.n, 1); /* a row that says nothing is no row */
    assert_int_equal(t->rows.v[0].cells.v[1]->num, -3);
    cf_arena_free(c.a);
}

static void a_wrong_line_of_a_file_is_shown_in_the_file(void **state) {
    (void)state;
    const char *text = TABLES;
    const struct test_file files[] = {{"codes.tsv", "theft\tTheft\n"}, {"points.tsv", "theft\tmany\n"}, {0}};
    struct checked c = check_files(&text, 1, files);
    assert_false(c.ok);
    assert_int_equal(c.errs.v[0].code, CF_L062);
    assert_text(c.errs.v[0].at.src->name, "points.tsv");
    size_t line, column;
    struct cf_str shown;
    cf_span_line(c.errs.v[0].at, &line, &column, &shown);
    assert_int_equal(line, 1);
    assert_int_equal(column, 7);
    cf_arena_free(c.a);
    const struct test_file unknown[] = {{"codes.tsv", "theft\tTheft\n"}, {"points.tsv", "arson\t1\n"}, {0}};
    assert_refused(check_files(&text, 1, unknown), CF_L062, "arson");
    const struct test_file none[] = {{"codes.tsv", "theft\tTheft\n"}, {0}};
    assert_refused(check_files(&text, 1, none), CF_L062, "points");
}

static void a_key_twice_and_a_key_missing_are_refused(void **state) {
    (void)state;
    const char *text = TABLES "    complete\n";
    const struct test_file twice[] = {{"codes.tsv", "theft\tTheft\n"}, {"points.tsv", "theft\t1\ntheft\t2\n"}, {0}};
    assert_refused(check_files(&text, 1, twice), CF_L075, "theft\t2");
    const struct test_file missing[] = {{"codes.tsv", "theft\tTheft\nfraud\tFraud\n"}, {"points.tsv", "theft\t1\n"}, {0}};
    assert_refused(check_files(&text, 1, missing), CF_L076, "points");
}

static void decimals_and_durations_in_a_table_are_exact(void **state) {
    (void)state;
    const char *text =
        HEAD "codes c\n    a \"A\"\n    b \"B\"\ntable share_of from \"f.tsv\"\n    keyed by c\n    gives part fraction\n"
             "table time_for from \"d.tsv\"\n    keyed by c\n    gives time duration\n";
    const struct test_file files[] = {{"f.tsv", "a\t0.25\nb\t-1.5\n"}, {"d.tsv", "a\t3 working days\n"}, {0}};
    struct checked c = check_files(&text, 1, files);
    assert_true(c.ok);
    const struct lang_table *t = &lang_find(c.set, "share_of")->as.table;
    assert_int_equal(t->rows.v[0].cells.v[1]->num, 25);
    assert_int_equal(t->rows.v[0].cells.v[1]->den, 100);
    assert_int_equal(t->rows.v[1].cells.v[1]->num, -15);
    assert_int_equal(lang_find(c.set, "time_for")->as.table.rows.v[0].cells.v[1]->duration.unit, CF_WORKING_DAY);
    cf_arena_free(c.a);
}

/* ---- many errors, deep chains */

static void one_mistake_gives_one_error_and_several_give_several(void **state) {
    (void)state;
    struct cf_arena *a = cf_arena_new("text");
    struct checked c =
        check_text(cf_cstr(a, cf_str_printf(a, "%s%s%s", HEAD, CASE,
                                            "fact wrong about person = a nothing_here\n"
                                            "flag f \"F\"\n    about person\n    while child and wrong and stop.fuond = yes "
                                            "and stop.result = arest\n    cites law 1\n"
                                            "gate g \"G\"\n    before stop\n    needs f and wrong\n    cites law 1\n")));
    assert_false(c.ok);
    assert_int_equal(c.errs.failures, 3);
    cf_arena_free(c.a);
    cf_arena_free(a);
}

static void facts_that_double_at_each_step_are_checked_quickly(void **state) {
    (void)state;
    struct cf_arena *a = cf_arena_new("text");
    struct cf_buf b = cf_buf_new(a, CF_MAX_SOURCE_BYTES);
    cf_buf_printf(&b, "%s%sfact f0 in case = count of stop\nfact d0 in case = stop.happened - stop.recorded\n", HEAD, CASE);
    for (int i = 1; i < 120; i++) {
        cf_buf_printf(&b, "fact f%d in case = f%d + f%d\nfact d%d in case = d%d + d%d\n", i, i - 1, i - 1, i, i - 1, i - 1);
    }
    cf_buf_lit(&b, "flag f \"F\"\n    in case\n    while f119 >= 1 and d119 > d118\n    cites law 1\n");
    struct cf_str text;
    assert_true(cf_buf_finish(&b, &text));
    struct checked c = check_text(cf_cstr(a, text));
    assert_true(c.ok);
    (void)lang_look_back_days(c.set, LANG_PERSON);
    cf_arena_free(c.a);
    cf_arena_free(a);
}

static void a_chain_of_facts_has_an_end(void **state) {
    (void)state;
    struct cf_arena *a = cf_arena_new("text");
    struct cf_buf b = cf_buf_new(a, CF_MAX_SOURCE_BYTES);
    cf_buf_printf(&b, "%s%s", HEAD, CASE);
    for (int i = 0; i < 1000; i++) {
        cf_buf_printf(&b, "fact f%d in case = f%d\n", i, i + 1);
    }
    cf_buf_lit(&b, "fact f1000 in case = count of stop\n");
    struct cf_str text;
    assert_true(cf_buf_finish(&b, &text));
    struct checked c = check_text(cf_cstr(a, text));
    assert_false(c.ok);
    assert_true(count_code(&c, CF_L092) > 0);
    cf_arena_free(c.a);
    cf_arena_free(a);
}

/* ---- roles, look-back */

static void a_role_is_itself_what_it_includes_and_any_rank_below(void **state) {
    (void)state;
    struct checked c = with("");
    const struct lang_decl *constable = lang_find(c.set, "constable"), *sergeant = lang_find(c.set, "sergeant");
    const struct lang_decl *trainer = lang_find(c.set, "trainer"), *head = lang_find(c.set, "head");
    assert_true(lang_role_is(sergeant, sergeant));
    assert_true(lang_role_is(sergeant, constable));
    assert_false(lang_role_is(constable, sergeant));
    assert_true(lang_role_is(head, trainer));
    assert_false(lang_role_is(trainer, head));
    assert_false(lang_role_is(trainer, constable));
    assert_true(lang_role_is(trainer, NULL)); /* anyone */
    cf_arena_free(c.a);
}

static void the_look_back_is_the_longest_window_or_none(void **state) {
    (void)state;
    struct checked c = with("record seen \"Seen\"\n    about team is unit\n    by constable\n"
                            "flag f \"F\"\n    about unit\n    while count of seen in the last 6 months >= 3 or a seen in the "
                            "last 2 weeks\n    cites law 1\n");
    assert_in_range(lang_look_back_days(c.set, LANG_UNIT_SUBJECT), 184, 190);
    assert_int_equal(lang_look_back_days(c.set, LANG_PLACE), 0);
    cf_arena_free(c.a);
    struct checked d = with("record seen \"Seen\"\n    about team is unit\n    by constable\n"
                            "flag f \"F\"\n    about unit\n    while a seen\n    cites law 1\n");
    assert_int_equal(lang_look_back_days(d.set, LANG_UNIT_SUBJECT), INT32_MAX);
    cf_arena_free(d.a);
}

/* ---- words of the checker's notes */

static void where_unknown_decides_is_noted_unless_it_is_guarded(void **state) {
    (void)state;
    struct checked c = with(
        "duty d \"D\"\n    after stop\n    where decision.level < high\n    owner sergeant\n    done by decision\n    cites "
        "law 1\n"
        "duty e \"E\"\n    after stop\n    where a decision and decision.level < high\n    owner sergeant\n    done by "
        "decision\n"
        "    cites law 1\n"
        "duty h \"H\"\n    after stop\n    where (decision.level else low) < high\n    owner sergeant\n    done by decision\n"
        "    cites law 1\n");
    assert_int_equal(count_code(&c, CF_L100), 1);
    assert_int_equal(count_code(&c, CF_L102), 3);
    cf_arena_free(c.a);
}

static void a_gate_is_noted_until_it_is_measured_by_ethnicity_and_sex(void **state) {
    (void)state;
    struct checked c = with("gate g \"G\"\n    before stop\n    needs stop.found = yes\n    cites law 1\n"
                            "measure m \"M\"\n    share of stop that kept g\n    by month, ethnicity\n");
    assert_int_equal(count_code(&c, CF_L103), 1);
    cf_arena_free(c.a);
    struct checked d = with("gate g \"G\"\n    before stop\n    needs stop.found = yes\n    cites law 1\n"
                            "measure m \"M\"\n    share of stop that kept g\n    by month, ethnicity, sex\n");
    assert_int_equal(count_code(&d, CF_L103), 0);
    cf_arena_free(d.a);
}

static void a_calendar_that_ends_soon_is_noted_where_days_are_counted(void **state) {
    (void)state;
    struct checked c =
        with("duty d \"D\"\n    after stop\n    owner sergeant\n    within 3 working days\n    done by decision\n"
             "    cites law 1\n");
    int32_t today = cf_day_of(2026, 11, 24);
    lang_note_calendar(c.set, false, CF_LIT("holidays"), today + 400, today, &c.errs);
    lang_note_calendar(c.set, true, CF_LIT("terms"), today, today, &c.errs); /* nothing asks for a school day */
    assert_int_equal(count_code(&c, CF_L104), 0);
    lang_note_calendar(c.set, false, CF_LIT("holidays"), today + 399, today, &c.errs);
    assert_int_equal(count_code(&c, CF_L104), 1);
    assert_text(c.errs.v[c.errs.n - 1].msg, "`d` counts working days, and the calendar holidays ends on 2027-12-28");
    assert_true(c.errs.v[c.errs.n - 1].warning && c.ok);
    cf_arena_free(c.a);
    const struct test_file files[] = {{"hours.tsv", "low\t2 working days\n"}, {0}};
    const char *text = HEAD CASE "table hours_for\n    from \"hours.tsv\"\n    keyed by risk\n    gives time duration\n";
    struct checked d = check_files(&text, 1, files);
    lang_note_calendar(d.set, false, CF_LIT("holidays"), today, today, &d.errs);
    assert_int_equal(count_code(&d, CF_L104), 1); /* low: 2 working days */
    cf_arena_free(d.a);
}

/* ---- folders */

static void the_worked_policies_have_no_errors(void **state) {
    (void)state;
    struct cf_arena *a = cf_arena_new("worked");
    struct cf_errs errs = cf_errs_new(a);
    struct lang_set *set;
    const struct cf_zone *zone = cf_zone_load(a, "Europe/London", &errs);
    bool ok = lang_load(a, "test/lang/good", zone, &errs, &set);
    if (!ok) {
        cf_errs_print(stderr, &errs);
    }
    assert_true(ok);
    assert_int_equal(errs.failures, 0);
    assert_true(set->policies.n >= 13);
    assert_non_null(lang_find_kind(set, LANG_GATE, CF_LIT("missing_risk.departure")));
    cf_arena_free(a);
}

static void write_text(struct cf_arena *a, const char *folder, const char *name, const char *text) {
    struct cf_errs errs = cf_errs_new(a);
    assert_true(cf_write_file(cf_cstr(a, cf_str_printf(a, "%s/%s", folder, name)), cf_str_from(text), &errs));
}

static void a_folder_is_read_whole_and_a_file_with_its_folder(void **state) {
    (void)state;
    struct cf_arena *a = cf_arena_new("folder");
    char folder[] = "/tmp/childfirst-load-XXXXXX";
    assert_non_null(mkdtemp(folder));
    const char *below = cf_cstr(a, cf_str_printf(a, "%s/below", folder)),
               *file = cf_cstr(a, cf_str_printf(a, "%s/b.policy", folder));
    assert_int_equal(mkdir(below, 0700), 0);
    write_text(a, folder, "a.policy", HEAD CASE);
    write_text(a, folder, "b.policy",
               VERSION("from 2024-01-01", "table points from \"points.tsv\"\n    keyed by risk\n    gives points whole\n"));
    write_text(a, folder, "points.tsv", "low\t1\n");
    write_text(
        a, below, "c.policy",
        "policy test.c \"C\"\n    owner team\n    serves S6\n    in force from 2024-01-01\n    cites\n        law \"Law\"\n");
    write_text(a, folder, "notes.txt", "not a policy");
    for (int i = 0; i < 2; i++) {
        struct cf_errs errs = cf_errs_new(a);
        struct lang_set *set;
        bool ok = lang_load(a, i == 0 ? folder : file, NULL, &errs, &set);
        if (!ok) {
            cf_errs_print(stderr, &errs);
        }
        assert_true(ok);
        assert_int_equal(set->policies.n, 3);
        assert_int_equal(lang_find(set, "points")->as.table.rows.n, 1);
    }
    static const char *const made[] = {"a.policy", "b.policy", "points.tsv", "notes.txt", "below/c.policy"};
    for (size_t i = 0; i < CF_COUNT(made); i++) {
        assert_int_equal(unlink(cf_cstr(a, cf_str_printf(a, "%s/%s", folder, made[i]))), 0);
    }
    assert_int_equal(rmdir(below), 0);
    struct cf_errs errs = cf_errs_new(a);
    struct lang_set *set;
    assert_false(lang_load(a, folder, NULL, &errs, &set)); /* nothing there */
    assert_int_equal(errs.v[0].code, CF_B001);
    assert_int_equal(rmdir(folder), 0);
    struct cf_errs gone = cf_errs_new(a);
    assert_false(lang_load(a, folder, NULL, &gone, &set));
    assert_int_equal(gone.v[0].code, CF_B001);
    cf_arena_free(a);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_is_a_role_has_what_it_gives),
        cmocka_unit_test(the_widest_view_holds_and_silence_is_the_unit),
        cmocka_unit_test(purposes_come_with_roles_and_with_the_partner_of_the_name),
        cmocka_unit_test(a_record_is_seen_for_what_it_says_and_else_for_all),
        cmocka_unit_test(every_ability_has_its_word_and_its_meaning),
        cmocka_unit_test(a_bare_name_beside_a_coded_value_is_its_code),
        cmocka_unit_test(a_fact_knows_whose_role_it_is_read_of),
        cmocka_unit_test(with_reads_the_events_own_fields_and_what_they_keep),
        cmocka_unit_test(a_trigger_is_an_event_or_an_instant_as_wanted),
        cmocka_unit_test(an_owner_is_a_role_a_unit_the_actor_or_somebody_named),
        cmocka_unit_test(a_step_has_the_roles_of_its_opener),
        cmocka_unit_test(count_of_a_set_is_told_from_count_of_events),
        cmocka_unit_test(a_set_may_be_counted_and_summed_inside_with),
        cmocka_unit_test(a_code_comes_before_a_field_of_the_same_name),
        cmocka_unit_test(child_names_a_person_whose_role_has_another_name),
        cmocka_unit_test(a_gate_and_a_fact_may_share_a_name),
        cmocka_unit_test(birth_is_the_dated_field_born_of_a_record_about_a_person),
        cmocka_unit_test(a_departure_is_a_gate_of_its_own),
        cmocka_unit_test(more_lines_stand_after_the_rules_own_and_say_whence),
        cmocka_unit_test(numbers_are_dense_and_built_in_records_come_first),
        cmocka_unit_test(no_two_expressions_share_a_number),
        cmocka_unit_test(versions_of_a_name_are_chained_and_found_by_day),
        cmocka_unit_test(versions_that_overlap_are_refused),
        cmocka_unit_test(a_field_never_changes_its_type),
        cmocka_unit_test(an_ordered_list_never_loses_a_code),
        cmocka_unit_test(a_name_never_changes_its_kind),
        cmocka_unit_test(codes_and_tables_are_read_from_files_with_or_without_a_header),
        cmocka_unit_test(a_wrong_line_of_a_file_is_shown_in_the_file),
        cmocka_unit_test(a_key_twice_and_a_key_missing_are_refused),
        cmocka_unit_test(decimals_and_durations_in_a_table_are_exact),
        cmocka_unit_test(one_mistake_gives_one_error_and_several_give_several),
        cmocka_unit_test(facts_that_double_at_each_step_are_checked_quickly),
        cmocka_unit_test(a_chain_of_facts_has_an_end),
        cmocka_unit_test(a_role_is_itself_what_it_includes_and_any_rank_below),
        cmocka_unit_test(the_look_back_is_the_longest_window_or_none),
        cmocka_unit_test(where_unknown_decides_is_noted_unless_it_is_guarded),
        cmocka_unit_test(a_calendar_that_ends_soon_is_noted_where_days_are_counted),
        cmocka_unit_test(a_gate_is_noted_until_it_is_measured_by_ethnicity_and_sex),
        cmocka_unit_test(the_worked_policies_have_no_errors),
        cmocka_unit_test(a_folder_is_read_whole_and_a_file_with_its_folder),
    };
    return cmocka_run_group_tests_name("check", tests, NULL, NULL);
}
