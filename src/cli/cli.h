/* cli: what every command shares: arguments, the database, words for docket lines, purposes and the log of reads.
 * Exit status: 0 done, 1 refused or could not, 2 the check or test found faults. */
#ifndef CF_CLI_CLI_H
#define CF_CLI_CLI_H

#include "docket/docket.h"

enum { CLI_DONE = 0, CLI_REFUSED = 1, CLI_FAULTS = 2 };

struct cli_option {
    struct cf_str name, value;
    bool used;
};
struct cli {
    struct cf_arena *arena;
    struct cf_errs errs;
    const char *program;
    CF_LIST(struct cf_str) words; /* arguments that are no options, the command's own word left out */
    CF_LIST(struct cli_option) options;
    bool json;
    const struct cf_zone *zone;
    struct desk *desk; /* once opened */
};
typedef int cli_command(struct cli *c);
#define CLI_COMMAND(word, function, arguments, summary) cli_command function;
#include "cli/commands.def"
#undef CLI_COMMAND

/* ---- Arguments. */
CF_MUST_USE bool cli_parse(struct cli *c, int argc, char **argv);       /* after the command's word */
bool cli_flag(struct cli *c, const char *name);                         /* --name, without a value */
bool cli_option(struct cli *c, const char *name, struct cf_str *value); /* --name VALUE; false when it is not given */
const char *cli_option_or(struct cli *c, const char *name, const char *otherwise);
CF_MUST_USE bool cli_int(struct cli *c, const char *name, int64_t least, int64_t most, int64_t otherwise, int64_t *out);
CF_MUST_USE bool cli_time(struct cli *c, const char *name, int64_t otherwise, struct cf_moment *out);
CF_MUST_USE bool cli_nothing_left(struct cli *c); /* C003 names what no command understood */
int cli_failed(struct cli *c);                    /* prints the errors; CLI_REFUSED */

/* ---- The database. */
const char *cli_db_path(struct cli *c);
CF_MUST_USE bool cli_desk_options(struct cli *c, struct desk_options *o); /* of a database that exists; C006 otherwise */
const char *cli_data(struct cli *c, const char *below); /* a file that ships with the program: "policies", "data/calendars" */
CF_MUST_USE bool cli_open(struct cli *c, bool write);
CF_MUST_USE bool cli_create(struct cli *c, const char *force);

/* ---- Values. */
/* Reads words into a field's value; errors name the field and what it takes. */
CF_MUST_USE bool cli_value(struct cli *c, const struct lang_field *f, struct cf_str words, struct desk_value *out);
CF_MUST_USE bool cli_id(struct cli *c, struct cf_str words, const char *what, struct cf_id *out); /* 32 hex letters */
CF_MUST_USE bool cli_subject(struct cli *c, struct cf_str words, struct cf_id *out);              /* the same, or `new` */
CF_MUST_USE bool cli_actor(struct cli *c, const struct lang_decl *record, struct cf_id *actor, const struct lang_decl ***roles,
                           size_t *n);

/* ---- Words. */
void cli_say_duty(struct cf_buf *b, struct cli *c, const struct lang_set *set, const struct lang_reference *ref,
                  const struct lang_duty_line *l);
void cli_say_gate(struct cf_buf *b, struct cli *c, const struct lang_gate_line *l);
void cli_say_changes(struct cf_buf *b, struct cli *c, const struct desk_changes *changes);
void cli_changes_json(struct cf_buf *b, struct cli *c, const struct desk_changes *changes);
void cli_print(const struct cf_buf *b);
void cli_bar(void *progress, uint64_t done, uint64_t total); /* struct cf_progress as arg */

/* ---- Policies. What examples stand on: the zone and the shipped calendar of bank holidays. */
CF_MUST_USE bool cli_example_reference(struct cli *c, struct lang_reference *ref);

int cli_policy_table(struct cli *c); /* the part of `policy` that loads a force's own tables */

/* ---- Lawful reading: the purpose is one of the policy's; the row is durable before anything is shown. */
CF_MUST_USE bool cli_read_log(struct cli *c, const char *route, const uint32_t *subjects, size_t n, uint64_t withheld);

#endif
