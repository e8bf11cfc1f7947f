/* The parser: what it keeps of each construct, what it takes in as a line, and that errors are collected. Exact error texts
 * stand under test/lang/bad/syntax; here are those that need a great or a strange file. */
#include "unit/unit.h"

#include <dirent.h>
#include <stdio.h>

#include "unit/lang/tree.h"

static int make_arena(void **state) {
    *state = cf_arena_new("test");
    return 0;
}
static int free_arena(void **state) {
    cf_arena_free(*state);
    return 0;
}

#define HEAD "policy a.b \"A\"\n    owner x\n    serves S1\n    in force from 2024-01-01\n    cites\n        law \"Law\"\n"

static bool parse(struct cf_arena *a, struct cf_str text, struct cf_errs *errs, struct lang_decl **d) {
    struct cf_source *src = CF_NEW(a, struct cf_source);
    *src = (struct cf_source){.name = CF_LIT("folder/given.policy"), .text = text};
    *errs = cf_errs_new(a);
    return lang_parse(a, src, errs, d);
}

/* The only declaration behind the head. */
static const struct lang_decl *decl(struct cf_arena *a, const char *text) {
    struct cf_errs errs;
    struct lang_decl *d;
    if (!parse(a, cf_str_printf(a, "%s%s", HEAD, text), &errs, &d)) {
        cf_errs_print(stderr, &errs);
        fail_msg("does not parse: %s", text);
    }
    assert_int_equal(d->as.policy.decls.n, 1);
    return d->as.policy.decls.v[0];
}
static const struct lang_expr *expr(struct cf_arena *a, const char *text) {
    const struct lang_decl *d = decl(a, cf_cstr(a, cf_str_printf(a, "fact f about person = %s\n", text)));
    return d->as.fact.value;
}
static enum cf_code first_error(struct cf_arena *a, struct cf_str text) {
    struct cf_errs errs;
    struct lang_decl *d;
    assert_false(parse(a, text, &errs, &d));
    assert_non_null(d);
    assert_true(errs.n > 0);
    return errs.v[0].code;
}

/* ---------------------------------------------------------------- lines */

static void both_forms_of_a_policy_are_one_tree(void **state) {
    struct cf_arena *a = *state;
    const char *lines =
        "duty d \"D\"\n    after r\n    owner o\n    within 3 days of the earlier of trigger\n        and the due time it met\n"
        "    done by s\n    cites law 1\n";
    const char *line = "duty d \"D\"; after r; owner o\n  within 3 days of the earlier of trigger and the due time it met; "
                       "done by s; cites law 1\n";
    struct cf_errs errs;
    struct lang_decl *x, *y;
    assert_true(parse(a, cf_str_printf(a, "%s%s", HEAD, lines), &errs, &x));
    assert_true(parse(a, cf_str_printf(a, "%s%s", HEAD, line), &errs, &y));
    assert_text(tree_text(a, x), cf_cstr(a, tree_text(a, y)));
}

static void windows_line_ends_and_a_byte_order_mark_change_nothing(void **state) {
    struct cf_arena *a = *state;
    struct cf_errs errs;
    struct lang_decl *x, *y;
    struct cf_str unix_text = cf_str_from(HEAD "fact f about person = a # why\n");
    struct cf_buf b = cf_buf_new(a, 10000);
    cf_buf_lit(&b, "\xEF\xBB\xBF");
    for (size_t i = 0; i < unix_text.n; i++) {
        cf_buf_lit(&b, unix_text.p[i] == '\n' ? "\r" : "");
        cf_buf_add(&b, unix_text.p + i, 1);
    }
    struct cf_str other;
    assert_true(cf_buf_finish(&b, &other));
    assert_true(parse(a, unix_text, &errs, &x));
    assert_true(parse(a, other, &errs, &y));
    assert_text(tree_text(a, y), cf_cstr(a, tree_text(a, x)));
    assert_text(y->as.policy.comments.v[0].text, " why");
}

static void fields_may_stand_below_behind_or_under_their_word(void **state) {
    struct cf_arena *a = *state;
    const char *const forms[] = {
        "record r \"R\"\n    in e\n    fields\n        x date\n        by whole\n    by o\n",
        "record r \"R\"; in e; fields x date\n    by o\n",
        "record r \"R\"\n    in e\n    fields  x date\n            y whole\n    by o\n",
        "record r \"R\"; in e; by o; fields x date; y whole\n    z narrative \"Why\"\n",
    };
    const size_t fields[] = {2, 1, 2, 3};
    for (size_t i = 0; i < CF_COUNT(forms); i++) {
        const struct lang_decl *d = decl(a, forms[i]);
        assert_int_equal(d->as.record.fields.n, fields[i]);
        assert_int_equal(d->as.record.by.n, 1);
        assert_text(d->as.record.fields.v[0].name.text, "x");
    }
}

static void comments_are_kept_with_their_places(void **state) {
    struct cf_errs errs;
    struct lang_decl *d;
    assert_true(parse(*state, cf_str_from("# first\n" HEAD "fact f about person = a  # beside\n"), &errs, &d));
    assert_int_equal(d->as.policy.comments.n, 2);
    assert_text(d->as.policy.comments.v[0].text, " first");
    assert_true(d->as.policy.comments.v[0].alone);
    assert_text(d->as.policy.comments.v[1].text, " beside");
    assert_false(d->as.policy.comments.v[1].alone);
    size_t line, column;
    struct cf_str text;
    cf_span_line(d->as.policy.comments.v[1].at, &line, &column, &text);
    assert_int_equal(line, 8);
    assert_int_equal(column, 26);
}

static void the_policy_knows_its_folder(void **state) {
    struct cf_errs errs;
    struct lang_decl *d;
    assert_true(parse(*state, cf_str_from(HEAD), &errs, &d));
    assert_text(d->as.policy.folder, "folder");
    assert_int_equal(d->as.policy.to, INT32_MAX);
    assert_text(d->as.policy.serves.v[0], "S1");
}

/* ---------------------------------------------------------------- expressions */

static void words_of_the_language_are_names_where_they_can_be(void **state) {
    struct cf_arena *a = *state;
    assert_int_equal(expr(a, "child.sex = first.held")->op, LANG_EQ);
    assert_int_equal(expr(a, "child")->op, LANG_CHILD);
    assert_int_equal(expr(a, "trigger.to = x")->a->op, LANG_PATH);
    assert_int_equal(expr(a, "x = closed")->b->op, LANG_NAME);
    assert_int_equal(expr(a, "x = no")->b->op, LANG_NO);
    assert_int_equal(expr(a, "x = no or y = 1")->op, LANG_OR);
    assert_int_equal(expr(a, "no x and a y")->op, LANG_AND);
    assert_int_equal(expr(a, "count = 3")->a->op, LANG_NAME);
    assert_int_equal(expr(a, "open = 3 and open held")->b->op, LANG_OPEN);
    assert_text(decl(a, "record review \"R\"; in record; by child\n")->name.text, "review");
    assert_text(decl(a, "record duty \"R\"; in any; by anyone\n")->name.text, "duty");
}

static void a_list_after_in_ends_at_what_is_no_code(void **state) {
    const struct lang_expr *e = expr(*state, "r.adult in present, declined or q.urgent = yes");
    assert_int_equal(e->op, LANG_OR);
    assert_int_equal(e->a->op, LANG_IN_LIST);
    assert_int_equal(e->a->list.n, 2);
    e = expr(*state, "age in 10 to 17 and x");
    assert_int_equal(e->a->op, LANG_IN_RANGE);
    assert_int_equal(e->a->b->num, 10);
    assert_int_equal(e->a->c->num, 17);
    e = expr(*state, "x in (a, b)");
    assert_int_equal(e->list.n, 2);
}

static void with_takes_the_whole_condition_and_brackets_end_it(void **state) {
    const struct lang_expr *e = expr(*state, "a r with x = 1 and y = 2");
    assert_int_equal(e->op, LANG_EXISTS);
    assert_int_equal(e->sel->with->op, LANG_AND);
    e = expr(*state, "a (r with x = 1) and y = 2");
    assert_int_equal(e->op, LANG_AND);
    assert_true(e->a->bracketed);
    e = expr(*state, "count of r as child with x = yes in the last 6 months since s in any episode >= 3");
    assert_int_equal(e->op, LANG_GE);
    const struct lang_sel *s = e->a->sel;
    assert_text(s->role.text, "child");
    assert_int_equal(s->with->op, LANG_EQ);
    assert_int_equal(s->last->duration.n, 6);
    assert_int_equal(s->last->duration.unit, CF_MONTH);
    assert_text(s->since.text, "s");
    assert_true(s->any_episode);
}

static void instants_bind_as_they_are_said(void **state) {
    const struct lang_expr *e = expr(*state, "9 months before child turns 18 is reached and not (child turns 18 is reached)");
    assert_int_equal(e->op, LANG_AND);
    assert_int_equal(e->a->op, LANG_IS_REACHED);
    assert_int_equal(e->a->a->op, LANG_BEFORE);
    assert_int_equal(e->a->a->duration.n, 9);
    assert_int_equal(e->a->a->a->op, LANG_TURNS);
    assert_int_equal(e->a->a->a->num, 18);
    e = expr(*state, "the later of 6 months before child turns 18 and 10 working days after trigger");
    assert_int_equal(e->op, LANG_LATER);
    assert_int_equal(e->a->op, LANG_BEFORE);
    assert_int_equal(e->b->op, LANG_AFTER);
    assert_int_equal(e->b->duration.unit, CF_WORKING_DAY);
    e = expr(*state, "limit before the due time it met");
    assert_int_equal(e->op, LANG_BEFORE);
    assert_int_equal(e->b->op, LANG_NAME);
    assert_int_equal(e->a->op, LANG_DUE_MET);
}

static void values_bind_tighter_than_comparisons_and_else_between(void **state) {
    const struct lang_expr *e = expr(*state, "a.b < (previous a.b else c) + 1 - -2");
    assert_int_equal(e->op, LANG_LT);
    assert_int_equal(e->b->op, LANG_SUB);
    assert_int_equal(e->b->b->num, -2);
    assert_int_equal(e->b->a->op, LANG_ADD);
    assert_int_equal(e->b->a->a->op, LANG_ELSE);
    assert_true(e->b->a->a->bracketed);
    assert_true(e->b->a->a->a->previous);
    e = expr(*state, "child.school else home_education of child.authority");
    assert_int_equal(e->op, LANG_ELSE);
    assert_int_equal(e->b->op, LANG_PARTNER_OF);
    assert_text(e->b->name.text, "home_education");
}

static void sums_counts_and_spans_keep_what_they_look_at(void **state) {
    const struct lang_expr *e = expr(*state, "sum of points over account.factors");
    assert_int_equal(e->op, LANG_SUM_TABLE);
    assert_text(e->name.text, "points");
    assert_int_equal(e->a->op, LANG_PATH);
    e = expr(*state, "sum of reached over session in the last 3 months");
    assert_int_equal(e->op, LANG_SUM_FIELD);
    assert_text(e->path.v[0].text, "reached");
    assert_int_equal(e->sel->last->duration.n, 3);
    e = expr(*state, "count of lead_named as lead - count of lead_named as former");
    assert_int_equal(e->op, LANG_SUB);
    assert_int_equal(e->b->op, LANG_COUNT_SEL);
    assert_int_equal(expr(*state, "count of holders")->op, LANG_COUNT_SET);
    assert_int_equal(expr(*state, "count of r.officers")->op, LANG_COUNT_SET);
    e = expr(*state, "first (r with x = 1).happened");
    assert_int_equal(e->op, LANG_FIRST_FIELD);
    assert_text(e->path.v[0].text, "happened");
    assert_int_equal(expr(*state, "last r.level")->op, LANG_LAST_FIELD);
    e = expr(*state, "longest time in hospital in the last 24 hours between 22:00 and 06:00");
    assert_int_equal(e->op, LANG_TIME_IN);
    assert_true(e->longest);
    assert_int_equal(e->duration.unit, CF_HOUR);
    assert_int_equal(e->num, 22 * 3600);
    assert_int_equal(e->num2, 6 * 3600);
    assert_int_equal(e->days, 0);
    e = expr(*state, "x in time in hospital between 22:00 and 06:00 on sunday, friday, y");
    assert_int_equal(e->list.n, 2);
    assert_int_equal(e->list.v[0]->days, 1 << 6 | 1 << 4);
    e = expr(*state, "base[a.b, 3]");
    assert_int_equal(e->op, LANG_TABLE_REF);
    assert_int_equal(e->list.n, 2);
}

static void literals_keep_their_values(void **state) {
    struct cf_arena *a = *state;
    const struct lang_expr *e = expr(a, "2024-06-03 15:10");
    assert_int_equal(e->op, LANG_INSTANT_LIT);
    assert_int_equal(e->num2, (int64_t)cf_day_of(2024, 6, 3) * 86400 + 15 * 3600 + 600);
    assert_int_equal(expr(a, "1,200,000")->num, 1200000);
    e = expr(a, "12.5");
    assert_int_equal(e->num, 125);
    assert_int_equal(e->den, 10);
    assert_int_equal(expr(a, "40%")->den, 100);
    assert_int_equal(expr(a, "3 weeks")->duration.unit, CF_WEEK);
    assert_int_equal(expr(a, "08:45")->num, 8 * 3600 + 45 * 60);
    assert_int_equal(expr(a, "2024-06-03")->op, LANG_DATE_LIT);
    assert_text(expr(a, "\"a \\\"b\\\" \\\\\"")->text, "a \"b\" \\");
}

/* ---------------------------------------------------------------- declarations */

static void a_duty_keeps_every_clause(void **state) {
    const struct lang_decl *decl_ = decl(
        *state,
        "duty d \"D\"; after r; where x >= 4 to verify; owner childrens_services of trigger.to\n"
        "    within limit of being known to verify; not counting hospital, court\n"
        "    extended by e where kept g to 36 hours; extended by f to 40 hours to verify\n"
        "    done by s with a in b, c or t where u counting from 12 months before child turns 18\n"
        "    void by v or sent w; void when z; warn 1 hour before; warn 2 days after to verify\n"
        "    escalate to p; escalate to q after 3 days; lawful use of sex law 1; cites law 2(3)(a), law, other \"Text\"\n");
    const struct lang_duty *d = &decl_->as.duty;
    assert_true(d->where->to_verify);
    assert_int_equal(d->owner->op, LANG_PARTNER_OF);
    assert_int_equal(d->within.value->op, LANG_NAME);
    assert_int_equal(d->of->op, LANG_BEING_KNOWN);
    assert_true(d->within.to_verify);
    assert_int_equal(d->not_counting.n, 2);
    assert_int_equal(d->extended.n, 2);
    assert_int_equal(d->extended.v[0].where->op, LANG_KEPT);
    assert_true(d->extended.v[1].to.to_verify);
    assert_int_equal(d->done_by.n, 1); /* the `with` takes `or t`: a bracket would end it */
    assert_int_equal(d->counting_from->op, LANG_BEFORE);
    assert_int_equal(d->void_by.n, 2);
    assert_int_equal(d->void_by.v[1]->kind, LANG_SEL_SENT);
    assert_int_equal(d->warn.n, 2);
    assert_true(d->warn.v[1].after && d->warn.v[1].d.to_verify);
    assert_int_equal(d->escalate.v[1].after.value->duration.n, 3);
    assert_text(decl_->lawful.v[0].label.text, "sex");
    assert_int_equal(decl_->cites.n, 3);
    assert_text(decl_->cites.v[0].text, "2(3)(a)");
    assert_int_equal(decl_->cites.v[1].text.n, 0);
    assert_text(decl_->cites.v[2].text, "Text");
}

static void mixing_with_or_in_a_list_of_endings_needs_brackets(void **state) {
    const struct lang_decl *d =
        decl(*state, "duty d \"D\"; after r; owner o; done by (s with x = 1 and y) or t with z; cites law 1\n");
    assert_int_equal(d->as.duty.done_by.n, 2);
    assert_int_equal(d->as.duty.done_by.v[0]->with->op, LANG_AND);
}

static void triggers_are_four(void **state) {
    struct cf_arena *a = *state;
    const struct lang_duty *d = &decl(a, "duty d \"D\"; after breach of g.departure; owner o; done by s\n")->as.duty;
    assert_int_equal(d->trigger, LANG_AFTER_BREACH);
    assert_text(d->breach_of.text, "g.departure");
    d = &decl(a, "duty d \"D\"; in e when a x; owner o; done by s\n")->as.duty;
    assert_int_equal(d->trigger, LANG_WHEN);
    assert_true(d->scope.in);
    d = &decl(a, "duty d \"D\"; about unit each quarter while a x; owner o; done by s\n")->as.duty;
    assert_int_equal(d->trigger, LANG_EACH);
    assert_int_equal(d->period, LANG_QUARTER);
    assert_int_equal(d->scope.kind, LANG_UNIT_SUBJECT);
}

static void a_measure_keeps_population_and_parts(void **state) {
    struct cf_arena *a = *state;
    const struct lang_measure *m =
        &decl(a, "measure m \"M\"; share of r where child that where x = 1; by month, owner as \"Who\"\n")->as.measure;
    assert_int_equal(m->where->op, LANG_CHILD);
    assert_int_equal(m->that->op, LANG_EQ);
    assert_text(m->by.v[1].as, "Who");
    m = &decl(a, "measure m \"M\"; share of r where x; aim down\n")->as.measure;
    assert_null(m->where);
    assert_int_equal(m->that->op, LANG_NAME);
    assert_int_equal(m->aim, -1);
    m = &decl(a, "measure m \"M\"; share of d that met; aim up to 95%\n")->as.measure;
    assert_int_equal(m->that->op, LANG_MET);
    assert_text(m->that->name.text, "met");
    assert_true(m->has_target && m->target_percent);
    assert_int_equal(m->target, 95);
    m = &decl(a, "measure m \"M\"; median of time in hospital over closed detention where x\n")->as.measure;
    assert_int_equal(m->pop, LANG_POP_CLOSED);
    assert_int_equal(m->value->op, LANG_TIME_IN);
    assert_int_equal(m->percentile, 0);
    m = &decl(a, "measure m \"M\"; percentile 90 of time in hospital over closed detention where x\n")->as.measure;
    assert_int_equal(m->form, LANG_MEDIAN);
    assert_int_equal(m->percentile, 90);
    assert_int_equal(m->pop, LANG_POP_CLOSED);
    m = &decl(a, "measure m \"M\"; rate of r with x = 1 per 1,000 people; compare e with white within borough; followed by q "
                 "within 3 days\n")
             ->as.measure;
    assert_int_equal(m->per, 1000);
    assert_non_null(m->pop_sel);
    assert_text(m->within.text, "borough");
    assert_int_equal(m->followed_within->duration.n, 3);
    m = &decl(a, "measure m \"M\"; count of person where searched_often\n")->as.measure;
    assert_int_equal(m->pop, LANG_POP_SUBJECTS);
}

static void a_role_and_a_unit_may_stand_on_one_line(void **state) {
    struct cf_arena *a = *state;
    const struct lang_role_decl *r =
        &decl(a, "role r \"R\" rank 3 includes s, t granted when a course in the last 2 years purposes p "
                 "may audit, merge sees own\n")
             ->as.role;
    assert_int_equal(r->rank, 3);
    assert_int_equal(r->includes.n, 2);
    assert_int_equal(r->granted_when->sel->last->duration.unit, CF_YEAR);
    assert_int_equal(r->purposes.n, 1);
    assert_int_equal(r->may, 1u << LANG_MAY_AUDIT | 1u << LANG_MAY_MERGE);
    assert_int_equal(r->sees, LANG_SEES_OWN);
    assert_int_equal(decl(a, "role s \"S\" rank 1\n")->as.role.sees, LANG_SEES_NOT_SAID);
    const struct lang_record *seen = &decl(a, "record c \"C\"; about child is person; by s; seen for p, q\n")->as.record;
    assert_int_equal(seen->seen_for.n, 2);
    assert_text(seen->seen_for.v[1].text, "q");
    const struct lang_unit_decl *u =
        &decl(a, "unit u \"U\" kind bcu boroughs a, b open friday to monday 08:00 to 24:00\n")->as.unit;
    assert_int_equal(u->open.v[0].days, 0x71);
    assert_int_equal(u->open.v[0].to_s, 86400);
    const struct lang_wording *w =
        &decl(a, "indicator i \"I\"\n    \"p\" weight -2 to verify because \"r\" law 1\n    \"q\" weight 3\n")->as.wording;
    assert_int_equal(w->patterns.n, 2);
    assert_int_equal(w->patterns.v[0].weight.value->num, -2);
    assert_text(w->patterns.v[0].cite.text, "1");
}

/* ---------------------------------------------------------------- examples */

static void an_example_keeps_wall_clocks_and_values(void **state) {
    const struct lang_example *x =
        &decl(*state,
              "example \"E\"\n    school Oak  term 2024-04-15 to 2024-05-24; term 2024-06-03 to 2024-07-23; starts 08:45\n"
              "    child Ben  born 2012-09-01, school Oak; child Cal\n    table t  a 24 hours; b 3\n"
              "    2024-06-03        r = first  officers Lee (sex female, rank 2), Roe; by inspector and Khan; in nothing\n"
              "    2024-06-03 15:10  sent s     to Kent; recorded 2024-06-04 09:00; child Ben\n"
              "    2024-06-03 16:00  correction  corrects first outcome not asked\n"
              "    at 2024-06-04 of Ben as known at 2024-06-03 18:00\n"
              "        expect breach g.departure of first; d of 2024-Q1 stopped left 105:10 entered later\n"
              "        expect score 2 to 4; choice caution not known; no flag; level medium could be high\n"
              "        expect d pending due 2024-06-17 owner partner of Kent\n")
             ->as.example;
    assert_int_equal(x->items.n, 8);
    assert_text(x->items.v[0].subject->kind.text, "school");
    assert_int_equal(x->items.v[0].subject->attrs.n, 3);
    assert_int_equal(x->items.v[0].subject->attrs.v[1].values.n, 2);
    assert_text(x->items.v[2].subject->name.text, "Cal");
    assert_int_equal(x->items.v[3].subject->attrs.n, 2);
    assert_int_equal(x->items.v[3].subject->attrs.v[0].name.text.n, 0);
    assert_int_equal(x->items.v[3].subject->attrs.v[0].values.v[1]->op, LANG_DURATION_LIT);
    const struct lang_ex_event *ev = x->items.v[4].event;
    assert_true(ev->day_only);
    assert_int_equal(ev->happened, (int64_t)cf_day_of(2024, 6, 3) * 86400);
    assert_int_equal(ev->happened_to, ev->happened + 86399);
    assert_text(ev->label.text, "first");
    assert_int_equal(ev->attrs.v[0].values.v[0]->list.n, 2);
    assert_int_equal(ev->attrs.v[1].values.n, 2);
    assert_int_equal(ev->attrs.v[2].values.v[0]->op, LANG_NOTHING);
    assert_int_equal(x->items.v[5].event->kind, LANG_SEL_SENT);
    assert_int_equal(x->items.v[6].event->attrs.v[0].values.n, 3);
    const struct lang_ex_at *at = x->items.v[7].at;
    assert_true(at->known_at_set);
    assert_text(at->of.text, "Ben");
    assert_int_equal(at->expects.n, 7);
    assert_int_equal(at->expects.v[0].kind, LANG_EX_GATE_BREACH);
    assert_text(at->expects.v[0].part.text, "departure");
    assert_text(at->expects.v[1].of.text, "2024-Q1");
    assert_int_equal(at->expects.v[1].left_s, 105 * 3600 + 600);
    assert_text(at->expects.v[1].marks.v[0].text, "entered later");
    assert_int_equal(at->expects.v[2].num_hi, 4);
    assert_true(at->expects.v[3].not_known);
    assert_text(at->expects.v[3].part.text, "caution");
    assert_true(at->expects.v[4].no);
    assert_text(at->expects.v[5].could_be.text, "high");
    assert_true(at->expects.v[6].due_day_only);
    assert_int_equal(at->expects.v[6].due % 86400, 86399);
    assert_int_equal(at->expects.v[6].owner->op, LANG_PARTNER_OF);
}

/* ---------------------------------------------------------------- errors and limits */

static void errors_are_collected_and_the_rest_is_read(void **state) {
    struct cf_errs errs;
    struct lang_decl *d;
    assert_false(
        parse(*state,
              cf_str_from(HEAD "gate g \"G\"\n    before\n    needs = 3\n    cites law 1\nfact f about person = a\nrubbish\n"
                               "episode e \"E\"\n"),
              &errs, &d));
    assert_int_equal(errs.n, 3);
    assert_int_equal(d->as.policy.decls.n, 3);
    assert_text(d->as.policy.decls.v[1]->name.text, "f");
    assert_text(d->as.policy.decls.v[2]->name.text, "e");
    assert_int_equal(d->as.policy.decls.v[0]->cites.n, 1);
}

static void a_file_that_is_no_text_has_an_error_and_a_policy(void **state) {
    struct cf_arena *a = *state;
    assert_int_equal(first_error(a, CF_LIT("policy a\0b")), CF_L003);
    assert_int_equal(first_error(a, CF_LIT("policy \xff\xfe")), CF_L002);
    assert_int_equal(first_error(a, (struct cf_str){"", 0}), CF_L012);
    assert_int_equal(first_error(a, CF_LIT("\n\n   \n")), CF_L012);
    assert_int_equal(first_error(a, CF_LIT(";;;")), CF_L012);
}

static void a_file_that_is_too_long_is_refused_before_it_is_read(void **state) {
    struct cf_arena *a = *state;
    size_t n = (size_t)CF_MAX_SOURCE_BYTES + 1;
    char *p = cf_alloc(a, n);
    memset(p, ' ', n);
    assert_int_equal(first_error(a, (struct cf_str){p, n}), CF_L001);
}

/* `what` n times, `@` in it the number, between two texts. */
static struct cf_str repeated(struct cf_arena *a, const char *before, const char *what, size_t n, const char *after) {
    struct cf_buf b = cf_buf_new(a, SIZE_MAX);
    struct cf_str s;
    cf_buf_lit(&b, before);
    for (size_t i = 0; i < n; i++) {
        for (const char *c = what; *c != '\0'; c++) {
            if (*c == '@') {
                cf_buf_printf(&b, "%zu", i);
            } else {
                cf_buf_add(&b, c, 1);
            }
        }
    }
    cf_buf_lit(&b, after);
    assert_true(cf_buf_finish(&b, &s));
    return s;
}

static void each_limit_has_its_error_and_its_last_good_value(void **state) {
    struct cf_arena *a = *state;
    struct cf_errs errs;
    struct lang_decl *d;
    assert_int_equal(first_error(a, repeated(a, HEAD "episode e \"", "x", CF_MAX_TEXT_BYTES + 1, "\"\n")), CF_L005);
    assert_true(parse(a, repeated(a, HEAD "episode e \"", "x", CF_MAX_TEXT_BYTES - 1, "\"\n"), &errs, &d));
    assert_int_equal(
        first_error(a, repeated(a, HEAD "record r \"R\"\n    fields\n", "        f@ date\n", CF_MAX_FIELDS + 1, "")), CF_L022);
    assert_true(parse(a, repeated(a, HEAD "record r \"R\"\n    fields\n", "        f@ date\n", CF_MAX_FIELDS, ""), &errs, &d));
    assert_int_equal(first_error(a, repeated(a, HEAD "fact f about person = ", "not ", CF_MAX_DEPTH, "a\n")), CF_L021);
    assert_true(parse(a, repeated(a, HEAD "fact f about person = ", "not ", CF_MAX_DEPTH - 1, "a\n"), &errs, &d));
    assert_int_equal(first_error(a, repeated(a, HEAD "fact f about person = a", " + 1", CF_MAX_DEPTH, "\n")), CF_L021);
    assert_int_equal(first_error(a, repeated(a, "policy a", ".bcdefgh", 9, " \"A\"\n")), CF_L006);
}

static void every_good_policy_is_read(void **state) {
    struct cf_arena *a = *state;
    DIR *folder = opendir("test/lang/good");
    size_t n = 0;
    assert_non_null(folder);
    for (struct dirent *e = readdir(folder); e != NULL; e = readdir(folder)) {
        struct cf_str name = cf_str_from(e->d_name), text;
        if (!cf_str_ends(name, CF_LIT(".policy"))) {
            continue;
        }
        struct cf_errs errs = cf_errs_new(a);
        struct lang_decl *d;
        const char *path = cf_cstr(a, cf_str_printf(a, "test/lang/good/%.*s", CF_STR_ARG(name)));
        assert_true(cf_read_file(a, path, CF_MAX_SOURCE_BYTES, &text, &errs));
        if (!parse(a, text, &errs, &d)) {
            cf_errs_print(stderr, &errs);
            fail_msg("%s", path);
        }
        assert_true(d->as.policy.decls.n > 2);
        n++;
    }
    closedir(folder);
    assert_true(n >= 14);
}

int main(void) {
    const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, make_arena, free_arena)
        TEST(both_forms_of_a_policy_are_one_tree),
        TEST(windows_line_ends_and_a_byte_order_mark_change_nothing),
        TEST(fields_may_stand_below_behind_or_under_their_word),
        TEST(comments_are_kept_with_their_places),
        TEST(the_policy_knows_its_folder),
        TEST(words_of_the_language_are_names_where_they_can_be),
        TEST(a_list_after_in_ends_at_what_is_no_code),
        TEST(with_takes_the_whole_condition_and_brackets_end_it),
        TEST(instants_bind_as_they_are_said),
        TEST(values_bind_tighter_than_comparisons_and_else_between),
        TEST(sums_counts_and_spans_keep_what_they_look_at),
        TEST(literals_keep_their_values),
        TEST(a_duty_keeps_every_clause),
        TEST(mixing_with_or_in_a_list_of_endings_needs_brackets),
        TEST(triggers_are_four),
        TEST(a_measure_keeps_population_and_parts),
        TEST(a_role_and_a_unit_may_stand_on_one_line),
        TEST(an_example_keeps_wall_clocks_and_values),
        TEST(errors_are_collected_and_the_rest_is_read),
        TEST(a_file_that_is_no_text_has_an_error_and_a_policy),
        TEST(a_file_that_is_too_long_is_refused_before_it_is_read),
        TEST(each_limit_has_its_error_and_its_last_good_value),
        TEST(every_good_policy_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
