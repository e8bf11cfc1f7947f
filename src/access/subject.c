/* subject: who asks, as permission needs to know it: live roles of the policies in force, unit, purpose, opened glass. Must not
 * judge. */
#include "access/priv.h"

struct roles {
    CF_VEC(const struct lang_decl *);
};

/* A grant of a role that the policies no longer declare gives nothing. */
bool access_subject_roles(struct access *x, const struct lang_set *set, struct cf_id user, struct cf_arena *a,
                          struct access_subject *out, struct cf_errs *errs) {
    struct access_user u;
    struct roles roles = {0};
    if (!access_user_get(x, user, a, &u, errs)) {
        return false;
    }
    if (!u.active) {
        return cf_fail(errs, CF_A005, CF_NOWHERE, "this user is not active");
    }
    for (size_t i = 0; set != NULL && i < u.grants.n; i++) {
        const struct lang_decl *role = lang_find_kind(set, LANG_ROLE, u.grants.v[i].role);
        if (role != NULL) {
            *cf_push(a, &roles) = role;
        }
    }
    *out = (struct access_subject){.set = set,
                                   .user = user,
                                   .name = u.name,
                                   .login = u.login,
                                   .roles = roles.v,
                                   .n_roles = roles.n,
                                   .unit = set != NULL && u.unit.n > 0 ? lang_find_kind(set, LANG_UNIT, u.unit) : NULL};
    return true;
}

bool access_subject_numbers(struct desk *d, struct access_subject *who, struct cf_errs *errs) {
    int64_t no = 0;
    if (!ledger_subject_no(desk_ledger(d), who->user, &no, errs)) {
        return false;
    }
    who->user_no = no;
    if (who->unit != NULL) {
        if (!ledger_subject_no(desk_ledger(d), desk_unit_id(d, who->unit), &no, errs)) {
            return false;
        }
        who->unit_no = (uint32_t)no;
    }
    return true;
}

bool access_subject_of_session(struct access *x, struct desk *d, const struct access_session *s, struct cf_arena *a,
                               struct access_subject *out, struct cf_errs *errs) {
    if (!access_subject_roles(x, desk_set(d), s->user, a, out, errs) || !access_subject_numbers(d, out, errs) ||
        !access_glass_of(x, s->user, a, &out->glass, &out->n_glass, errs)) {
        return false;
    }
    out->purpose = s->purpose;
    out->session = s->ref;
    return true;
}

bool access_has_role(const struct access_subject *who, const struct lang_decl *role) {
    for (size_t i = 0; i < who->n_roles; i++) {
        if (lang_role_is(who->roles[i], role)) {
            return true;
        }
    }
    return false;
}

size_t access_purposes(const struct access_subject *who, const struct lang_set *set, struct cf_arena *a,
                       const struct lang_code **out[]) {
    struct {
        CF_VEC(const struct lang_code *);
    } found = {0};
    const struct lang_decl *codes = set == NULL ? NULL : lang_find_kind(set, LANG_CODES, CF_LIT("purpose"));
    const struct cf_str *held = NULL;
    size_t n = codes == NULL ? 0 : lang_role_purposes(a, set, who->roles, who->n_roles, &held);
    for (size_t i = 0; codes != NULL && i < codes->as.codes.list.n; i++) {
        for (size_t j = 0; j < n; j++) {
            if (cf_str_eq(held[j], codes->as.codes.list.v[i].name.text)) {
                *cf_push(a, &found) = &codes->as.codes.list.v[i];
                break;
            }
        }
    }
    *out = found.v;
    return found.n;
}
