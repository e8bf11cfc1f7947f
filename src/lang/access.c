/* access: what roles let their holders do, whose people they may look at and why, and for what a record is shown. Reads the
 * declarations of a checked set; who holds which role, and what a reader is shown, is decided elsewhere. */
#include "lang/check_priv.h"

static const struct {
    const char *word, *meaning;
} abilities[LANG_ABILITIES] = {
    [LANG_MAY_SUPERVISE] = {"supervise", "see and hand on the duties of the people of their unit"},
    [LANG_MAY_CORRECT] = {"correct", "correct or withdraw what others recorded"},
    [LANG_MAY_MERGE] = {"merge", "join two records of one person, and part them again"},
    [LANG_MAY_RESTRICT] = {"restrict", "limit who may look at a person's history"},
    [LANG_MAY_ERASE] = {"erase", "erase what must no longer be kept"},
    [LANG_MAY_ADMINISTER] = {"administer", "give and take roles, and keep the program running"},
    [LANG_MAY_AUDIT] = {"audit", "read who looked at what, when and why"},
    [LANG_MAY_ADOPT] = {"adopt", "bring policies into force"},
    [LANG_MAY_MEASURE] = {"measure", "see measures, and draw samples of cases"},
    [LANG_MAY_PUBLISH] = {"publish", "publish measures, small numbers suppressed"},
};

const char *lang_ability_word(enum lang_ability a) {
    return abilities[a].word;
}
const char *lang_ability_meaning(enum lang_ability a) {
    return abilities[a].meaning;
}

const char *lang_sees_word(enum lang_sees s) {
    static const char *const words[LANG_SEES_WORDS] = {"", "own", "unit", "force"};
    return words[s];
}

static bool counts_as_one(const struct lang_decl *const *held, size_t n, const struct lang_decl *role) {
    for (size_t i = 0; i < n; i++) {
        if (lang_role_is(held[i], role)) {
            return true;
        }
    }
    return false;
}

uint32_t lang_role_abilities(const struct lang_set *set, const struct lang_decl *const *held, size_t n) {
    uint32_t may = 0;
    for (size_t i = 0; i < set->roles.n; i++) {
        const struct lang_role_decl *r = &set->roles.v[i]->as.role;
        if (r->may != 0 && counts_as_one(held, n, set->roles.v[i])) {
            may |= r->may;
        }
    }
    return may;
}

bool lang_role_may(const struct lang_set *set, const struct lang_decl *const *held, size_t n, enum lang_ability a) {
    return (lang_role_abilities(set, held, n) >> a & 1u) != 0;
}

enum lang_sees lang_sees(const struct lang_set *set, const struct lang_decl *const *held, size_t n) {
    enum lang_sees widest = LANG_SEES_OWN;
    for (size_t h = 0; h < n; h++) {
        enum lang_sees said = LANG_SEES_NOT_SAID;
        for (size_t i = 0; i < set->roles.n; i++) {
            enum lang_sees s = set->roles.v[i]->as.role.sees;
            if (s > said && lang_role_is(held[h], set->roles.v[i])) {
                said = s;
            }
        }
        said = said == LANG_SEES_NOT_SAID ? LANG_SEES_UNIT : said;
        widest = said > widest ? said : widest;
    }
    return widest;
}

struct purposes {
    CF_VEC(struct cf_str);
};

static void add_purposes(struct cf_arena *a, struct purposes *all, const struct lang_name *names, size_t n) {
    for (size_t i = 0; i < n; i++) {
        size_t at = 0;
        while (at < all->n && !cf_str_eq(all->v[at], names[i].text)) {
            at++;
        }
        if (at == all->n) {
            *cf_push(a, all) = names[i].text;
        }
    }
}

size_t lang_role_purposes(struct cf_arena *a, const struct lang_set *set, const struct lang_decl *const *held, size_t n,
                          const struct cf_str **out) {
    struct purposes all = {0};
    for (size_t i = 0; i < set->roles.n; i++) {
        const struct lang_role_decl *r = &set->roles.v[i]->as.role;
        if (r->purposes.n != 0 && counts_as_one(held, n, set->roles.v[i])) {
            add_purposes(a, &all, r->purposes.v, r->purposes.n);
        }
    }
    for (size_t i = 0; i < set->partners.n; i++) { /* the people of a partner hold the role of its name */
        const struct lang_partner_decl *p = &set->partners.v[i]->as.partner;
        if (p->purposes.n != 0 && counts_as_one(held, n, set->partners.v[i])) {
            add_purposes(a, &all, p->purposes.v, p->purposes.n);
        }
    }
    *out = all.v;
    return all.n;
}

bool lang_record_seen_for(const struct lang_decl *record, struct cf_str purpose) {
    const struct lang_record *r = &ck_newest(record)->as.record;
    for (size_t i = 0; i < r->seen_for.n; i++) {
        if (cf_str_eq(r->seen_for.v[i].text, purpose)) {
            return true;
        }
    }
    return r->seen_for.n == 0;
}
