/* api_open: the interface described as OpenAPI 3.1, made from the routes and from the declarations of the policies in force:
 * the same declarations give the same bytes. And who asks, for a client's first call. Must not know any record by name. */
#include "web/api.h"
#include "web/priv.h"
#include "web/record.h"

struct describing {
    struct web_request *q;
    const struct lang_set *set;
    struct cf_buf *b;
    struct cf_map *codes; /* lists that some field takes, by their names */
    struct cf_map *used;  /* names of the types that some field has */
};

/* JSON with single quotes, so that it can be read here. */
static void lit(struct cf_buf *b, const char *text) {
    for (const char *p = text; *p; p++) {
        cf_buf_byte(b, (uint8_t)(*p == '\'' ? '"' : *p));
    }
}

/* ---- What does not follow from a declaration: what each address is for, and what it answers. */
static const struct {
    const char *route, *tag, *summary, *answer, *parameters;
} about[] = {
    {"api_open", "About", "This document", "anything", ""},
    {"api_session", "About", "Who asks, for what purpose, and the value for X-CSRF-Token", "session", ""},
    {"api_event", "Events", "One event as it stands after its corrections", "event", ""},
    {"api_docket", "Children", "One child's duties, rules kept and broken, flags and grades, with the reasons of each duty",
     "docket", ""},
    {"api_duties", "Duties", "Open duties of a unit: late first", "duties",
     "{'name':'unit','in':'query','description':'The unit by its declared name; left out: that of who asks.',"
     "'schema':{'type':'string'}},{'$ref':'#/components/parameters/page'}"},
    {"api_measures", "Measures", "All measures", "measures", "{'$ref':'#/components/parameters/page'}"},
    {"api_measure", "Measures", "One measure as a table; without the ability to measure, the published one", "measure",
     "{'name':'by','in':'query','description':'A way of counting that the measure has; several with the ability to measure.',"
     "'schema':{'type':'array','items':{'type':'string'}}},"
     "{'name':'from','in':'query','description':'The first day; needs the ability to measure.',"
     "'schema':{'type':'string','format':'date'}},"
     "{'name':'to','in':'query','description':'The last day; needs the ability to measure.',"
     "'schema':{'type':'string','format':'date'}},"
     "{'name':'records','in':'query','description':'Which records are counted.',"
     "'schema':{'enum':['either','published','own']}}"},
    {"api_shares", "Shares", "What was sent to the partner whose key this is", "shares",
     "{'$ref':'#/components/parameters/page'}"},
    {"api_acknowledge_post", "Shares", "Say that it was received; once or more often is the same", "acknowledged", ""},
};

static const char parameters[] =
    "'page':{'name':'page','in':'query','description':'The first page is 1; a page has at most 100 items.',"
    "'schema':{'type':'integer','minimum':1,'default':1}},"
    "'key':{'name':'Idempotency-Key','in':'header','required':true,'description':'New for each record; the same again when it "
    "is "
    "sent again, then it is recorded once. Remembered for 30 days.','schema':{'type':'string','minLength':1,'maxLength':112}},"
    "'csrf':{'name':'X-CSRF-Token','in':'header','description':'With a session: the value that /api/v1/session gives. With a "
    "key: "
    "not needed.','schema':{'type':'string'}}";

static const char security[] = "'key':{'type':'http','scheme':'bearer','description':'The key of a partner, with the records, "
                               "shares and purpose it was made "
                               "for.'},"
                               "'session':{'type':'apiKey','in':'cookie','name':'__Host-childfirst','description':'A session "
                               "of somebody who signed in and "
                               "chose a purpose.'}";

static const char schemas[] =
    "'id':{'type':'string','pattern':'^[0-9a-f]{32}$'},"
    "'instant':{'type':'string','format':'date-time'},"
    "'problem':{'type':'object','required':['title','status','errors'],'description':'RFC 9457.','properties':{"
    "'type':{'type':'string'},'title':{'type':'string'},'status':{'type':'integer'},'instance':{'type':'string'},"
    "'detail':{'type':'string'},'errors':{'type':'array','items':{'type':'object','required':['code','detail','hint'],"
    "'properties':{'code':{'type':'string'},'pointer':{'type':'string','description':'RFC 6901: the place in the body.'},"
    "'parameter':{'type':'string'},'detail':{'type':'string'},'hint':{'type':'string'}}}}}},"
    "'page':{'type':'object','required':['page','pages','shown','hidden','withheld','total'],'description':'shown, hidden (on "
    "other "
    "pages) and withheld (not for this reader) are the "
    "total.','properties':{'page':{'type':'integer'},'pages':{'type':'integer'},"
    "'shown':{'type':'integer'},'hidden':{'type':'integer'},'withheld':{'type':'integer'},'total':{'type':'integer'}}},"
    "'absence':{'description':'null: asked, and not known.','oneOf':[{'type':'null'},{'type':'object','required':['absent'],"
    "'additionalProperties':false,'properties':{'absent':{'enum':['not_known','declined','not_asked']}}}]},"
    "'time':{'type':'string','description':'2024-06-03 15:10, London time, or with an offset.'},"
    "'named':{'type':'object','required':['named'],'additionalProperties':false,'properties':{'named':{'type':'string'}},"
    "'description':'By words: the same words always mean the same.'},"
    "'subject':{'anyOf':[{'$ref':'#/components/schemas/id'},{'type':'string','description':'The declared name of a unit or "
    "partner.'},{'$ref':'#/components/schemas/named'}]},"
    "'person':{'anyOf':[{'$ref':'#/components/schemas/id'},{'type':'object','additionalProperties':false,'properties':{"
    "'id':{'$ref':'#/components/schemas/id'},'new':{'$ref':'#/components/schemas/newcomer'},"
    "'category':{'enum':['suspect','convicted','victim','witness','other']}}}]},"
    "'happened':{'description':'A time; a day, a month or a year when no more is known.','oneOf':[{'type':'string'},"
    "{'type':'object','required':['about'],'additionalProperties':false,'properties':{'about':{'$ref':'#/components/schemas/"
    "time'}}},"
    "{'type':'object','required':['from','to'],'additionalProperties':false,'properties':{"
    "'from':{'$ref':'#/components/schemas/time'},'to':{'$ref':'#/components/schemas/time'}}}]},"
    "'reasons':{'type':'array','items':{'type':'object','required':['text'],'properties':{'text':{'type':'string'},"
    "'because':{'$ref':'#/components/schemas/reasons'}}}},"
    "'duty_state':{'type':['object','null'],'properties':{'state':{'enum':['pending','stopped','overdue','met','late','missed',"
    "'void']},'due':{'type':['string','null'],'format':'date-time'},'owner':{'type':['string','null']},'unit':{'type':'string'}"
    ","
    "'marks':{'type':'array','items':{'type':'string'}}}},"
    "'change':{'type':'object','required':['child','kind','rule','reasons'],'properties':{"
    "'child':{'$ref':'#/components/schemas/id'},'kind':{'enum':['duty','gate','flag','grade']},'rule':{'type':'string'},"
    "'title':{'type':'string'},'policy':{'type':'string'},'duty':{'$ref':'#/components/schemas/id'},"
    "'before':{'$ref':'#/components/schemas/duty_state'},'now':{'$ref':'#/components/schemas/duty_state'},"
    "'result':{'type':'string'},'otherwise':{'type':'string'},'stands':{'type':'boolean'},'level':{'type':['string','null']},"
    "'reasons':{'$ref':'#/components/schemas/reasons'}}},"
    "'recorded':{'type':'object','required':['event','number','recorded','again','about','changes'],'properties':{"
    "'event':{'$ref':'#/components/schemas/id'},'number':{'type':'integer'},'recorded':{'$ref':'#/components/schemas/instant'},"
    "'again':{'type':'boolean','description':'It was here already; nothing was recorded this time.'},"
    "'about':{'type':'object','additionalProperties':{'type':'array','items':{'$ref':'#/components/schemas/id'}}},"
    "'changes':{'type':'array','description':'Of people whom the reader may "
    "see.','items':{'$ref':'#/components/schemas/change'}}}},"
    "'event':{'type':'object','required':['event','number','kind','about','fields','withheld'],'properties':{"
    "'event':{'$ref':'#/components/schemas/id'},'number':{'type':'integer'},'kind':{'type':'string'},'title':{'type':'string'},"
    "'happened':{'type':'object','properties':{'from':{'$ref':'#/components/schemas/instant'},"
    "'to':{'$ref':'#/components/schemas/instant'}}},'recorded':{'$ref':'#/components/schemas/instant'},"
    "'corrected':{'type':'boolean'},'about':{'type':'object'},"
    "'episodes':{'type':'array','items':{'$ref':'#/components/schemas/id'}},'fields':{'type':'object'},"
    "'withheld':{'type':'integer'}}},"
    "'docket':{'type':'object','required':['child','at','docket','reasons'],'properties':{"
    "'child':{'$ref':'#/components/schemas/id'},'at':{'$ref':'#/components/schemas/instant'},'docket':{'type':'object'},"
    "'reasons':{'type':'object','additionalProperties':{'$ref':'#/components/schemas/reasons'}},'shown':{'type':'integer'},"
    "'hidden':{'type':'integer'},'withheld':{'type':'integer'},'total':{'type':'integer'}}},"
    "'duties':{'allOf':[{'$ref':'#/components/schemas/page'},{'type':'object','required':['unit','at','duties'],'properties':{"
    "'unit':{'type':'string'},'at':{'$ref':'#/components/schemas/"
    "instant'},'duties':{'type':'array','items':{'type':'object'}}}}]},"
    "'measures':{'allOf':[{'$ref':'#/components/schemas/page'},{'type':'object','required':['measures'],'properties':{"
    "'measures':{'type':'array','items':{'type':'object'}}}}]},"
    "'measure':{'type':'object','required':['published','counted','measure'],'properties':{'published':{'type':'boolean'},"
    "'counted':{'$ref':'#/components/schemas/instant'},'measure':{'type':'object'}}},"
    "'shares':{'allOf':[{'$ref':'#/components/schemas/page'},{'type':'object','required':['shares'],'properties':{"
    "'shares':{'type':'array','items':{'type':'object'}}}}]},"
    "'acknowledged':{'type':'object','required':['event','number','recorded','again'],'properties':{"
    "'event':{'$ref':'#/components/schemas/id'},'number':{'type':'integer'},'recorded':{'$ref':'#/components/schemas/instant'},"
    "'again':{'type':'boolean'}}},"
    "'session':{'type':'object','required':['partner','login','purpose'],'properties':{'partner':{'type':'boolean'},"
    "'login':{'type':'string'},'unit':{'type':['string','null']},'purpose':{'type':['string','null']},"
    "'roles':{'type':'array','items':{'type':'string'}},'records':{'type':'array','items':{'type':'string'}},"
    "'shares':{'type':'array','items':{'type':'string'}},'csrf':{'type':'string'}}},"
    "'anything':{'type':'object'}";

/* Of the types that some field has: a schema that nothing refers to is left out. */
static const struct {
    const char *name, *schema;
} types[] = {
    {"yes_no", "{'oneOf':[{'type':'boolean'},{'enum':['yes','no']}]}"},
    {"whole", "{'oneOf':[{'type':'integer'},{'type':'string','pattern':'^[-+]?[0-9]+$'}]}"},
    {"fraction", "{'oneOf':[{'type':'integer'},{'type':'string','pattern':'^-?[0-9]+(/[1-9][0-9]*)?$'}]}"},
    {"words", "{'type':'string','maxLength':32768}"},
    {"duration", "{'type':'string','description':'A whole number and a unit: 6 hours, 10 working days.'}"},
};

static const struct {
    const char *name, *words;
} problems[] = {{"unreadable", "The request cannot be read."},
                {"unknown", "Nobody is signed in, or the key is none, was ended or has expired."},
                {"refused", "It is not yours to do."},
                {"absent", "There is no such thing, or it is not yours to see."},
                {"conflict", "The Idempotency-Key came with another body, or something changed meanwhile."},
                {"flawed", "Something needs putting right: each place has its words and a hint."},
                {"too_big", "More was sent than is taken at once."},
                {"busy", "Too much is asked at once: wait, then try again."}};
static const struct {
    const char *status, *name;
} answers_get[] = {{"400", "unreadable"}, {"401", "unknown"}, {"403", "refused"}, {"404", "absent"},
                   {"422", "flawed"},     {"429", "busy"},    {"503", "busy"}},
  answers_post[] = {{"400", "unreadable"}, {"401", "unknown"}, {"403", "refused"}, {"404", "absent"}, {"409", "conflict"},
                    {"413", "too_big"},    {"422", "flawed"},  {"429", "busy"},    {"503", "busy"}};

static void put_answers(struct describing *d, const char *schema, bool post) {
    size_t n = post ? CF_COUNT(answers_post) : CF_COUNT(answers_get);
    static const char *const done[] = {"200", "201"};
    cf_buf_lit(d->b, "\"responses\":{");
    for (int i = 0; i < (post ? 2 : 1); i++) {
        lit(d->b, i ? "," : "");
        cf_buf_printf(d->b, "\"%s\":{\"description\":\"%s\",", done[i],
                      i      ? "Recorded now."
                      : post ? "It was here."
                             : "The answer.");
        cf_buf_printf(d->b, "\"content\":{\"application/json\":{\"schema\":{\"$ref\":\"#/components/schemas/%s\"}}}}", schema);
    }
    for (size_t i = 0; i < n; i++) {
        cf_buf_printf(d->b, ",\"%s\":{\"$ref\":\"#/components/responses/%s\"}",
                      post ? answers_post[i].status : answers_get[i].status, post ? answers_post[i].name : answers_get[i].name);
    }
    cf_buf_lit(d->b, "}");
}

/* ---- Fields. */

/* An inline list is of its field; a list with a name stands once, under it. */
static void put_codes(struct describing *d, const struct lang_decl *codes, bool inlined) {
    if (codes && !inlined && codes->name.text.n) {
        *cf_map_put(d->codes, codes->name.text) = (void *)(uintptr_t)codes;
        cf_buf_printf(d->b, "{\"$ref\":\"#/components/schemas/codes_%.*s\"}", CF_STR_ARG(codes->name.text));
        return;
    }
    cf_buf_lit(d->b, "{\"enum\":[");
    for (size_t i = 0; codes && i < codes->as.codes.list.n; i++) {
        cf_buf_lit(d->b, i ? "," : "");
        cf_json_str(d->b, codes->as.codes.list.v[i].name.text);
    }
    cf_buf_lit(d->b, "]}");
}

static void put_type(struct describing *d, enum lang_type_kind kind, const struct lang_decl *of, bool inlined,
                     enum lang_subject subject) {
    const char *name = "words";
    switch (kind) {
    case LANG_T_CODE: put_codes(d, of, inlined); return;
    case LANG_T_DATE: cf_buf_lit(d->b, "{\"type\":\"string\",\"format\":\"date\"}"); return;
    case LANG_T_YESNO: name = "yes_no"; break;
    case LANG_T_WHOLE: name = "whole"; break;
    case LANG_T_FRACTION: name = "fraction"; break;
    case LANG_T_INSTANT: name = "time"; break;
    case LANG_T_DURATION: name = "duration"; break;
    case LANG_T_EVENT: name = "id"; break;
    case LANG_T_SUBJECT: name = subject == LANG_PERSON || subject == LANG_OFFICER ? "id" : "subject"; break;
    case LANG_T_TEXT:
    case LANG_T_CLOCK:
    case LANG_T_SET:
    case LANG_T_NONE: break;
    }
    *cf_map_put(d->used, cf_str_from(name)) = d;
    cf_buf_printf(d->b, "{\"$ref\":\"#/components/schemas/%s\"}", name);
}

static void put_item(struct describing *d, const struct lang_field *f, enum lang_type_kind kind) {
    bool comma = false;
    if (!f->keeping.n) {
        put_type(d, kind, f->type.of, f->inline_codes != NULL, f->type.subject);
        return;
    }
    cf_buf_lit(d->b, "{\"anyOf\":[");
    put_type(d, kind, f->type.of, f->inline_codes != NULL, f->type.subject);
    lit(d->b, ",{'type':'object','required':['value'],'additionalProperties':false,'properties':{'value':");
    put_type(d, kind, f->type.of, f->inline_codes != NULL, f->type.subject);
    lit(d->b, ",'keeping':{'type':'object','additionalProperties':false,'properties':{");
    for (size_t i = 0; i < f->keeping.n; i++) {
        struct lang_type type;
        if (api_kept_type(d->set, f->keeping.v[i].text, &type)) {
            cf_buf_lit(d->b, comma ? "," : "");
            cf_json_str(d->b, f->keeping.v[i].text);
            cf_buf_lit(d->b, ":{\"anyOf\":[");
            put_type(d, type.kind, type.of, false, LANG_PERSON);
            lit(d->b, ",{'$ref':'#/components/schemas/absence'}]}");
            comma = true;
        }
    }
    cf_buf_lit(d->b, "}}}}]}");
}

static void put_field(struct describing *d, const struct lang_field *f) {
    cf_json_str(d->b, f->name.text);
    cf_buf_lit(d->b, ":{");
    struct cf_str unless = f->required && f->unless ? form_condition_words(d->q->arena, f) : CF_LIT("");
    if (f->hint.n || unless.n) {
        struct cf_str words =
            cf_str_printf(d->q->arena, "%.*s%s%.*s", CF_STR_ARG(f->hint), f->hint.n && unless.n ? " " : "", CF_STR_ARG(unless));
        cf_buf_lit(d->b, "\"description\":");
        cf_json_str(d->b, words);
        cf_buf_lit(d->b, ",");
    }
    cf_buf_lit(d->b, "\"anyOf\":[");
    if (f->type.kind == LANG_T_SET) {
        cf_buf_printf(d->b, "{\"type\":\"array\",\"maxItems\":%d,\"items\":", CF_MAX_API_ITEMS);
        put_item(d, f, f->type.elem);
        cf_buf_lit(d->b, "}");
    } else {
        put_item(d, f, f->type.kind);
    }
    lit(d->b, ",{'$ref':'#/components/schemas/absence'}]}");
}

static bool always(const struct lang_field *f) {
    return f->required && !f->unless && !f->retired;
}

static bool put_fields(struct describing *d, const struct lang_decl *record) {
    const struct lang_record *r = &record->as.record;
    bool comma = false, any = false;
    lit(d->b, "{'type':'object','additionalProperties':false,'properties':{");
    for (size_t i = 0; i < r->fields.n; i++) {
        if (!r->fields.v[i].retired) {
            cf_buf_lit(d->b, comma ? "," : "");
            put_field(d, &r->fields.v[i]);
            comma = true;
        }
    }
    cf_buf_lit(d->b, "}");
    for (size_t i = 0; i < r->fields.n; i++) {
        if (always(&r->fields.v[i])) {
            cf_buf_lit(d->b, any ? "," : ",\"required\":[");
            cf_json_str(d->b, r->fields.v[i].name.text);
            any = true;
        }
    }
    cf_buf_lit(d->b, any ? "]}" : "}");
    return any;
}

/* ---- Records. */

static bool is_described(const struct lang_decl *record) {
    const struct lang_record *r = &record->as.record;
    return !r->act && (!r->built_in || cf_str_is(record->name.text, "explained"));
}

static void put_roles(struct describing *d, const struct lang_record *r) {
    lit(d->b, "'about':{'type':'object','additionalProperties':false,'properties':{");
    for (size_t i = 0; i < r->roles.n; i++) {
        const char *who = r->roles.v[i].kind == LANG_PERSON ? "person" : "subject";
        cf_buf_lit(d->b, i ? "," : "");
        cf_json_str(d->b, r->roles.v[i].role.text);
        cf_buf_lit(d->b, r->roles.v[i].many ? ":{\"anyOf\":[" : ":");
        cf_buf_printf(d->b, "{\"$ref\":\"#/components/schemas/%s\"}", who);
        if (r->roles.v[i].many) {
            cf_buf_printf(d->b, ",{\"type\":\"array\",\"maxItems\":%d,\"items\":{\"$ref\":\"#/components/schemas/%s\"}}]}",
                          CF_MAX_API_ITEMS, who);
        }
    }
    cf_buf_lit(d->b, "}");
    if (r->roles.n) {
        cf_buf_lit(d->b, ",\"required\":[");
        cf_json_str(d->b, r->roles.v[0].role.text);
        cf_buf_lit(d->b, "]");
    }
    cf_buf_lit(d->b, "}");
}

static void put_record_schema(struct describing *d, const struct lang_decl *record) {
    const struct lang_record *r = &record->as.record;
    cf_buf_printf(d->b, ",\"record_%.*s\":{\"type\":\"object\",\"title\":", CF_STR_ARG(record->name.text));
    cf_json_str(d->b, record->title);
    lit(d->b, ",'additionalProperties':false,'properties':{'happened':{'$ref':'#/components/schemas/happened'},"
              "'unit':{'$ref':'#/components/schemas/subject'},");
    if (form_is_step(r)) {
        lit(d->b, "'episodes':{'type':'array','maxItems':16,'items':{'$ref':'#/components/schemas/id'}},");
    }
    put_roles(d, r);
    cf_buf_lit(d->b, ",\"fields\":");
    bool any = put_fields(d, record);
    cf_buf_printf(d->b, "},\"required\":[\"happened\"%s%s%s]}", r->roles.n ? ",\"about\"" : "", any ? ",\"fields\"" : "",
                  form_needs_episode(r) ? ",\"episodes\"" : "");
}

static void put_record_path(struct describing *d, const struct lang_decl *record) {
    const struct lang_record *r = &record->as.record;
    struct cf_str name = record->name.text;
    struct cf_buf who = cf_buf_new(d->q->arena, CF_MAX_TEXT_BYTES);
    cf_buf_printf(&who, "Of the policy %.*s. %s by ", CF_STR_ARG(record->policy->name.text),
                  r->decided_by ? "Decided" : "Entered");
    for (size_t i = 0; i < r->by_decls.n; i++) {
        cf_buf_printf(&who, "%s%.*s", i ? ", " : "",
                      CF_STR_ARG(r->by_decls.v[i] ? r->by_decls.v[i]->name.text : CF_LIT("anyone")));
    }
    cf_buf_lit(&who, ".");
    cf_buf_printf(d->b,
                  "\"/api/v1/records/%.*s\":{\"post\":{\"operationId\":\"record_%.*s\",\"tags\":[\"Records\"],\"summary\":",
                  CF_STR_ARG(name), CF_STR_ARG(name));
    cf_json_str(d->b, record->title);
    api_key(d->b, "description");
    cf_json_str(d->b, (struct cf_str){who.p, who.n});
    lit(d->b, ",'parameters':[{'$ref':'#/components/parameters/key'},{'$ref':'#/components/parameters/csrf'}],'requestBody':{"
              "'required':true,'content':{'application/json':{'schema':{'$ref':'#/components/schemas/record_");
    cf_buf_str(d->b, name);
    cf_buf_lit(d->b, "\"}}}},");
    put_answers(d, "recorded", true);
    cf_buf_lit(d->b, "}}");
}

static void put_records(struct describing *d, void (*put)(struct describing *, const struct lang_decl *), bool comma) {
    for (size_t i = 0; d->set && i < d->set->records.n; i++) {
        if (is_described(d->set->records.v[i])) {
            cf_buf_lit(d->b, comma ? "," : "");
            put(d, d->set->records.v[i]);
        }
    }
}

/* ---- Other addresses: from the table of routes. */

static void put_path(struct describing *d, const char *pattern) {
    struct cf_str rest = cf_str_from(pattern), piece;
    cf_buf_lit(d->b, "\"");
    (void)cf_str_split(&rest, '/', &piece);
    while (cf_str_split(&rest, '/', &piece)) {
        bool named = piece.n && piece.p[0] == ':';
        cf_buf_printf(d->b, named ? "/{%.*s}" : "/%.*s", CF_STR_ARG(cf_str_slice(piece, named, piece.n)));
    }
    cf_buf_lit(d->b, "\"");
}

static void put_path_parameters(struct describing *d, const struct web_route *route, const char *others) {
    struct cf_str rest = cf_str_from(route->pattern), piece;
    bool comma = false;
    cf_buf_lit(d->b, ",\"parameters\":[");
    while (cf_str_split(&rest, '/', &piece)) {
        if (piece.n && piece.p[0] == ':') {
            struct cf_str name = cf_str_slice(piece, 1, piece.n);
            cf_buf_lit(d->b, comma ? "," : "");
            cf_buf_printf(d->b, "{\"name\":\"%.*s\",\"in\":\"path\",\"required\":true,\"schema\":{", CF_STR_ARG(name));
            lit(d->b, cf_str_is(name, "name") ? "'type':'string'}}" : "'$ref':'#/components/schemas/id'}}");
            comma = true;
        }
    }
    if (route->method == WEB_POST) {
        lit(d->b, comma ? "," : "");
        lit(d->b, "{'$ref':'#/components/parameters/csrf'}");
        comma = true;
    }
    lit(d->b, *others && comma ? "," : "");
    lit(d->b, others);
    cf_buf_lit(d->b, "],");
}

static void put_route(struct describing *d, const struct web_route *route, bool comma) {
    size_t i = 0;
    while (i < CF_COUNT(about) && strcmp(about[i].route, route->name) != 0) {
        i++;
    }
    CF_ASSERT(i < CF_COUNT(about)); /* each address says what it is for */
    cf_buf_lit(d->b, comma ? "," : "");
    put_path(d, route->pattern);
    cf_buf_printf(d->b,
                  ":{\"%s\":{\"operationId\":\"%s\",\"tags\":[\"%s\"],\"summary\":", route->method == WEB_POST ? "post" : "get",
                  route->name, about[i].tag);
    cf_json_str(d->b, cf_str_from(about[i].summary));
    if (route->may == WEB_ANYONE) {
        cf_buf_lit(d->b, ",\"security\":[{},{\"key\":[]},{\"session\":[]}]");
    }
    put_path_parameters(d, route, about[i].parameters);
    put_answers(d, about[i].answer, route->method == WEB_POST);
    cf_buf_lit(d->b, "}}");
}

static void put_routes(struct describing *d) {
    size_t n;
    const struct web_route *routes = web_routes(&n);
    bool comma = false;
    for (size_t i = 0; i < n; i++) {
        bool ours = cf_str_starts(cf_str_from(routes[i].pattern), CF_LIT("/api/"));
        if (ours && strcmp(routes[i].name, "api_record_post") != 0) {
            put_route(d, &routes[i], comma);
            comma = true;
        }
    }
    put_records(d, put_record_path, true);
}

/* ---- The document. */

static void put_head(struct describing *d) {
    lit(d->b,
        "{'openapi':'3.1.0','info':{'title':'childfirst','version':'1','summary':'Contacts between police and children, and "
        "what follows from them.','description':'Made from the policies in force. Every person that an answer names is "
        "logged with who asked and for which purpose; whom one may not see is answered like who does not exist.',"
        "'license':{'name':'GNU Affero General Public License, version 3','identifier':'AGPL-3.0-only'}},"
        "'servers':[{'url':'/','description':'This server.'}],'security':[{'key':[]},{'session':[]}],'tags':["
        "{'name':'About','description':'This document, and who asks.'},"
        "{'name':'Records','description':'What happened: one address for each kind.'},"
        "{'name':'Events','description':'What was recorded.'},"
        "{'name':'Children','description':'What follows for one child.'},"
        "{'name':'Duties','description':'What is to be done, by when.'},"
        "{'name':'Measures','description':'Numbers, without who.'},"
        "{'name':'Shares','description':'What partners are told.'}],'paths':{");
}

static void put_components(struct describing *d) {
    lit(d->b, "},'components':{'parameters':{");
    lit(d->b, parameters);
    lit(d->b, "},'securitySchemes':{");
    lit(d->b, security);
    lit(d->b, "},'responses':{");
    for (size_t i = 0; i < CF_COUNT(problems); i++) {
        cf_buf_printf(d->b, "%s\"%s\":{\"description\":\"%s\",", i ? "," : "", problems[i].name, problems[i].words);
        lit(d->b, "'content':{'application/problem+json':{'schema':{'$ref':'#/components/schemas/problem'}}}}");
    }
    lit(d->b, "},'schemas':{");
    lit(d->b, schemas);
    cf_buf_lit(d->b, ",\"newcomer\":");
    if (d->set && d->set->birth) {
        (void)put_fields(d, d->set->birth);
    } else {
        lit(d->b, "{'type':'object'}");
    }
    put_records(d, put_record_schema, false);
    for (size_t i = 0; i < CF_COUNT(types); i++) {
        if (cf_map_has(d->used, cf_str_from(types[i].name))) {
            cf_buf_printf(d->b, ",\"%s\":", types[i].name);
            lit(d->b, types[i].schema);
        }
    }
    for (size_t i = 0; i < cf_map_count(d->codes); i++) {
        cf_buf_printf(d->b, ",\"codes_%.*s\":", CF_STR_ARG(cf_map_key(d->codes, i)));
        put_codes(d, cf_map_value(d->codes, i), true);
    }
    cf_buf_lit(d->b, "}}}\n");
}

bool page_api_open(struct web_request *q, struct web_response *r, struct cf_errs *errs) {
    struct cf_buf b = cf_buf_new(q->arena, CF_MAX_WEB_PAGE_BYTES);
    struct describing d = {.q = q,
                           .set = q->desk ? desk_set(q->desk) : NULL,
                           .b = &b,
                           .codes = cf_map_new(q->arena),
                           .used = cf_map_new(q->arena)};
    put_head(&d);
    put_routes(&d);
    put_components(&d);
    r->cacheable = true;
    return api_send(q, r, 200, &b, errs);
}

/* ---- Who asks. */

static void put_names(struct cf_buf *b, const char *key, const struct cf_str *names, size_t n) {
    api_key(b, key);
    cf_buf_lit(b, "[");
    for (size_t i = 0; i < n; i++) {
        cf_buf_lit(b, i ? "," : "");
        cf_json_str(b, names[i]);
    }
    cf_buf_lit(b, "]");
}

static void put_optional(struct cf_buf *b, const char *key, struct cf_str s) {
    api_key(b, key);
    if (s.n) {
        cf_json_str(b, s);
    } else {
        cf_buf_lit(b, "null");
    }
}

bool page_api_session(struct web_request *q, struct web_response *r, struct cf_errs *errs) {
    struct cf_buf b = cf_buf_new(q->arena, CF_MAX_JSON_BYTES);
    const struct access_subject *who = q->who;
    struct cf_str *roles = CF_NEW_N(q->arena, struct cf_str, who->n_roles + 1);
    for (size_t i = 0; i < who->n_roles; i++) {
        roles[i] = who->roles[i]->name.text;
    }
    cf_buf_printf(&b, "{\"partner\":%s", who->partner ? "true" : "false");
    put_optional(&b, "login", who->login);
    put_optional(&b, "unit", who->unit ? who->unit->name.text : CF_LIT(""));
    put_optional(&b, "purpose", who->purpose);
    put_names(&b, "roles", roles, who->n_roles);
    if (who->scope) {
        put_names(&b, "records", who->scope->records, who->scope->n_records);
        put_names(&b, "shares", who->scope->shares, who->scope->n_shares);
    } else {
        put_optional(&b, "csrf", access_csrf(q->access, q->token, q->arena));
    }
    cf_buf_lit(&b, "}");
    return api_send(q, r, 200, &b, errs);
}
