/* generate_policy: random but valid policies, as text, so that they go through the parser, the checker and the formatter too.
 * A fixed skeleton of records, with rules drawn over it. Must not know either evaluator. */
#include "lang/generate.h"

uint64_t gen_next(struct gen_rng *r) {
    r->state += 0x9E3779B97F4A7C15u;
    uint64_t z = r->state;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

uint32_t gen_below(struct gen_rng *r, uint32_t n) {
    return (uint32_t)(gen_next(r) % n);
}
bool gen_chance(struct gen_rng *r, uint32_t percent) {
    return gen_below(r, 100) < percent;
}

/* ---- The skeleton: what the rules are drawn over. */

enum kind {
    YESNO,
    WHOLE,
    RISK,
    ANSWER,
    DATE,
    INSTANT,
    DURATION,
    ORG,
    FACTORS,
    STEP,
    UNITS,
    TEXT,
    FRACTION,
    OFFICERS,
    PLACE,
    KINDS
};

struct field {
    const char *name;
    enum kind kind;
};
enum place { NOWHERE, IN_STAY, IN_CASE, IN_ANY };
struct rec {
    const char *name, *lines; /* the declaration's clauses before its fields */
    enum place place;
    bool child;     /* its about role is `child` (or it has the opener's), else `person` */
    bool ends_only; /* not drawn as a trigger of after duties (persons' own facts) */
    struct field fields[8];
};

static const struct rec recs[] = {
    {"arrive",
     "opens stay\nabout child is person\nby constable",
     IN_STAY,
     true,
     false,
     {{"at", INSTANT}, {"level", RISK}, {"n", WHOLE}, {"ok", YESNO}, {"org", ORG}}},
    {"step",
     "in stay\nby sergeant, constable",
     IN_STAY,
     true,
     false,
     {{"ok", YESNO}, {"level", RISK}, {"n", WHOLE}, {"day", DATE}, {"wait", DURATION}, {"factors", FACTORS}}},
    {"decision",
     "in stay\ndecided by inspector",
     IN_STAY,
     true,
     false,
     {{"answer", ANSWER}, {"level", RISK}, {"reason", TEXT}, {"of_step", STEP}, {"part", FRACTION}, {"officers", OFFICERS}}},
    {"out", "in stay\nby constable", IN_STAY, true, false, {{"ok", YESNO}}},
    {"back", "in stay\nby constable", IN_STAY, true, false, {{"ok", YESNO}}},
    {"leave", "closes stay\nby sergeant", IN_STAY, true, false, {{"ok", YESNO}}},
    {"found", "opens case\nabout child is person\nby constable", IN_CASE, true, false, {{"ok", YESNO}, {"level", RISK}}},
    {"case_step", "in case\nby constable", IN_CASE, true, false, {{"n", WHOLE}, {"day", DATE}, {"answer", ANSWER}}},
    {"case_end", "closes case\nby sergeant", IN_CASE, true, false, {{"ok", YESNO}}},
    {"memo", "in any\nabout child is person\nby anyone", IN_ANY, true, false, {{"level", RISK}, {"ok", YESNO}, {"n", WHOLE}}},
    {"stop", "about person is person\nby constable", NOWHERE, false, false, {{"ok", YESNO}, {"n", WHOLE}, {"spot", PLACE}}},
    {"pair", "about child is person, other is person\nby constable", NOWHERE, true, false, {{"at", INSTANT}, {"ok", YESNO}}},
    {"agreed", "about person is person\nby sergeant", NOWHERE, false, false, {{"units", UNITS}, {"day", DATE}}},
    {"enrolment", "about person is person\nby anyone", NOWHERE, false, true, {{"school", ORG}}},
    {"care", "about person is person\nby anyone", NOWHERE, false, true, {{"looked_after", YESNO}, {"authority", ORG}}},
};

static const char *const kind_words[KINDS] = {"yes/no",   "whole",   "risk",     "one of (approved, refused)",
                                              "date",     "instant", "duration", "organisation",
                                              "factor",   "step",    "unit",     "narrative",
                                              "fraction", "officer", "place"};

struct gen {
    struct gen_rng r;
    struct cf_buf *b;
    int version;               /* 1 or 2 */
    int rule;                  /* of the rule being written: it refers only to those before it */
    uint64_t present;          /* rules that stand */
    const struct rec *trigger; /* NULL: none */
    const struct rec *judged;
    bool with; /* inside `with`: own fields only */
    const struct rec *own;
    bool windows, times; /* `in the last` and `is reached` may be written here */
    bool episode;        /* the rule has own episodes ... */
    enum place place;    /* ... of this kind */
    bool breach;         /* after a breach */
    bool bare;           /* a fact: its values are settings, for nothing cites them */
};

static uint32_t below(struct gen *g, uint32_t n) {
    return gen_below(&g->r, n);
}
static bool chance(struct gen *g, uint32_t percent) {
    return gen_chance(&g->r, percent);
}
static void put(struct gen *g, const char *s) {
    cf_buf_lit(g->b, s);
}
static const struct rec *any_rec(struct gen *g) {
    return &recs[below(g, CF_COUNT(recs))];
}

static void duration_of(struct gen *g, bool elapsed) {
    static const char *const hours[] = {"1 hour", "6 hours", "30 minutes", "24 hours", "72 hours", "90 minutes", "2 hours"};
    static const char *const days[] = {"1 day",   "2 days",   "1 working day", "3 working days", "10 working days",
                                       "1 month", "6 months", "7 days",        "2 weeks",        "1 year"};
    if (g->bare) {
        put(g, elapsed || chance(g, 45) ? "some_hours" : "some_months");
        return;
    }
    put(g, elapsed || chance(g, 45) ? hours[below(g, CF_COUNT(hours))] : days[below(g, CF_COUNT(days))]);
}

/* A record and field of the kind, as a path; false when none was found in a few draws. */
static bool path(struct gen *g, enum kind kind, bool previous) {
    for (int tries = 0; tries < 12; tries++) {
        const struct rec *r = g->with ? g->own : any_rec(g);
        for (size_t i = 0; i < 8 && r->fields[i].name != NULL; i++) {
            if (r->fields[i].kind != kind) {
                continue;
            }
            if (g->with) {
                put(g, r->fields[i].name);
            } else if (r == g->trigger && chance(g, 40)) {
                cf_buf_printf(g->b, "trigger.%s", r->fields[i].name);
            } else {
                cf_buf_printf(g->b, "%s%s.%s", previous && chance(g, 15) ? "previous " : "", r->name, r->fields[i].name);
            }
            return true;
        }
        if (g->with) {
            return false;
        }
    }
    return false;
}

static const char *const risks[] = {"low", "medium", "high"};
static const char *const numbers[] = {"0", "1", "2", "3", "5"};
static const char *const compares[] = {"=", "!=", "<", "<=", ">", ">="};
static const char *number_word(struct gen *g) {
    return g->bare ? "limit" : numbers[below(g, CF_COUNT(numbers))];
}
#define DRAW(g, list) (list)[below(g, CF_COUNT(list))]

static void cond(struct gen *g, int depth);

static void own_cond(struct gen *g, const struct rec *r) {
    struct gen keep = *g;
    g->with = true;
    g->own = r;
    cond(g, 1);
    g->with = keep.with;
    g->own = keep.own;
}

static void selector(struct gen *g, const struct rec *r) {
    bool with = chance(g, 35); /* `with` takes all that follows: brackets end it */
    put(g, with ? "(" : "");
    put(g, r->name);
    if (strcmp(r->name, "pair") == 0) {
        put(g, chance(g, 70) ? " as child" : " as other");
    }
    if (with) {
        put(g, " with ");
        own_cond(g, r);
    }
    if (g->windows && chance(g, 30)) {
        put(g, " in the last ");
        duration_of(g, false);
    }
    if (chance(g, 15)) {
        put(g, " since ");
        put(g, recs[below(g, 12)].name);
    }
    if (g->episode && chance(g, 10)) {
        put(g, " in any episode");
    }
    put(g, with ? ")" : "");
}

static void number(struct gen *g, int depth) {
    if (g->with) {
        if (chance(g, 25) || !path(g, WHOLE, false)) {
            put(g, "age");
        }
        return;
    }
    switch (below(g, depth > 0 ? 9 : 6)) {
    case 0:
    case 1:
        put(g, "count of ");
        selector(g, any_rec(g));
        break;
    case 2:
        if (!path(g, WHOLE, true)) {
            put(g, "age");
        }
        break;
    case 3: put(g, "age"); break;
    case 4: put(g, chance(g, 50) ? "count of step.factors" : "count of decision.officers"); break;
    case 5: put(g, "limit"); break;
    case 6:
        put(g, "sum of n over ");
        selector(g, &recs[1]);
        break;
    case 7: put(g, "sum of points over step.factors"); break;
    default:
        put(g, "(");
        number(g, depth - 1);
        put(g, chance(g, 40) ? " else " : chance(g, 50) ? " + " : " - ");
        number(g, depth - 1);
        put(g, ")");
        break;
    }
}

/* An instant; `due`: in a deadline, where `earlier`, `later` and `the due time it met` are allowed. */
static void instant(struct gen *g, int depth, bool due) {
    switch (below(g, depth > 0 ? (due && g->trigger != NULL ? 8 : due ? 7 : 6) : 4)) {
    case 0: put(g, g->trigger != NULL ? "trigger" : "arrive.happened"); break;
    case 1:
        if (!path(g, INSTANT, true)) {
            put(g, "arrive.happened");
        }
        break;
    case 2:
        if (!path(g, DATE, true)) {
            put(g, "2024-06-01");
        }
        break;
    case 3:
        if (g->breach) { /* the gate's event need not be about a child */
            put(g, "2024-06-01");
            break;
        }
        cf_buf_printf(g->b, "%s turns %s", g->trigger != NULL && !g->trigger->child ? "person" : "child",
                      chance(g, 50)   ? "18"
                      : chance(g, 50) ? "16"
                                      : "10");
        break;
    case 4:
    case 5:
        duration_of(g, false);
        put(g, chance(g, 50) ? " before " : " after ");
        instant(g, 0, false);
        break;
    case 6:
        put(g, chance(g, 50) ? "the earlier of " : "the later of ");
        instant(g, 0, due);
        put(g, " and ");
        instant(g, 0, due);
        break;
    default: put(g, "the earlier of trigger and the due time it met"); break;
    }
}

static void compare_code(struct gen *g) {
    if (!path(g, RISK, true)) {
        put(g, g->with ? "age >= limit" : "child");
        return;
    }
    switch (below(g, 4)) {
    case 0: cf_buf_printf(g->b, " %s %s", DRAW(g, compares), DRAW(g, risks)); break;
    case 1: put(g, " in low, high"); break;
    case 2: put(g, " in low to medium"); break;
    default: put(g, chance(g, 50) ? " is known" : " is not known"); break;
    }
}

static void own_leaf(struct gen *g) {
    switch (below(g, 7)) {
    case 0:
    case 1:
        if (path(g, YESNO, false)) {
            put(g, chance(g, 80) ? " = yes" : " = no");
            return;
        }
        break;
    case 2: compare_code(g); return;
    case 3:
        if (path(g, ANSWER, false)) {
            put(g, chance(g, 70) ? " = approved" : " != refused");
            return;
        }
        break;
    case 4: cf_buf_printf(g->b, "actor is %s", chance(g, 50) ? "sergeant" : "inspector"); return;
    case 5:
        if (g->trigger != NULL && strcmp(g->trigger->name, "step") == 0 && path(g, STEP, false)) {
            put(g, " = trigger");
            return;
        }
        break;
    default: break;
    }
    number(g, 0);
    cf_buf_printf(g->b, " %s %s", DRAW(g, compares), number_word(g));
}

/* A rule of this kind before the one being written, or -1. */
static int earlier(struct gen *g, int first, int n) {
    int i = first + (int)below(g, (uint32_t)n);
    return i < g->rule && (g->present >> i & 1) != 0 ? i : -1;
}

/* Which rule indices are of which kind: flags before gates before grades, scores, choices, duties. */
enum {
    FACTS = 0,
    N_FACTS = 5,
    FLAGS = 5,
    N_FLAGS = 4,
    GATES = 9,
    N_GATES = 7,
    GRADES = 16,
    N_GRADES = 2,
    SCORES = 18,
    N_SCORES = 2,
    CHOICES = 20,
    N_CHOICES = 2,
    DUTIES = 22,
    N_DUTIES = 18
};

/* Scopes stay from version to version. */
static enum place flag_place(int i) {
    return i % 4 == 0 ? IN_STAY : i % 4 == 1 ? NOWHERE : i % 4 == 2 ? IN_CASE : NOWHERE;
}
static enum place state_place(int i) {
    return i % 2 == 0 ? IN_STAY : IN_CASE;
}
static bool holds(const struct gen *g, enum place wanted) {
    return g->episode && (g->place == wanted || g->place == IN_ANY);
}

static void refer(struct gen *g) {
    int i = -1;
    switch (below(g, 5)) {
    case 0:
        if ((i = earlier(g, FACTS, 3)) >= 0) {
            cf_buf_printf(g->b, "fact%d", i); /* the first three are conditions */
        }
        break;
    case 1:
        i = earlier(g, FLAGS, N_FLAGS);
        i = i >= 0 && g->windows && (flag_place(i) == NOWHERE || holds(g, flag_place(i))) ? i : -1;
        if (i >= 0) {
            cf_buf_printf(g->b, "flag%d", i);
        }
        break;
    case 2:
        if ((i = earlier(g, GATES, N_GATES)) >= 0) {
            cf_buf_printf(g->b, "kept gate%d", i);
        }
        if (i < 0 && (i = earlier(g, CHOICES, 1)) >= 0) {
            cf_buf_printf(g->b, "kept choice%d.departure", i);
        }
        break;
    case 3:
        i = earlier(g, GRADES, N_GRADES);
        i = i >= 0 && holds(g, state_place(i)) ? i : -1;
        if (i >= 0) {
            cf_buf_printf(g->b, "grade%d %s %s", i, DRAW(g, compares), DRAW(g, risks));
        }
        break;
    default:
        i = earlier(g, SCORES, N_SCORES);
        i = i >= 0 && holds(g, state_place(i)) ? i : -1;
        if (i >= 0) {
            cf_buf_printf(g->b, "score%d %s %s", i, DRAW(g, compares), number_word(g));
        }
        break;
    }
    if (i < 0) {
        put(g, "child");
    }
}

/* Instants, dates and what lies between. */
static void moments(struct gen *g) {
    static const char *const instants[] = {"arrive.at", "arrive.happened", "decision.recorded", "step.happened", "pair.at"};
    switch (below(g, 4)) {
    case 0: cf_buf_printf(g->b, "%s %s %s", DRAW(g, instants), DRAW(g, compares), DRAW(g, instants)); break;
    case 1: cf_buf_printf(g->b, "step.day %s case_step.day", DRAW(g, compares)); break;
    case 2: cf_buf_printf(g->b, "(%s - %s) >= some_hours", DRAW(g, instants), DRAW(g, instants)); break;
    default: cf_buf_printf(g->b, "sum of wait over (step with ok = yes) %s some_hours", DRAW(g, compares)); break;
    }
}

/* One event among several, and what a field keeps. */
static void one_event(struct gen *g) {
    const char *which = chance(g, 50) ? "first" : "last";
    switch (below(g, 4)) {
    case 0: cf_buf_printf(g->b, "%s (step with ok = yes).level %s %s", which, DRAW(g, compares), DRAW(g, risks)); break;
    case 1: cf_buf_printf(g->b, "%s memo.n %s limit", which, DRAW(g, compares)); break;
    case 2: cf_buf_printf(g->b, "stop.spot.risk %s %s", DRAW(g, compares), DRAW(g, risks)); break;
    default: put(g, "a acknowledged notice"); break;
    }
}

static void leaf(struct gen *g) {
    switch (below(g, 20)) {
    case 0:
    case 1:
    case 2:
        put(g, "a ");
        selector(g, any_rec(g));
        break;
    case 3:
        put(g, "no ");
        selector(g, any_rec(g));
        break;
    case 4: put(g, chance(g, 40) ? "open held" : chance(g, 50) ? "open stay" : "open case"); break;
    case 5: refer(g); break;
    case 6: put(g, "child"); break;
    case 7:
        if (!path(g, YESNO, true)) {
            put(g, "step.ok");
        }
        put(g, chance(g, 70) ? " = yes" : " = no");
        break;
    case 8: compare_code(g); break;
    case 9: put(g, chance(g, 50) ? "holders within agreed.units" : "count of holders >= limit"); break;
    case 10: put(g, "(every decision.officers has risk >= medium)"); break;
    case 11: cf_buf_printf(g->b, "%s.actor is %s", recs[below(g, 10)].name, chance(g, 50) ? "sergeant" : "inspector"); break;
    case 12:
        if (g->times) {
            instant(g, 1, false);
            put(g, " is reached");
        } else {
            put(g, "authority is known");
        }
        break;
    case 13: {
        bool shut = !g->times && chance(g, 20); /* twice a day it may change: too often for what is asked at every instant */
        cf_buf_printf(g->b, "%stime in %s", chance(g, 20) ? "longest " : "", shut ? "shut" : "away");
        if (shut || (g->windows && !g->bare && chance(g, 40))) {
            put(g, " in the last 72 hours");
        }
        bool clocked = chance(g, 30);
        put(g, clocked ? " between 21:00 and 06:00" : "");
        put(g, clocked && chance(g, 50) ? " on friday, saturday, sunday" : "");
        put(g, g->bare ? " >= some_hours" : chance(g, 50) ? " >= 2 hours" : " < 6 hours");
        break;
    }
    case 14: put(g, chance(g, 50) ? "away" : "looked_after_now"); break;
    case 15: moments(g); break;
    case 16: one_event(g); break;
    default:
        number(g, 1);
        cf_buf_printf(g->b, " %s %s", DRAW(g, compares), number_word(g));
        break;
    }
}

static void cond(struct gen *g, int depth) {
    uint32_t form = depth > 0 ? below(g, 10) : 9;
    if (form < 3) {
        bool both = chance(g, 60);
        put(g, "(");
        cond(g, depth - 1);
        put(g, both ? " and " : " or ");
        cond(g, depth - 1);
        put(g, ")");
    } else if (form == 3) {
        put(g, "not (");
        cond(g, depth - 1);
        put(g, ")");
    } else if (g->with) {
        own_leaf(g);
    } else {
        leaf(g);
    }
}

static void bracketed(struct gen *g, int depth) {
    put(g, "(");
    cond(g, depth);
    put(g, ")");
}

static void clause(struct gen *g, const char *word, int depth) {
    put(g, "\n    ");
    put(g, word);
    cond(g, depth);
}

/* ---- Rules. Each kind sets what its conditions may read. */

static void scope(struct gen *g, enum place place, bool windows, bool times) {
    g->trigger = NULL;
    g->bare = g->breach = false;
    g->place = place;
    g->episode = place != NOWHERE;
    g->windows = windows;
    g->times = times;
}

static void write_fact(struct gen *g, int i) {
    scope(g, NOWHERE, true, true);
    g->bare = true;
    cf_buf_printf(g->b, "\nfact fact%d about person = ", i);
    if (i < 3) {
        cond(g, 2);
    } else {
        number(g, 1);
    }
}

static void write_flag(struct gen *g, int i) {
    static const char *const words[] = {"about person", "in stay", "in case"};
    scope(g, flag_place(i), true, true);
    cf_buf_printf(g->b, "\nflag flag%d \"Flag %d\"\n    %s", i, i, words[flag_place(i)]);
    if (flag_place(i) == NOWHERE) {
        put(g, "\n    while child and ");
        bracketed(g, 1);
    } else {
        clause(g, "while ", 2);
    }
    put(g, " to verify\n    cites law \"1\"");
}

static const struct rec *trigger_rec(struct gen *g) {
    const struct rec *r = any_rec(g);
    return r->ends_only ? &recs[1] : r;
}

static void put_trigger(struct gen *g, const struct rec *r) {
    put(g, r->name);
    if (strcmp(r->name, "pair") == 0) {
        put(g, " as child");
    }
    if (chance(g, 20)) {
        put(g, " with ");
        own_cond(g, r);
    }
    g->trigger = r;
}

static void write_gate(struct gen *g, int i) {
    const struct rec *r = trigger_rec(g);
    scope(g, r->place, true, false);
    cf_buf_printf(g->b, "\ngate gate%d \"Gate %d\"\n    before ", i, i);
    put_trigger(g, r);
    g->trigger = NULL;
    if (chance(g, 30)) {
        clause(g, "where ", 1);
    }
    clause(g, "needs ", 2);
    put(g, " to verify\n    cites law \"2\"");
}

static void write_grade(struct gen *g, int i) {
    scope(g, state_place(i), true, true);
    bool stay = state_place(i) == IN_STAY;
    cf_buf_printf(g->b, "\ngrade grade%d \"Grade %d\"\n    in %s\n    levels risk", i, i, stay ? "stay" : "case");
    for (uint32_t n = 1 + below(g, 3); n > 0; n--) {
        cf_buf_printf(g->b, "\n    %s", chance(g, 60) ? "high" : "medium");
        put(g, " when ");
        cond(g, 2);
        put(g, " to verify");
    }
    put(g, "\n    low otherwise");
    if (stay && i == GRADES && chance(g, 70)) {
        put(g, "\n    decided in decision.level\n    departure needs reason");
    }
    put(g, "\n    cites law \"3\"");
}

static void write_score(struct gen *g, int i) {
    scope(g, state_place(i), true, true);
    cf_buf_printf(g->b, "\nscore score%d \"Score %d\"\n    in %s\n    from 1 to %u\n    base ", i, i,
                  state_place(i) == IN_STAY ? "stay" : "case", 3 + below(g, 4));
    number(g, 1);
    put(g, " to verify");
    for (uint32_t n = below(g, 3); n > 0; n--) {
        put(g, "\n    plus ");
        number(g, 1);
        put(g, chance(g, 60) ? " between -limit and limit" : " to verify");
    }
    put(g, "\n    cites law \"4\"");
}

static void write_choice(struct gen *g, int i) {
    scope(g, i == CHOICES ? IN_STAY : IN_CASE, true, true);
    cf_buf_printf(g->b, "\nchoice choice%d \"Choice %d\"\n    for %s", i, i,
                  i == CHOICES ? "decision.answer" : "case_step.answer");
    put(g, "\n    approved open when ");
    cond(g, 2);
    put(g, " to verify");
    if (chance(g, 40)) {
        put(g, " closed when ");
        cond(g, 1);
        put(g, " to verify");
    }
    put(g, "\n    refused open when ");
    cond(g, 1);
    put(g, " to verify");
    if (i == CHOICES) {
        put(g, "\n    departure needs reason");
    }
    put(g, "\n    cites law \"5\"");
}

static void deadline(struct gen *g, bool trigger) {
    if (chance(g, 12)) {
        return; /* a duty without a date */
    }
    if (chance(g, 70)) {
        bool elapsed = chance(g, 50), hours = true;
        put(g, "\n    within ");
        if (trigger && chance(g, 10)) {
            hours = false;
            put(g, "time_for[");
            put(g, chance(g, 50) ? "step.level" : "decision.level");
            put(g, "]");
        } else {
            duration_of(g, elapsed);
        }
        if (chance(g, 30)) {
            put(g, " of ");
            if (chance(g, 40)) {
                put(g, "being known");
            } else {
                instant(g, 1, true);
            }
        }
        put(g, " to verify");
        if (elapsed && hours && chance(g, 50)) {
            put(g, "\n    not counting away");
        }
        if (elapsed && hours && chance(g, 15)) {
            put(g, "\n    not counting shut");
        }
        return;
    }
    put(g, "\n    by ");
    if (chance(g, 25)) {
        put(g, g->trigger != NULL && g->trigger->child ? "the start of the next school day at child.school"
                                                       : "the start of the next school day at school");
    } else {
        instant(g, 1, true);
    }
    put(g, " to verify");
}

/* An opener opens another episode than the rule's own: it can end nothing but in any. */
static void ending(struct gen *g, const struct rec *r) {
    if (strncmp(r->lines, "opens", 5) == 0) {
        cf_buf_printf(g->b, "%s in any episode", r->name);
        return;
    }
    selector(g, r);
}

static void endings(struct gen *g, const struct rec *r, bool anyone) {
    uint32_t n = anyone ? 0 : 1 + below(g, 2);
    put(g, anyone ? "\n    done by memo" : "\n    done by ");
    bool windows = g->windows;
    g->windows = false;
    for (uint32_t i = 0; i < n; i++) {
        put(g, i > 0 ? " or " : "");
        if (chance(g, 12)) {
            put(g, chance(g, 70) ? "sent notice" : "acknowledged notice");
            continue;
        }
        ending(g, i == 0 && chance(g, 40) && r != NULL ? r : any_rec(g));
    }
    g->windows = windows;
    if (chance(g, 20)) {
        put(g, " where ");
        cond(g, 1);
    }
    if (chance(g, 12)) {
        put(g, "\n    counting from ");
        instant(g, 1, false);
    }
    if (chance(g, 40)) {
        put(g, "\n    void by leave");
        put(g, chance(g, 30) ? " or case_end" : "");
    }
    if (chance(g, 15)) {
        g->times = true;
        clause(g, "void when ", 1);
        put(g, " to verify");
    }
}

static void extras(struct gen *g) {
    if (chance(g, 15)) {
        put(g, "\n    extended by memo");
        if (chance(g, 40)) {
            put(g, " where ");
            cond(g, 1);
        }
        put(g, " to 36 hours to verify");
    }
    if (chance(g, 30)) {
        put(g, "\n    warn ");
        duration_of(g, false);
        put(g, chance(g, 60) ? " before" : " after");
        put(g, " to verify");
    }
    if (chance(g, 25)) {
        put(g, "\n    escalate to sergeant");
        if (chance(g, 50)) {
            put(g, " after 1 hour to verify");
        }
    }
}

/* Who may record what ends the duty: an inspector all of it, others only what anyone may. */
static void owner(struct gen *g, bool anyone) {
    static const char *const owners[] = {"inspector", "inspector", "alpha", "arrive.unit"};
    static const char *const others[] = {"actor", "constable", "services of authority",
                                         "services of (authority else arrive.org)"};
    cf_buf_printf(g->b, "\n    owner %s", anyone ? DRAW(g, others) : DRAW(g, owners));
}

static void write_duty(struct gen *g, int i) {
    static const char *const periods[] = {"week", "month", "quarter", "year"};
    scope(g, IN_ANY, true, false);
    cf_buf_printf(g->b, "\nduty duty%d \"Duty %d\"\n    ", i, i);
    uint32_t form = below(g, 20);
    int gate = earlier(g, GATES, N_GATES);
    const struct rec *r = NULL;
    bool each = false;
    if (form < 10 || (form < 13 && gate < 0)) {
        r = trigger_rec(g);
        scope(g, r->place, false, false);
        put(g, "after ");
        put_trigger(g, r);
    } else if (form < 13) {
        scope(g, NOWHERE, true, false);
        g->breach = true;
        cf_buf_printf(g->b, "after breach of gate%d", gate);
    } else {
        each = form >= 18;
        static const char *const words[] = {"about person", "in stay", "in case"};
        scope(g, (enum place)(i % 3), true, true);
        put(g, words[i % 3]);
        if (each) {
            cf_buf_printf(g->b, " each %s while ", DRAW(g, periods));
        } else {
            put(g, " when ");
        }
        put(g, i % 3 == 0 ? "age >= 0 and " : ""); /* about every person: says so */
        bracketed(g, 2);
        put(g, " to verify");
    }
    g->times = false;
    if (r != NULL && chance(g, 30)) {
        g->windows = true;
        clause(g, "where ", 1);
    }
    bool anyone = r != NULL && chance(g, 25);
    owner(g, anyone);
    if (!each) {
        deadline(g, r != NULL);
    }
    endings(g, r, anyone);
    if (!each) {
        extras(g);
    }
    put(g, "\n    cites law \"6\"");
}

/* ---- The text. */

static void put_lines(struct gen *g, const char *lines) {
    struct cf_str rest = cf_str_from(lines), line;
    while (cf_str_split(&rest, '\n', &line)) {
        put(g, "\n    ");
        cf_buf_str(g->b, line);
    }
}

static void put_record(struct gen *g, const struct rec *r) {
    cf_buf_printf(g->b, "\nrecord %s \"Record %s\"", r->name, r->name);
    put_lines(g, r->lines);
    for (size_t i = 0; i < 8 && r->fields[i].name != NULL; i++) {
        enum kind k = r->fields[i].kind;
        put(g, i == 0 ? "\n    fields " : "\n        ");
        cf_buf_printf(g->b, "%s %s%s%s", r->fields[i].name, k == FACTORS || k == UNITS || k == OFFICERS ? "many " : "",
                      kind_words[k], k == OFFICERS || k == PLACE ? " keeping risk" : "");
    }
}

static const char skeleton[] =
    "\nrole constable \"Constable\"\n    rank 1\nrole sergeant \"Sergeant\"\n    rank 2\nrole inspector \"Inspector\"\n    "
    "rank 3"
    "\nrole carer \"Carer\"\nunit alpha \"Alpha\"\n    open monday to friday 08:00 to 18:00\nunit beta \"Beta\""
    "\npartner services \"Services\"\n    for organisation"
    "\ncodes risk\n    ordered\n    low \"Low\"\n    medium \"Medium\"\n    high \"High\""
    "\ncodes factor\n    weapon \"Weapon\"\n    group \"Group\"\n    exploited \"Exploited\""
    "\ntable points\n    from \"points.tsv\"\n    keyed by factor\n    gives points whole"
    "\ntable time_for\n    from \"time_for.tsv\"\n    keyed by risk\n    gives time duration"
    "\nepisode stay \"Stay\"\nepisode case \"Case\"\n    held"
    "\nrecord identity \"Who\"\n    about person is person\n    by anyone\n    fields born date\n        sex sex"
    "\nfact school about person = enrolment.school\nfact authority about person = care.authority"
    "\nfact looked_after_now about person = care.looked_after = yes"
    "\nspan away \"Away\"\n    from out to back\nspan shut \"Shut\"\n    outside hours of alpha"
    "\nshare notice \"Notice\"\n    to child.school else services of child.authority\n    purpose safeguarding\n    basis law "
    "\"7\""
    "\n    gives child.name, memo.level";

static void write_rule(struct gen *g, int i) {
    if (i < FLAGS) {
        write_fact(g, i);
    } else if (i < GATES) {
        write_flag(g, i);
    } else if (i < GRADES) {
        write_gate(g, i);
    } else if (i < SCORES) {
        write_grade(g, i);
    } else if (i < CHOICES) {
        write_score(g, i);
    } else if (i < DUTIES) {
        write_choice(g, i);
    } else {
        write_duty(g, i);
    }
}

_Static_assert(DUTIES + N_DUTIES == GEN_RULES, "every rule has a kind");

static struct cf_str write_policy(struct cf_arena *a, uint64_t seed, uint64_t present, int version, bool two) {
    struct cf_buf b = cf_buf_new(a, CF_MAX_SOURCE_BYTES);
    struct gen g = {.b = &b, .version = version, .present = present};
    cf_buf_printf(
        &b, "policy gen.one \"Generated\"\n    owner alpha\n    serves S1\n    in force from %s\n    cites law \"Invented\"",
        version == 2 ? "2024-06-01"
        : two        ? "2024-01-01 to 2024-05-31"
                     : "2024-01-01");
    put(&g, skeleton);
    cf_buf_printf(&b, "\nsetting limit %d\n    to verify\n    law \"8\"", version);
    cf_buf_printf(&b, "\nsetting some_hours %d hours\n    to verify\n    law \"8\"", version * 2);
    cf_buf_printf(&b, "\nsetting some_months %d months\n    to verify\n    law \"8\"", version * 3);
    for (size_t i = 0; i < CF_COUNT(recs); i++) {
        put_record(&g, &recs[i]);
    }
    for (int i = 0; i < GEN_RULES; i++) {
        /* A rule has its own seed, so that dropping one leaves the others; the second version changes a third of them. */
        g.r.state = seed * 1000003u + (uint64_t)i * 7919u;
        if (version == 2 && gen_chance(&g.r, 33)) {
            g.r.state += 0x5555;
        }
        (void)gen_next(&g.r);
        g.rule = i;
        if ((present >> i & 1) != 0) {
            write_rule(&g, i);
        }
    }
    put(&g, "\n");
    struct cf_str text = {0};
    CF_ASSERT(cf_buf_finish(&b, &text));
    return text;
}

/* Another policy, in force for a while, that adds to a grade and to a choice (G8). */
static struct cf_str write_more(struct cf_arena *a, uint64_t seed, uint64_t present) {
    struct cf_buf b = cf_buf_new(a, CF_MAX_SOURCE_BYTES);
    struct gen g = {.b = &b, .version = 1, .present = present, .rule = GEN_RULES, .r = {seed ^ 0x6d6f7265}};
    put(&g, "policy gen.more \"More\"\n    owner alpha\n    serves S1\n    in force from 2024-03-15 to 2024-10-20\n"
            "    cites law \"Invented\"");
    scope(&g, IN_STAY, true, true);
    if ((present >> GRADES & 1) != 0) {
        cf_buf_printf(&b, "\nmore grade grade%d\n    high when ", GRADES);
        g.rule = GRADES;
        cond(&g, 2);
        put(&g, " to verify\n    cites law \"9\"");
    }
    if ((present >> CHOICES & 1) != 0) {
        cf_buf_printf(&b, "\nmore choice choice%d\n    refused closed when ", CHOICES);
        g.rule = CHOICES;
        cond(&g, 2);
        put(&g, " to verify\n    cites law \"9\"");
    }
    put(&g, "\n");
    struct cf_str text = {0};
    CF_ASSERT(cf_buf_finish(&b, &text));
    return text;
}

void gen_policy(struct cf_arena *a, uint64_t seed, uint64_t dropped, struct gen_policy *out) {
    struct gen_rng r = {seed};
    bool two = gen_chance(&r, 25);
    uint32_t density = 15 + gen_below(&r, 60);
    uint64_t present = 0;
    for (int i = 0; i < GEN_RULES; i++) {
        present |= (uint64_t)gen_chance(&r, density) << i;
    }
    present &= ~dropped;
    out->n = 0;
    out->texts[out->n++] = write_policy(a, seed, present, 1, two);
    if (two) {
        out->texts[out->n++] = write_policy(a, seed, present, 2, two);
    }
    if (gen_chance(&r, 25)) {
        out->texts[out->n++] = write_more(a, seed, present);
    }
}
