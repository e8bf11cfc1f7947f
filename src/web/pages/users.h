/* users: what the pages about those who sign in share. */
#ifndef CF_WEB_PAGES_USERS_H
#define CF_WEB_PAGES_USERS_H

#include "web/web.h"

struct cf_str users_state(const struct access_user *u); /* "Active", "Left", "Cannot sign in yet" */
struct cf_str users_colour(const struct access_user *u);
/* What roles allow together, in words. */
struct cf_str users_abilities(struct web_request *q, const struct lang_decl *const *held, size_t n);
struct cf_str users_sees(struct web_request *q, const struct lang_decl *const *held, size_t n);
struct cf_str users_purposes(struct web_request *q, const struct lang_decl *const *held, size_t n);
/* Whom the path names; A010 when there is nobody. */
CF_MUST_USE bool users_load(struct web_request *q, struct access_user *u, struct cf_errs *errs);

#endif
